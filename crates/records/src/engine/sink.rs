//! Output in the order of the input, whatever the order in which workers finish.

use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

/// Pieces a worker may be ahead before it waits for its turn.
const AHEAD: usize = 64;

/// Passes pieces on in unit order.
pub struct Sink<T> {
    state: Mutex<Inner<T>>,
    turn: Condvar,
}

struct Inner<T> {
    next: usize,
    pending: BTreeMap<usize, Vec<T>>,
    finished: BTreeMap<usize, ()>,
    write: Box<dyn FnMut(T) -> Result<()> + Send>,
    failed: bool,
}

impl<T> Sink<T> {
    /// A sink that hands pieces to `write`.
    pub fn new(write: impl FnMut(T) -> Result<()> + Send + 'static) -> Self {
        let inner = Inner {
            next: 0,
            pending: BTreeMap::new(),
            finished: BTreeMap::new(),
            write: Box::new(write),
            failed: false,
        };
        Self { state: Mutex::new(inner), turn: Condvar::new() }
    }

    /// Passes a piece of a unit on, or keeps it until the unit's turn.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn emit(&self, unit: usize, piece: T) -> Result<()> {
        let mut inner = self.state.lock().map_err(|_| Error::Worker)?;
        loop {
            if inner.failed {
                return Err(Error::Worker);
            }
            if inner.next == unit {
                let result = (inner.write)(piece);
                inner.failed = result.is_err();
                self.turn.notify_all();
                return result;
            }
            let list = inner.pending.entry(unit).or_default();
            if list.len() < AHEAD {
                list.push(piece);
                return Ok(());
            }
            // The unit whose turn it is never waits, so this ends.
            inner = self.turn.wait(inner).map_err(|_| Error::Worker)?;
        }
    }

    /// Says that a unit is complete.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn finish(&self, unit: usize) -> Result<()> {
        let mut inner = self.state.lock().map_err(|_| Error::Worker)?;
        inner.finished.insert(unit, ());
        loop {
            let next = inner.next;
            for piece in inner.pending.remove(&next).unwrap_or_default() {
                let result = (inner.write)(piece);
                if result.is_err() {
                    inner.failed = true;
                    self.turn.notify_all();
                    return result;
                }
            }
            if inner.finished.remove(&next).is_none() {
                break;
            }
            inner.next += 1;
        }
        self.turn.notify_all();
        Ok(())
    }

    /// Says that a unit failed: those that wait for it must not wait for ever.
    pub fn fail(&self) {
        if let Ok(mut inner) = self.state.lock() {
            inner.failed = true;
        }
        self.turn.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, mpsc};

    #[test]
    fn pieces_come_out_in_unit_order() {
        let (send, receive) = mpsc::channel();
        let sink = Arc::new(Sink::new(move |n: usize| send.send(n).map_err(|_| Error::Worker)));
        std::thread::scope(|s| {
            for t in 0..4 {
                let sink = Arc::clone(&sink);
                s.spawn(move || {
                    for unit in (t..40).step_by(4) {
                        for i in 0..200 {
                            sink.emit(unit, unit * 1000 + i).unwrap();
                        }
                        sink.finish(unit).unwrap();
                    }
                });
            }
        });
        drop(sink);
        let got: Vec<usize> = receive.into_iter().collect();
        assert_eq!(got.len(), 8000);
        assert!(got.is_sorted());
    }
}
