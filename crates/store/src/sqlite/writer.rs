//! The journal's writer: many events share one commit, and an event is answered when it is durable.
//!
//! Whatever is queued when the writer is free becomes one transaction; nobody waits for company, and
//! where more is queued than one transaction takes, organizations have their turns.

mod backlog;

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use domain::{Appended, Clock, Entry, Event, Held, StorageError};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use self::backlog::{BATCH_EVENTS, Backlog, Chore, Entrance, Item, Pending};
use super::{cut_off::Power, log::Log, quarantine, recent::Recent, row};

/// The pause between two checkpoints; the log stays below 20 MB under steady load.
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

/// What appending is called in failures.
const APPEND: &str = "append to the journal";

/// The journal's connections that write.
pub(super) struct Connections {
    /// Appends.
    pub(super) write: Connection,
    /// Moves the log into the file.
    pub(super) checkpoint: Connection,
}

/// The writer's handle; when it goes, the queue is written and the threads end.
pub(super) struct JournalWriter {
    entrance: Option<Entrance>,
    threads: Vec<JoinHandle<()>>,
}

impl JournalWriter {
    /// Starts the writing and the checkpointing thread.
    ///
    /// # Panics
    /// Where the operating system has no thread left, at start only.
    pub(super) fn start(
        connections: Connections,
        (clock, power): (Arc<dyn Clock>, Power),
        recent: Arc<Recent>,
    ) -> Self {
        let Connections { write: connection, checkpoint } = connections;
        let (entrance, backlog) = backlog::backlog();
        let log = Arc::new(Log::new(CHECKPOINT_PAUSE));
        let writer = Writer { connection, backlog, log: Arc::clone(&log), clock, power, recent };
        let spawn = |name: &str, body: Box<dyn FnOnce() + Send>| {
            let builder = std::thread::Builder::new().name(name.to_owned());
            builder.spawn(body).expect("the operating system starts a thread")
        };
        let threads = vec![
            spawn("journal-writer", Box::new(move || writer.run())),
            spawn("journal-checkpoint", Box::new(move || log.keep_short(&checkpoint))),
        ];
        Self { entrance: Some(entrance), threads }
    }

    /// Queues an event; the answer comes when it is on stable storage.
    pub(super) async fn append(&self, event: Event) -> Result<Appended, StorageError> {
        self.write(Item::Journal(event)).await
    }

    /// Queues an event for the quarantine; the answer comes when it is on stable storage.
    pub(super) async fn hold(&self, held: Held) -> Result<Appended, StorageError> {
        self.write(Item::Quarantine(held)).await
    }

    /// Runs a chore as one transaction on the writer's own connection, at the present moment, so that
    /// it neither waits for the file's lock nor makes the writer forget the pages that it knows.
    pub(super) async fn transact<T: Send + 'static>(
        &self,
        attempted: &'static str,
        chore: impl FnOnce(&Transaction<'_>, Timestamp) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let transact = move |connection: &mut Connection, now| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = chore(&transaction, now)?;
            transaction.commit()?;
            Ok(value)
        };
        self.run(attempted, transact).await
    }

    /// Runs a chore between two batches. Deliveries wait for it, so it has to be short. Dropping the
    /// future does not stop it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        attempted: &'static str,
        chore: impl FnOnce(&mut Connection, Timestamp) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let stopped = || StorageError::unavailable(attempted, "the store is shut down");
        let entrance = self.entrance.as_ref().ok_or_else(stopped)?;
        let (reply, answer) = oneshot::channel();
        let chore: Chore = Box::new(move |connection, now| {
            // A caller that went away does not need its answer.
            let _ = reply.send(chore(connection, now));
        });
        if !entrance.ask(chore) {
            return Err(stopped());
        }
        let done: rusqlite::Result<T> = answer.await.map_err(|_| stopped())?;
        done.map_err(|source| StorageError::unavailable(attempted, source))
    }

    async fn write(&self, item: Item) -> Result<Appended, StorageError> {
        let stopped = || StorageError::unavailable(APPEND, "it is shut down");
        let entrance = self.entrance.as_ref().ok_or_else(stopped)?;
        let answer = entrance.deliver(item)?.ok_or_else(stopped)?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for JournalWriter {
    fn drop(&mut self) {
        self.entrance.take();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already; there is nobody to tell again.
            let _ = thread.join();
        }
    }
}

struct Writer {
    connection: Connection,
    backlog: Backlog,
    log: Arc<Log>,
    clock: Arc<dyn Clock>,
    power: Power,
    recent: Arc<Recent>,
}

impl Writer {
    fn run(mut self) {
        self.log.assist(&self.connection);
        let mut batch = Vec::with_capacity(BATCH_EVENTS);
        while self.backlog.fill(&mut batch) {
            self.log.lend_a_hand(&self.connection);
            if !batch.is_empty() {
                self.write_batch(&mut batch);
            }
            if let Some(chore) = self.backlog.chore() {
                // Before it answers: whoever is told must not read what it has changed.
                self.recent.forget();
                chore(&mut self.connection, self.clock.now());
            }
            self.log.note_growth();
        }
        self.log.stop();
    }

    fn write_batch(&mut self, batch: &mut Vec<Pending>) {
        let journaled_at = self.clock.now();
        match write(&mut self.connection, (batch, &self.power), journaled_at) {
            Ok(appended) => self.answer(batch, &appended, journaled_at),
            Err(error) => refuse(batch, &error),
        }
    }

    /// Hands the events that are now durable to the stages, and tells the doors.
    fn answer(&self, batch: &mut Vec<Pending>, appended: &[Appended], journaled_at: Timestamp) {
        let (items, replies): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|pending| (pending.item, pending.reply)).unzip();
        let entry = |(item, appended): (Item, &Appended)| match (item, *appended) {
            (Item::Journal(event), Appended::New(sequence)) => {
                Some(Entry { sequence, journaled_at, event, dropped_bytes: None })
            }
            (Item::Journal(_), Appended::Duplicate(_)) | (Item::Quarantine(_), _) => None,
        };
        self.recent.keep(items.into_iter().zip(appended).filter_map(entry));
        for (reply, appended) in replies.into_iter().zip(appended) {
            // A door that went away does not need its answer; the event is kept.
            let _ = reply.send(Ok(*appended));
        }
    }
}

/// One transaction for the whole batch.
fn write(
    connection: &mut Connection,
    (batch, power): (&[Pending], &Power),
    journaled_at: Timestamp,
) -> rusqlite::Result<Vec<Appended>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let appended = batch
        .iter()
        .map(|pending| match &pending.item {
            Item::Journal(event) => row::append(&transaction, event, journaled_at),
            Item::Quarantine(held) => quarantine::hold(&transaction, held, journaled_at),
        })
        .collect::<rusqlite::Result<_>>()?;
    power.pass(APPEND, false)?;
    transaction.commit()?;
    power.pass(APPEND, true)?;
    Ok(appended)
}

fn refuse(batch: &mut Vec<Pending>, error: &rusqlite::Error) {
    tracing::error!(%error, events = batch.len(), "the journal cannot be written");
    for pending in batch.drain(..) {
        let refusal = StorageError::unavailable(APPEND, error.to_string());
        // A door that went away does not need its answer.
        let _ = pending.reply.send(Err(refusal));
    }
}
