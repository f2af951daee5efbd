//! Work shared among threads; results in the order of the work, whatever the order of finishing.

use crate::error::{Error, Result};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Calls `work` for every number below `count` on up to `threads` threads and returns the results in order.
/// After the first error no new work starts; the error of the lowest number is returned.
///
/// # Errors
/// The first error of `work`.
pub fn map<T: Send>(count: usize, threads: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let done: Mutex<Vec<(usize, Result<T>)>> = Mutex::new(Vec::with_capacity(count));
    let run = || {
        while !stop.load(Ordering::Relaxed) {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                break;
            }
            let result = work(i);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            if let Ok(mut d) = done.lock() {
                d.push((i, result));
            }
        }
    };
    if threads <= 1 || count <= 1 {
        run();
    } else {
        std::thread::scope(|s| {
            for _ in 0..threads.min(count) {
                s.spawn(run);
            }
        });
    }
    let mut done = done.into_inner().map_err(|_| Error::Worker)?;
    done.sort_by_key(|d| d.0);
    done.into_iter().map(|d| d.1).collect()
}
