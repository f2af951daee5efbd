//! What waits on the server from one request of a visitor to the next, for a few minutes, and never stands in a page or an address:
//! the password while the one-time code is asked for, the secret of codes until it is confirmed, the outcome of an import until the page that tells it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const STAYS: Duration = Duration::from_secs(300);
const MOST: usize = 1000;

/// What waits, by the visitor's token, and since when.
pub struct Pending<T>(Mutex<BTreeMap<String, (T, Instant)>>);

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Pending(Mutex::default())
    }
}

impl<T> Pending<T> {
    /// Keeps it.
    pub fn keep(&self, visitor: &str, given: T) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, (_, since)| since.elapsed() < STAYS);
        if held.len() < MOST {
            held.insert(visitor.to_owned(), (given, Instant::now()));
        }
    }

    /// Takes it: it works once.
    pub fn take(&self, visitor: &str) -> Option<T> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(visitor).filter(|(_, since)| since.elapsed() < STAYS).map(|(given, _)| given)
    }
}
