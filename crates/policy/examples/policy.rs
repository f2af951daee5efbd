//! The `policy` commands alone, for development: `cargo run -p zhunsheng-policy --example policy -- check FILE`.

use clap::Parser;
use zhunsheng_policy::cli::{Lang, PolicyCommand, run};

#[derive(Parser)]
struct Cli {
    /// English instead of Chinese.
    #[arg(long)]
    en: bool,
    #[command(subcommand)]
    command: PolicyCommand,
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    match run(cli.command, if cli.en { Lang::En } else { Lang::Zh }, &mut std::io::stdout().lock()) {
        Ok(code) => std::process::ExitCode::from(u8::try_from(code).unwrap_or(2)),
        Err(e) => {
            eprintln!("{e}");
            std::process::ExitCode::from(2)
        }
    }
}
