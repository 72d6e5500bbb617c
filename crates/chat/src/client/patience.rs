//! Patience: which failures of a call the client repeats by itself, and after how long.

use std::time::Duration;

use endpoint::Retry;

use crate::{Error, Kind};

/// The wait before the first repetition where the provider named none; each further one is four
/// times as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait: a longer one belongs to the caller's schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What is left of a call's patience.
#[derive(Debug)]
pub(super) struct Patience {
    left: u32,
    wait: Duration,
}

impl Patience {
    pub(super) fn new(retries: u32) -> Self {
        Self { left: retries, wait: FIRST_WAIT }
    }

    /// How long to wait before the call is repeated; none where the caller gets the error.
    pub(super) fn after(&mut self, error: &Error) -> Option<Duration> {
        if self.left == 0 || !was_not_read(error) {
            return None;
        }
        let wait = match error.retry() {
            Retry::Never => return None,
            Retry::After(named) => named,
            Retry::Backoff => self.wait,
        };
        self.left -= 1;
        self.wait = self.wait.saturating_mul(4);
        (wait <= LONGEST_WAIT).then_some(wait)
    }
}

/// Whether the provider did nothing with the call, so that a repetition is not paid twice.
fn was_not_read(error: &Error) -> bool {
    match error.kind() {
        Kind::Throttled | Kind::Overloaded | Kind::Unreachable => true,
        Kind::Failed => !error.call().is_ambiguous(),
        _ => false,
    }
}
