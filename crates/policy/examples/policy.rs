//! The `policy` commands alone, for development: `cargo run -p zhunsheng-policy --example policy -- check FILE`.

use clap::Parser;
use zhunsheng_policy::cli::{Lang, PolicyCommand, run};

#[derive(Parser)]
struct Cli {
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    #[command(subcommand)]
    command: PolicyCommand,
}

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    match run(cli.command, cli.lang, &mut std::io::stdout().lock()) {
        Ok(code) => std::process::ExitCode::from(u8::try_from(code).unwrap_or(2)),
        Err(e) => {
            eprintln!("{e}");
            std::process::ExitCode::from(2)
        }
    }
}
