//! The `zhunsheng` command line.

mod args;
mod catalogue;
mod input;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use input::Failure;

/// Exit code where the input is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    let lang = args.lang.into();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let result = match args.command {
        Command::Catalogue(command) => catalogue::run(command, &args.packs, args.root.as_deref(), lang, &mut out),
    };
    let result = result.and_then(|code| out.flush().map(|()| code).map_err(Failure::from));
    match result {
        Ok(code) => ExitCode::from(code),
        // Whoever reads us has read enough (`zhunsheng … | head`): that is no failure.
        Err(Failure::Io(cause)) if cause.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.render(lang));
            ExitCode::from(WRONG)
        }
    }
}
