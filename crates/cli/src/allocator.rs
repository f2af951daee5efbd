//! How the allocator behaves for what is asked of the program.

/// A server stays small: no huge pages (a thread that needs 100 KiB would hold 2 MiB), and what is free goes back to the system
/// at once.
pub const SPARING: [(&str, &str); 2] = [("MIMALLOC_ALLOW_THP", "0"), ("MIMALLOC_PURGE_DELAY", "0")];

/// An audit takes and gives back the same tens of megabytes over and over: what is free stays until the end. With memory given
/// back in between, a tenth of its time went into the system's clearing it anew.
pub const KEEPING: [(&str, &str); 1] = [("MIMALLOC_PURGE_DELAY", "-1")];

/// The allocator reads its settings before anything of ours runs, so the program begins once more with them: the same process,
/// the same arguments. What the environment says already stands. Where it cannot begin again it goes on as it is.
#[cfg(unix)]
pub fn begin_again(settings: &[(&str, &str)]) {
    use std::os::unix::process::CommandExt as _;
    let missing: Vec<&(&str, &str)> = settings.iter().filter(|(name, _)| std::env::var_os(name).is_none()).collect();
    let Ok(program) = std::env::current_exe() else { return };
    if !missing.is_empty() {
        let missing = missing.into_iter().copied();
        drop(std::process::Command::new(program).args(std::env::args_os().skip(1)).envs(missing).exec());
    }
}

#[cfg(not(unix))]
pub fn begin_again(_: &[(&str, &str)]) {}
