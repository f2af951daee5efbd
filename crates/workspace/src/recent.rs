//! A few values kept by key: the one that nobody asked for longest makes room.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Places for values, the one asked for last standing last. A place is shared: whoever fills it lets others who ask for the same
/// key wait for the one result, instead of making it once for each.
pub(crate) struct Recent<V, const MOST: usize>(Mutex<Vec<(String, V)>>);

impl<V, const MOST: usize> Default for Recent<V, MOST> {
    fn default() -> Self {
        Recent(Mutex::default())
    }
}

impl<V: Clone + Default, const MOST: usize> Recent<V, MOST> {
    /// The place of a key; an empty one where there was none.
    pub fn place(&self, key: &str) -> V {
        let mut held = lock(&self.0);
        let at = held.iter().position(|(own, _)| own == key);
        let (key, place) = match at {
            Some(at) => held.remove(at),
            None => (key.to_owned(), V::default()),
        };
        if held.len() >= MOST {
            held.remove(0);
        }
        held.push((key, place.clone()));
        place
    }
}

/// A lock, also after somebody who held it panicked: what is kept here is whole at all times.
pub(crate) fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::Recent;

    #[test]
    fn what_is_asked_for_stays_whatever_its_key() {
        let kept: Recent<Arc<AtomicU8>, 3> = Recent::default();
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] {
            kept.place(key).store(value, Ordering::SeqCst);
        }
        let value = |key: &str| kept.place(key).load(Ordering::SeqCst);
        // In use, so another makes room for the fourth, though its key comes first.
        assert_eq!(value("a"), 1);
        assert_eq!(value("d"), 0);
        assert_eq!((value("a"), value("c"), value("d")), (1, 3, 0));
        assert_eq!(value("b"), 0, "the one that nobody asked for longest is gone");
    }
}
