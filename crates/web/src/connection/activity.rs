//! What a connection is doing and since when, readable by whoever decides which one has to go.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Nothing has arrived on it yet.
    Opened = 0,
    /// The head of a request is arriving.
    Heading = 1,
    /// The body of a request is arriving.
    Receiving = 2,
    /// The request is whole, and its answer is being made.
    Working = 3,
    /// The answer is being written.
    Replying = 4,
    /// It rests between two requests.
    Resting = 5,
    /// It is at its end; what still arrives is thrown away.
    Closing = 6,
}

/// One connection's doing. It changes several times per request, so it is one number that nobody locks.
pub(crate) struct Activity {
    origin: Instant,
    /// Milliseconds since `origin`, times 8, and what it is doing.
    packed: AtomicU64,
    asked_to_close: AtomicBool,
    asked: Notify,
}

impl Activity {
    /// A connection that was opened now.
    pub(crate) fn opened(now: Instant) -> Self {
        Self {
            origin: now,
            packed: AtomicU64::new(Doing::Opened as u64),
            asked_to_close: AtomicBool::new(false),
            asked: Notify::new(),
        }
    }

    /// It does this from now on.
    pub(crate) fn begin(&self, doing: Doing) {
        let since = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX >> 3);
        self.packed.store(since << 3 | doing as u64, Ordering::Relaxed);
    }

    /// What it is doing.
    pub(crate) fn doing(&self) -> Doing {
        unpack(self.packed.load(Ordering::Relaxed))
    }

    /// What it is doing, and for how long.
    pub(crate) fn at(&self, now: Instant) -> (Doing, Duration) {
        let packed = self.packed.load(Ordering::Relaxed);
        let since = self.origin + Duration::from_millis(packed >> 3);
        (unpack(packed), now.saturating_duration_since(since))
    }

    /// Asks whoever reads a body to answer without it, and to close.
    pub(crate) fn ask_to_close(&self) {
        self.asked_to_close.store(true, Ordering::Release);
        self.asked.notify_waiters();
    }

    /// Waits until it is asked to close.
    pub(crate) async fn is_asked_to_close(&self) {
        let mut asked = std::pin::pin!(self.asked.notified());
        asked.as_mut().enable();
        if !self.asked_to_close.load(Ordering::Acquire) {
            asked.await;
        }
    }
}

fn unpack(packed: u64) -> Doing {
    match packed & 7 {
        0 => Doing::Opened,
        1 => Doing::Heading,
        2 => Doing::Receiving,
        3 => Doing::Working,
        4 => Doing::Replying,
        5 => Doing::Resting,
        _ => Doing::Closing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_tells_what_it_is_doing_and_for_how_long() {
        let activity = Activity::opened(Instant::now());
        for doing in [
            Doing::Opened,
            Doing::Heading,
            Doing::Receiving,
            Doing::Working,
            Doing::Replying,
            Doing::Resting,
            Doing::Closing,
        ] {
            tokio::time::advance(Duration::from_millis(40)).await;
            activity.begin(doing);
            tokio::time::advance(Duration::from_millis(2)).await;
            assert_eq!(activity.at(Instant::now()), (doing, Duration::from_millis(2)));
            assert_eq!(activity.doing(), doing);
        }
    }
}
