//! The commands of this crate on their own, until and beside the main program.
use clap::Parser;
use std::process::ExitCode;
use zhunsheng_records::cli::{RecordsCommand, SampleCommand, Surroundings, run, run_sample};
use zhunsheng_records::{Error, Lang};
use zhunsheng_source::Text;

#[derive(Parser)]
enum Command {
    #[command(flatten)]
    Records(RecordsCommand),
    #[command(subcommand)]
    Sample(SampleCommand),
}

#[derive(Parser)]
struct Cli {
    #[arg(long, global = true, default_value = "zh")]
    lang: String,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = if cli.lang == "en" { Lang::En } else { Lang::Zh };
    let mut out = std::io::stdout().lock();
    let result: Result<i32, Error> = match cli.command {
        Command::Records(c) => {
            let derive = |_: &std::path::Path| {
                Err(Error::config(
                    "records",
                    Text::new("卷宗由主程序读取", "dossiers are read by the main program"),
                    Text::new("请运行 `zhunsheng records`", "run `zhunsheng records`"),
                ))
            };
            run(
                c,
                &Surroundings { own: &|| Ok(Default::default()), derive: &derive, calendar: &Default::default },
                lang,
                &mut out,
            )
        }
        Command::Sample(c) => run_sample(c, lang, &mut out),
    };
    match result {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(2)
        }
    }
}
