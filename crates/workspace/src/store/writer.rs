//! The one thread that writes. Requests that wait are committed together: one flush of the disk for all of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::store::chain::{Head, START};
use crate::store::tx::{Tx, Who};
use crate::time::Time;

/// Requests that may wait; more are refused as [`Error::Busy`] rather than held in memory.
const QUEUE: usize = 2048;
/// Requests in one commit.
const BATCH: usize = 256;
/// How long a commit waits for as many requests as the last one had: they were just answered and are on their way.
const GATHER: Duration = Duration::from_micros(400);
/// Requests after which the log is brought into the database.
const CHECKPOINT: usize = 1000;

type Reply = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;
/// Runs in the transaction; says whether its changes stand and how to answer once that is decided.
type Work = Box<dyn FnOnce(&mut Tx<'_>) -> (bool, Reply) + Send>;

struct Request {
    who: Who,
    work: Work,
}

pub(crate) struct Writer {
    queue: Option<SyncSender<Request>>,
    threads: Vec<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection, path: &Path) -> Result<Writer> {
        let head = head(&connection)?;
        let (queue, requests) = sync_channel(QUEUE);
        let (ring, rung) = sync_channel(1);
        let writing = move || run(&connection, head, &requests, &ring);
        let path = path.to_path_buf();
        let failed = |cause| Error::Internal(format!("cannot start a thread: {cause}"));
        let writer = std::thread::Builder::new().name("writer".into()).spawn(writing).map_err(failed)?;
        let keeper = std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || checkpoints(&path, &rung))
            .map_err(failed)?;
        Ok(Writer { queue: Some(queue), threads: vec![writer, keeper] })
    }

    pub fn write<T, F>(&self, who: Who, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, answered) = sync_channel::<Result<T>>(1);
        let work: Work = Box::new(move |tx| match work(tx) {
            Ok(value) => {
                let reply = move |committed: std::result::Result<(), String>| {
                    let result = committed.map(|()| value).map_err(Error::Internal);
                    // Whoever asked may have gone; the write stands all the same.
                    drop(answer.send(result));
                };
                (true, Box::new(reply) as Reply)
            }
            Err(error) => (false, Box::new(move |_| drop(answer.send(Err(error)))) as Reply),
        });
        let queue = self.queue.as_ref().ok_or(Error::Busy)?;
        match queue.try_send(Request { who, work }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(Error::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(Error::Internal("the writer has stopped".into())),
        }
        answered.recv().unwrap_or_else(|_| Err(Error::Internal("the writer gave no answer".into())))
    }
}

impl Drop for Writer {
    /// What is queued is written, then the threads end.
    fn drop(&mut self) {
        self.queue.take();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn head(connection: &Connection) -> Result<Head> {
    let mut statement = connection.prepare("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(Head { seq: 0, hash: START }) };
    let (seq, hash): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let hash = hash.try_into().map_err(|_| Error::Damaged(format!("hash of trail entry `{seq}`")))?;
    Ok(Head { seq: u64::try_from(seq).unwrap_or(0), hash })
}

fn run(connection: &Connection, mut head: Head, requests: &Receiver<Request>, ring: &SyncSender<()>) {
    let (mut last, mut since) = (1, 0);
    while let Ok(first) = requests.recv() {
        let batch = gather(first, requests, last);
        last = batch.len();
        head = commit(connection, head, batch);
        since += last;
        if since >= CHECKPOINT {
            since = 0;
            let _ = ring.try_send(());
        }
    }
    // Nobody writes any more: leave one file behind.
    drop(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
}

fn gather(first: Request, requests: &Receiver<Request>, expected: usize) -> Vec<Request> {
    let mut batch = vec![first];
    let until = Instant::now() + GATHER;
    while batch.len() < BATCH {
        let wait =
            if batch.len() < expected { until.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
        match requests.recv_timeout(wait) {
            Ok(request) => batch.push(request),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    batch
}

/// Runs a batch in one transaction, each request in a savepoint of its own; answers when it is on the disk.
fn commit(connection: &Connection, before: Head, batch: Vec<Request>) -> Head {
    let mut replies: Vec<Reply> = Vec::with_capacity(batch.len());
    let result = (|| -> rusqlite::Result<Head> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut head = before;
        for request in batch {
            connection.prepare_cached("SAVEPOINT one")?.execute([])?;
            let mut tx = Tx::new(connection, request.who, Time::now(), head);
            let work = request.work;
            // A fault in one request must not end the thread all others depend on.
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
            let keep = match done {
                Ok((keep, reply)) => {
                    replies.push(reply);
                    keep
                }
                Err(_) => false,
            };
            if keep {
                head = tx.head;
            } else {
                connection.prepare_cached("ROLLBACK TO one")?.execute([])?;
            }
            connection.prepare_cached("RELEASE one")?.execute([])?;
        }
        connection.execute_batch("COMMIT")?;
        Ok(head)
    })();
    match result {
        Ok(head) => {
            replies.into_iter().for_each(|reply| reply(Ok(())));
            head
        }
        Err(fault) => {
            // Nothing of the batch stands; everybody hears so.
            if !connection.is_autocommit() {
                drop(connection.execute_batch("ROLLBACK"));
            }
            replies.into_iter().for_each(|reply| reply(Err(format!("cannot commit: {fault}"))));
            before
        }
    }
}

/// Brings the log into the database beside the writer, which goes on meanwhile.
fn checkpoints(path: &PathBuf, rung: &Receiver<()>) {
    let Ok(connection) = Connection::open(path) else { return };
    while rung.recv().is_ok() {
        drop(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())));
    }
}
