//! The timer: tells the time and waits, so that a client works on any runtime and in tests.

use std::{future::Future, time::Duration};

use jiff::Timestamp;

/// The clock of the runtime that a client runs on.
pub trait Timer: Send + Sync {
    /// The current moment. The rate budget compares moments, so they should not go backwards.
    fn now(&self) -> Timestamp;

    /// Waits. By the end of `duration`, [`Self::now`] has advanced by as much.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}
