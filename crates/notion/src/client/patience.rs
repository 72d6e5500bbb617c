//! Patience: which failures of a call the client repeats by itself, and after how long.

use std::time::Duration;

use endpoint::Retry;

use crate::Error;

/// The pause after throttling for which Notion named no end.
const UNNAMED_PAUSE: Duration = Duration::from_secs(10);

/// The longest pause that a reply can cause: a garbled header must not stop the client for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The waits before the repetitions of a read that Notion failed to serve.
const READ_WAITS: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// The longest wait that a reply can cause before a repetition of a read: a longer one belongs to
/// the caller's schedule.
const LONGEST_READ_WAIT: Duration = Duration::from_secs(5);

/// What is left of a call's patience.
#[derive(Debug)]
pub(super) struct Patience {
    throttles_left: u32,
    read_waits: std::slice::Iter<'static, Duration>,
}

/// What follows from a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The caller gets the error.
    GiveUp,
    /// The same call again after this wait.
    Again(Duration),
    /// The same call again once the budget's pause is over.
    AfterPause,
}

impl Patience {
    /// The patience for one call; `reads` says whether it may be repeated without a second effect.
    pub(super) fn new(throttle_retries: u32, reads: bool) -> Self {
        let waits: &'static [Duration] = if reads { &READ_WAITS } else { &[] };
        Self { throttles_left: throttle_retries, read_waits: waits.iter() }
    }

    /// Decides what follows from `error`.
    pub(super) fn after(&mut self, error: &Error) -> Next {
        if error.is_throttled() {
            if self.throttles_left == 0 {
                return Next::GiveUp;
            }
            self.throttles_left -= 1;
            return Next::AfterPause;
        }
        if !matches!(error.status(), Some(500..=504)) {
            return Next::GiveUp;
        }
        let Some(wait) = self.read_waits.next() else {
            return Next::GiveUp;
        };
        match error.retry() {
            Retry::Never => Next::GiveUp,
            Retry::After(named) if named > LONGEST_READ_WAIT => Next::GiveUp,
            Retry::After(named) => Next::Again(named.max(*wait)),
            Retry::Backoff => Next::Again(*wait),
        }
    }
}

/// How long nobody may call after this failure.
pub(super) fn pause(error: &Error) -> Option<Duration> {
    if !error.is_throttled() {
        return None;
    }
    match error.retry() {
        Retry::After(named) => Some(named.min(LONGEST_PAUSE)),
        Retry::Backoff => Some(UNNAMED_PAUSE),
        Retry::Never => None,
    }
}
