//! The rest after tokens were not given: one dead installation must not become a storm of calls.

use std::time::Duration;

use endpoint::Retry;
use jiff::Timestamp;

use super::TokenError;
use crate::Kind;

/// The rests after HighLevel refused, one after the other; the last one stays
/// (`facts/engine.md` 5.8).
const AFTER_REFUSALS: [Duration; 3] =
    [Duration::from_secs(30), Duration::from_secs(300), Duration::from_secs(3600)];

/// The rests after what may pass by itself, one after the other; the last one stays.
const AFTER_FAILURES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(60),
];

/// What was said last, and until when nobody asks again.
#[derive(Default)]
pub(super) struct Rest {
    last: Option<Last>,
}

struct Last {
    error: TokenError,
    until: Timestamp,
    in_a_row: usize,
}

impl Rest {
    /// What to say without asking.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<TokenError> {
        let last = self.last.as_ref().filter(|last| now < last.until)?;
        Some(last.error.clone())
    }

    /// Notes that tokens were not given.
    pub(super) fn begin(&mut self, error: &TokenError, now: Timestamp) {
        let in_a_row = self.last.as_ref().map_or(0, |last| last.in_a_row);
        let steps = match error.retry() {
            // Nobody tells when it does have the app.
            _ if lacks_the_app(error) => &AFTER_REFUSALS[..1],
            Retry::Never => &AFTER_REFUSALS[..],
            Retry::After(_) | Retry::Backoff => &AFTER_FAILURES[..],
        };
        let wait = steps[in_a_row.min(steps.len() - 1)];
        let until = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        self.last = Some(Last { error: error.clone(), until, in_a_row: in_a_row + 1 });
    }

    /// Notes that tokens were given.
    pub(super) fn end(&mut self) {
        self.last = None;
    }
}

fn lacks_the_app(error: &TokenError) -> bool {
    matches!(error, TokenError::Fetch(error) if error.kind() == Some(&Kind::NotInstalled))
}
