//! `zhunsheng serve`: the workspace in a browser.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf, absolute};

use zhunsheng_source::{Lang, Text};
use zhunsheng_web::{App, Options, ServeError};
use zhunsheng_workspace::Workspace;

use crate::allocator::{SPARING, begin_again};
use crate::args::ServeArgs;
use crate::input::{Failure, catalogue};
use crate::progress::Progress;
use crate::workspace::said;

/// Serves until told to stop.
pub fn run(
    args: &ServeArgs,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    if args.openapi {
        writeln!(out, "{:#}", zhunsheng_web::api::document())?;
        return Ok(0);
    }
    if let Some(address) = args.public_url.as_deref().filter(|address| !is_address(address)) {
        return Err(Failure::said(
            format!("`{address}` 不是对外地址：请写成 `https://assess.example.com`，不带路径"),
            format!(
                "`{address}` is no address to be reached under: write it as `https://assess.example.com`, without a path"
            ),
        ));
    }
    if let Some(folder) = args.fonts.iter().find(|folder| !folder.is_dir()) {
        return Err(Failure::said(
            format!("没有字体目录 `{}`：请检查 `--font-path`", folder.display()),
            format!("there is no folder of fonts `{}`: check `--font-path`", folder.display()),
        ));
    }
    begin_again(&SPARING);
    let listen = Options { listen: args.listen, open: args.open_to_network };
    zhunsheng_web::available(&listen).map_err(refused)?;
    // Jobs run elsewhere: they are told the same catalogue by its whole path.
    let mut arguments: Vec<OsString> = Vec::new();
    for (option, folder) in packs.iter().map(|pack| ("--pack", pack.as_path())).chain(root.map(|root| ("--root", root)))
    {
        let folder = absolute(folder).map_err(|cause| Failure::Read(folder.to_owned(), cause))?;
        arguments.extend([option.into(), folder.into()]);
    }
    let options = zhunsheng_workspace::Options {
        catalogue: Some(catalogue(packs, root)?),
        program: std::env::current_exe().ok(),
        arguments,
        fonts: args.fonts.clone(),
        ..zhunsheng_workspace::Options::default()
    };
    let what = if lang == Lang::Zh { "正在打开数据目录" } else { "opening the data folder" };
    let progress = Progress::new(what, 0);
    let workspace = Workspace::open(&args.data, options).map_err(said)?;
    let users = if args.demo { zhunsheng_workspace::demo(&workspace).map_err(said)? } else { Vec::new() };
    drop(progress);
    let setup = workspace.setup_secret().map(str::to_owned);
    let app = App::new(workspace, lang, args.public_url.clone());
    let mut ready = |app: &App| -> std::io::Result<()> {
        let line = Text::new(
            format!("准绳已就绪：{}  数据：{}  按 Ctrl-C 停止", app.base(), args.data.display()),
            format!("Zhunsheng is ready: {}  data: {}  Ctrl-C stops it", app.base(), args.data.display()),
        );
        writeln!(out, "{}", line.get(lang))?;
        if let Some(secret) = &setup {
            let line = Text::new("首次设置（只能使用一次）：", "first set-up (works once): ");
            writeln!(out, "{}{}/setup/{secret}", line.get(lang), app.base())?;
        }
        if args.demo && users.is_empty() {
            let line = Text::new(
                "数据目录中已有账户，没有加入演示内容：要看演示，请以 --data 指定一个新目录",
                "the data folder has accounts of its own, so nothing of the demonstration was added: for that, give a new folder with --data",
            );
            writeln!(out, "{}", line.get(lang))?;
        }
        for user in &users {
            let role = user.role.map_or(Text::new("管理员", "administrator"), zhunsheng_workspace::Role::label);
            writeln!(out, "  {:<10} {:<28} {}", user.login, user.password, role.get(lang))?;
        }
        out.flush()
    };
    let mut told = Ok(());
    let served = zhunsheng_web::serve(app, &listen, |app, _| told = ready(app));
    told?;
    served.map_err(refused)?;
    Ok(0)
}

/// Scheme and host, as links that are handed over begin.
fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let host = host.strip_suffix('/').unwrap_or(host);
    !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#@\\\"<>".contains(c))
}

/// Why nothing is served, in both languages.
fn refused(error: ServeError) -> Failure {
    let zh = match &error {
        ServeError::NotLoopback(address) => {
            format!("`{address}` 可从其他机器访问：请在前面设置 https 代理，或者加上 `--open-to-network`")
        }
        ServeError::Listen(address, cause) if cause.kind() == std::io::ErrorKind::AddrInUse => {
            format!("无法监听 `{address}`：端口已被占用；请用 `--listen` 换一个")
        }
        ServeError::Listen(address, cause) => {
            format!("无法监听 `{address}`：{}；请用 `--listen` 换一个", crate::input::reason(cause).zh)
        }
        ServeError::Start(cause) => format!("无法启动服务：{}", crate::input::reason(cause).zh),
    };
    Failure::said(zh, error.to_string())
}
