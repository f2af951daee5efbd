//! `zhunsheng sample | policy | discover`: commands that their own crates define, mounted here.

use std::io::Write;

use zhunsheng_source::Lang;

use crate::input::Failure;

/// An exit code of a command; anything out of range is wrong input.
fn code(result: Result<i32, Failure>) -> Result<u8, Failure> {
    Ok(u8::try_from(result?).unwrap_or(2))
}

/// `zhunsheng sample`
pub fn sample(command: zhunsheng_records::cli::SampleCommand, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    code(zhunsheng_records::cli::run_sample(command, lang, out).map_err(Failure::from))
}

/// `zhunsheng policy`
pub fn policy(command: zhunsheng_policy::cli::PolicyCommand, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    code(zhunsheng_policy::cli::run(command, lang, out).map_err(Failure::from))
}

/// `zhunsheng discover`
pub fn discover(args: &zhunsheng_discover::cli::DiscoverArgs, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    code(zhunsheng_discover::cli::run(args, lang, out).map_err(Failure::from))
}
