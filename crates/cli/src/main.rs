//! The `zhunsheng` command line.

mod allocator;
mod args;
mod assess;
mod browse;
mod catalogue;
mod coverage;
mod crosswalk;
mod dossier;
mod engines;
mod exits;
mod input;
mod obligations;
mod opinion;
mod output;
mod own;
mod progress;
mod reconcile;
mod recorded;
mod serve;
mod three_sides;
mod violations;
mod workbook;
mod worksheet;
mod workspace;

use std::io::Write as _;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::{Args, Command};
use input::Failure;
use output::tell;

/// Millions of small findings are made on all cores; the system's allocator takes a third longer over them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code where the input is wrong.
const WRONG: u8 = 2;

/// A job of the workspace ends with the server that started it, however that ended: standard input is a pipe the server holds.
fn end_with_stdin() {
    if std::env::var_os("ZHUNSHENG_ENDS_WITH_STDIN").is_some() {
        std::thread::spawn(|| {
            // Whether it ends or breaks, nobody waits for the result.
            drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
            std::process::exit(i32::from(WRONG))
        });
    }
}

fn main() -> ExitCode {
    end_with_stdin();
    // As `Args::parse` would, with the exit codes in every help.
    let args = Args::from_arg_matches(&exits::command().get_matches()).unwrap_or_else(|fault| fault.exit());
    let lang = args.lang.into();
    let mut out = std::io::BufWriter::new(output::Piped::new(std::io::stdout().lock()));
    let (packs, root) = (args.packs.as_slice(), args.root.as_deref());
    let result = match args.command {
        Command::Assess(command) => assess::run(&command, packs, root, lang, &mut out),
        Command::Obligations { dossier, as_of, format } => {
            obligations::run(&dossier, as_of.as_deref(), format, packs, root, lang, &mut out)
        }
        Command::Crosswalk { to, format } => crosswalk::run(to.as_deref(), format, packs, root, lang, &mut out),
        Command::Reconcile(command) => reconcile::run(&command, packs, root, lang, &mut out),
        Command::Opinion(command) => opinion::run(&command, packs, root, lang, &mut out),
        Command::Explain { leaf } => assess::explain(&leaf, packs, root, lang, &mut out),
        Command::Dossier(command) => dossier::run(&command, packs, root, lang, &mut out),
        Command::Records(command) => recorded::run(command, packs, root, lang, &mut out),
        Command::Sample(command) => engines::sample(command, lang, &mut out),
        Command::Policy(command) => engines::policy(command, lang, &mut out),
        Command::Serve(args) => serve::run(&args, packs, root, lang, &mut out),
        Command::Discover(args) => engines::discover(&args, lang, &mut out),
        Command::Workspace(command) => workspace::run(&command, lang, &mut out),
        Command::Completions { shell } => {
            // The generator gives up on a closed pipe; writing is ours.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut exits::command(), "zhunsheng", &mut script);
            out.write_all(&script).map(|()| 0).map_err(Failure::from)
        }
        Command::Man => clap_mangen::Man::new(exits::command()).render(&mut out).map(|()| 0).map_err(Failure::from),
        Command::Worksheet(command) => worksheet::run(&command, packs, root, lang, &mut out),
        Command::Catalogue(command) => catalogue::run(command, packs, root, lang, &mut out),
    };
    let result = result.and_then(|code| out.flush().map(|()| code).map_err(Failure::from));
    match result {
        Ok(code) => ExitCode::from(code),
        // Whoever reads us has read enough (`zhunsheng … | head`): that is no failure.
        Err(Failure::Io(cause)) if cause.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure.render(lang));
            ExitCode::from(WRONG)
        }
    }
}
