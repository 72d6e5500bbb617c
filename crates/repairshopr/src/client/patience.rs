//! Patience: which failures of a call the client repeats by itself, and after how long.

use std::time::Duration;

use endpoint::{Method, Retry};

use crate::{Error, Kind};

/// The pause after throttling for which RepairShopr named no end: the whole window.
const UNNAMED_PAUSE: Duration = Duration::from_secs(60);

/// The longest pause that a reply can cause: a garbled header must not stop the client for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The waits before the repetitions of a call that RepairShopr failed to serve.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// The longest wait that a reply can cause before such a repetition: a longer one belongs to the
/// caller's schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What is left of a call's patience.
#[derive(Debug)]
pub(super) struct Patience {
    throttles_left: u32,
    waits: std::slice::Iter<'static, Duration>,
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
    pub(super) fn new(throttle_retries: u32) -> Self {
        Self { throttles_left: throttle_retries, waits: WAITS.iter() }
    }

    /// Decides what follows from `error` of a call with this method.
    pub(super) fn after(&mut self, error: &Error, method: Method) -> Next {
        match error.kind() {
            Kind::Throttled if self.throttles_left > 0 => {
                self.throttles_left -= 1;
                Next::AfterPause
            }
            Kind::Failed if method.is_idempotent() => self.again(error.retry()),
            _ => Next::GiveUp,
        }
    }

    fn again(&mut self, retry: Retry) -> Next {
        let Some(wait) = self.waits.next() else { return Next::GiveUp };
        match retry {
            Retry::Never => Next::GiveUp,
            Retry::After(named) if named > LONGEST_WAIT => Next::GiveUp,
            Retry::After(named) => Next::Again(named.max(*wait)),
            Retry::Backoff => Next::Again(*wait),
        }
    }
}

/// How long nobody with the same address may call after this failure.
pub(super) fn pause(error: &Error) -> Option<Duration> {
    if error.kind() != Kind::Throttled {
        return None;
    }
    Some(match error.retry() {
        Retry::After(named) => named.min(LONGEST_PAUSE),
        Retry::Backoff | Retry::Never => UNNAMED_PAUSE,
    })
}
