//! Patience: which failures of a call the client repeats by itself, and after how long.
//!
//! A crate for this, such as `backon`, brings the waits, which are three numbers here. What decides
//! is whether a repetition can do harm, and that a throttled call waits for a pause that all share.

use std::time::Duration;

use endpoint::{Retry, TransportError};
use jiff::Timestamp;

use super::{Settings, jitter::Jitter};
use crate::{Error, Kind, ledger::spent::later};

/// The waits before the first, second and every later repetition, before jitter.
const WAITS: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_millis(1000), Duration::from_millis(2000)];

/// The longest wait that a reply can cause before a repetition of a failed call: a longer one
/// belongs to the caller's schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What is left of a call's patience.
#[derive(Debug)]
pub(super) struct Patience {
    repeatable: bool,
    failures: usize,
    retries: usize,
    throttles_left: Option<u32>,
    limit: Option<Duration>,
    /// How long a pause lasts for which HighLevel names no end, at most.
    window: Duration,
    started: Option<Timestamp>,
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
    /// The patience for one call; `repeatable` says whether it may happen twice.
    pub(super) fn new(settings: &Settings, repeatable: bool) -> Self {
        Self {
            repeatable,
            failures: 0,
            retries: usize::try_from(settings.retries).unwrap_or(usize::MAX),
            throttles_left: settings.throttle_retries,
            limit: settings.patience,
            window: settings.window.saturating_add(settings.window_margin),
            started: None,
        }
    }

    /// Notes that an attempt leaves.
    pub(super) fn start(&mut self, now: Timestamp) {
        self.started.get_or_insert(now);
    }

    /// When the last attempt may leave; none before the first one, and where patience has no end.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        Some(later(self.started?, self.limit?))
    }

    /// Decides what follows from `error`, which arrived at `now`.
    pub(super) fn after(&mut self, error: &Error, now: Timestamp, jitter: &Jitter) -> Next {
        let next = match error.kind() {
            Some(Kind::Throttled) => self.after_throttle(),
            Some(Kind::DailyLimit) => Next::GiveUp,
            _ if self.may_repeat(error) => self.after_failure(error, jitter),
            _ => Next::GiveUp,
        };
        let wait = match (next, error.retry()) {
            (Next::Again(wait), _) | (Next::AfterPause, Retry::After(wait)) => wait,
            (Next::AfterPause, _) => self.window,
            (Next::GiveUp, _) => return next,
        };
        match self.deadline() {
            Some(deadline) if later(now, wait) > deadline => Next::GiveUp,
            _ => next,
        }
    }

    fn after_throttle(&mut self) -> Next {
        match &mut self.throttles_left {
            Some(0) => return Next::GiveUp,
            Some(left) => *left -= 1,
            None => {}
        }
        Next::AfterPause
    }

    fn after_failure(&mut self, error: &Error, jitter: &Jitter) -> Next {
        if self.failures >= self.retries {
            return Next::GiveUp;
        }
        let wait = jitter.spread(WAITS[self.failures.min(WAITS.len() - 1)]);
        self.failures += 1;
        match error.retry() {
            Retry::Never => Next::GiveUp,
            Retry::After(named) if named > LONGEST_WAIT => Next::GiveUp,
            Retry::After(named) => Next::Again(named.max(wait)),
            Retry::Backoff => Next::Again(wait),
        }
    }

    /// Whether another attempt can do no harm: nothing was sent, or twice is as good as once.
    fn may_repeat(&self, error: &Error) -> bool {
        match error.call() {
            Some(endpoint::Error::Send { source: TransportError::Connect { .. }, .. }) => true,
            Some(endpoint::Error::Send { .. }) => self.repeatable,
            Some(endpoint::Error::Status { response, .. }) => {
                self.repeatable && response.status >= 500
            }
            // What is no JSON comes from something in between; what has another shape is the
            // operation's, and comes again.
            Some(endpoint::Error::Decode { source, .. }) => self.repeatable && !source.is_data(),
            Some(endpoint::Error::Build { .. }) | None => false,
        }
    }
}
