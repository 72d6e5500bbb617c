//! Moves the write-ahead log of a file into it, on a thread beside the one that writes.
//!
//! A checkpoint inside a commit stalls whoever waits for the commit. Alone the second thread never
//! catches up with steady writes, so after each of its passes the writer makes one more
//! (`facts/engine.md` 1.2).

use std::{
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rusqlite::Connection;

/// What the two threads tell each other about the log.
pub(super) struct Log {
    /// The pause between two passes. A page that many commits touched is moved once in a pass, so a
    /// longer pause writes less, and the log is longer.
    pause: Duration,
    state: Mutex<LogState>,
    changed: Condvar,
    /// The checkpointing thread made a pass; the writer owes one.
    asked: AtomicBool,
}

#[derive(Default)]
struct LogState {
    grown: bool,
    stopped: bool,
}

impl Log {
    pub(super) fn new(pause: Duration) -> Self {
        let (state, changed, asked) = Default::default();
        Self { pause, state, changed, asked }
    }

    /// Before the writer begins: its commits shall make no checkpoints of their own.
    pub(super) fn assist(&self, writer: &Connection) {
        if let Err(error) = writer.pragma_update(None, "wal_autocheckpoint", 0) {
            tracing::warn!(%error, "automatic checkpoints stay on; commits may be slower");
        }
    }

    /// Between two commits of the writer: makes the pass that it owes.
    pub(super) fn lend_a_hand(&self, writer: &Connection) {
        if self.asked.swap(false, Ordering::AcqRel) {
            checkpoint(writer);
        }
    }

    /// After a commit of the writer.
    pub(super) fn note_growth(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.grown {
            state.grown = true;
            self.changed.notify_one();
        }
    }

    /// After the last commit of the writer.
    pub(super) fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.changed.notify_one();
    }

    /// The checkpointing thread's loop.
    pub(super) fn keep_short(&self, connection: &Connection) {
        loop {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = |state: &mut LogState| !state.grown && !state.stopped;
            let state = self.changed.wait_while(state, idle);
            let running = |state: &mut LogState| !state.stopped;
            let paced = self.changed.wait_timeout_while(
                state.unwrap_or_else(PoisonError::into_inner),
                self.pause,
                running,
            );
            let (mut state, _) = paced.unwrap_or_else(PoisonError::into_inner);
            state.grown = false;
            let stopped = state.stopped;
            drop(state);
            checkpoint(connection);
            self.asked.store(true, Ordering::Release);
            if stopped {
                return;
            }
        }
    }
}

/// Moves what it can of the log into the file, waiting for nobody. What it cannot move stays in
/// the log and is moved by a later pass.
fn checkpoint(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = moved {
        tracing::warn!(%error, "a log could not be moved into its file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{
        connection::{Mode, open},
        schema::STATE,
    };

    #[test]
    fn the_log_is_moved_by_the_thread_beside_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let (writer, beside) =
            (open(&path, Mode::Write(&STATE)).unwrap(), open(&path, Mode::Checkpoint).unwrap());
        let log = Log::new(Duration::ZERO);
        log.assist(&writer);
        let bytes = || std::fs::metadata(&path).unwrap().len();
        let before = bytes();
        writer.execute_batch("CREATE TABLE much AS SELECT zeroblob(64 * 1024 * 1024)").unwrap();
        assert_eq!(bytes(), before, "a commit has moved it");
        log.note_growth();
        log.stop();
        log.keep_short(&beside);
        assert!(bytes() > before + 64 * 1024 * 1024);
        assert!(log.asked.load(Ordering::Acquire), "the writer owes a pass");
    }
}
