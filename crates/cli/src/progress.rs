//! A line on the terminal while something takes long.

use std::io::{IsTerminal as _, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Nobody wonders about what takes less.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two lines.
const EVERY: Duration = Duration::from_millis(250);

#[derive(Default)]
struct Shared {
    done: AtomicUsize,
    over: Mutex<bool>,
    rung: Condvar,
}

/// Tells how far something is, once it has lasted, on standard error and only where that is a terminal. The line goes when this
/// is dropped; results never depend on it.
pub struct Progress {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins. `total` 0: how far it is cannot be told, only that it goes on.
    pub fn new(what: &str, total: usize) -> Progress {
        if std::io::stderr().is_terminal() {
            Progress::to(std::io::stderr(), PATIENCE, what, total)
        } else {
            Progress { shared: Arc::default(), thread: None }
        }
    }

    fn to(mut out: impl Write + Send + 'static, patience: Duration, what: &str, total: usize) -> Progress {
        let shared: Arc<Shared> = Arc::default();
        let (seen, what) = (Arc::clone(&shared), what.to_owned());
        let thread = std::thread::spawn(move || {
            let mut wait = patience;
            let mut shown = false;
            let mut over = seen.over.lock().unwrap_or_else(PoisonError::into_inner);
            while !*over {
                let (held, timed) = seen.rung.wait_timeout(over, wait).unwrap_or_else(PoisonError::into_inner);
                over = held;
                if timed.timed_out() && !*over {
                    let done = seen.done.load(Ordering::Relaxed);
                    let far = if total > 0 { format!(" {done}/{total}") } else { String::new() };
                    // Whoever watched may have gone; the work goes on.
                    drop(write!(out, "\r\x1b[2K{what}{far} …"));
                    drop(out.flush());
                    shown = true;
                    wait = EVERY;
                }
            }
            if shown {
                drop(write!(out, "\r\x1b[2K"));
                drop(out.flush());
            }
        });
        Progress { shared, thread: Some(thread) }
    }

    /// One more is done.
    pub fn step(&self) {
        self.shared.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self.shared.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.rung.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PATIENCE, Progress};
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_lasts_is_told_and_what_does_not_is_not() {
        let screen = Screen::default();
        drop(Progress::to(screen.clone(), PATIENCE, "work", 2));
        assert!(screen.0.lock().unwrap().is_empty());
        let progress = Progress::to(screen.clone(), Duration::ZERO, "work", 2);
        progress.step();
        while screen.0.lock().unwrap().is_empty() {
            std::thread::yield_now();
        }
        drop(progress);
        let said = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        assert!(said.starts_with("\r\x1b[2Kwork ") && said.contains("/2 …") && said.ends_with("\r\x1b[2K"), "{said:?}");
    }
}
