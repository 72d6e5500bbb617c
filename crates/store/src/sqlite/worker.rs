//! A worker: one thread that owns one connection and runs one job after the other on it.

use std::{sync::Arc, thread::JoinHandle};

use domain::{Sequence, StorageError};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{cut_off::Power, log::Log};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The thread's handle; when it goes, the thread finishes its queue and closes the connection.
pub(super) struct Worker {
    jobs: Option<mpsc::UnboundedSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    power: Power,
}

/// What a job can meet.
pub(super) enum Fault {
    /// The cursor is elsewhere.
    Moved { expected: Sequence, found: Sequence },
    /// SQLite refused, or a row cannot be read.
    Engine(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Panics
    /// Where the operating system has no thread left, at start only.
    pub(super) fn start(name: &str, mut connection: Connection, power: Power) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        let work = move || {
            while let Some(job) = queue.blocking_recv() {
                job(&mut connection);
            }
        };
        Self { jobs: Some(jobs), threads: vec![spawn(name, work)], power }
    }

    /// Starts a thread that writes, and one beside it that moves the log into the file.
    ///
    /// # Panics
    /// Where the operating system has no threads left, at start only.
    pub(super) fn start_to_write(
        name: &str,
        (mut connection, checkpoint): (Connection, Connection),
        (log, power): (Log, Power),
    ) -> Self {
        let (jobs, mut queue) = mpsc::unbounded_channel::<Job>();
        let log = Arc::new(log);
        let keeper = Arc::clone(&log);
        let work = move || {
            log.assist(&connection);
            while let Some(job) = queue.blocking_recv() {
                log.lend_a_hand(&connection);
                let before = connection.total_changes();
                job(&mut connection);
                if connection.total_changes() != before {
                    log.note_growth();
                }
            }
            log.stop();
        };
        let threads = vec![
            spawn(name, work),
            spawn(&format!("{name}-checkpoint"), move || keeper.keep_short(&checkpoint)),
        ];
        Self { jobs: Some(jobs), threads, power }
    }

    /// Runs a job that reads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        attempted: &'static str,
        job: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        self.run(attempted, move |connection| job(connection)).await
    }

    /// Runs a job as one transaction: all of it or nothing. Dropping the future does not stop it.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        attempted: &'static str,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let power = self.power.clone();
        let named = move |transaction: &Transaction<'_>| {
            let value = job(transaction)?;
            power.pass(attempted, false)?;
            Ok((value, power))
        };
        let committed = move |connection: &mut Connection| {
            let (value, power) = transact(connection, named)?;
            power.pass(attempted, true)?;
            Ok(value)
        };
        self.run(attempted, committed).await
    }

    /// Runs any job.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        attempted: &'static str,
        job: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // A caller that went away does not need its answer.
            let _ = reply.send(job(connection));
        });
        let stopped = || StorageError::unavailable(attempted, "the store is shut down");
        if self.power.is_off() {
            return Err(stopped());
        }
        self.jobs.as_ref().ok_or_else(stopped)?.send(job).map_err(|_| stopped())?;
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Fault::Moved { expected, found })) => {
                Err(StorageError::Moved { expected, found })
            }
            Ok(Err(Fault::Engine(source))) => Err(StorageError::unavailable(attempted, source)),
            Err(_) => Err(stopped()),
        }
    }
}

fn transact<T>(
    connection: &mut Connection,
    job: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = job(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .expect("the operating system starts a thread")
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs.take();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already; there is nobody to tell again.
            let _ = thread.join();
        }
    }
}
