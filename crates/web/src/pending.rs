//! Between password and one-time code: what was given first is kept here for a few minutes, never in a page.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const STAYS: Duration = Duration::from_secs(300);
const MOST: usize = 1000;

/// Login and password, and since when.
type Given = ((String, String), Instant);

/// Login and password by the visitor's token.
#[derive(Default)]
pub struct Pending(Mutex<BTreeMap<String, Given>>);

impl Pending {
    /// Keeps it.
    pub fn keep(&self, visitor: &str, given: (String, String)) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, (_, since)| since.elapsed() < STAYS);
        if held.len() < MOST {
            held.insert(visitor.to_owned(), (given, Instant::now()));
        }
    }

    /// Takes it: it works once.
    pub fn take(&self, visitor: &str) -> Option<(String, String)> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(visitor).filter(|(_, since)| since.elapsed() < STAYS).map(|(given, _)| given)
    }
}
