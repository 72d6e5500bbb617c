//! What a failed call to Notion means for the action and for the destination.

use std::time::Duration;

use domain::{Failure, Next};
use endpoint::{Retry, TransportError};
use notion::Error;

/// How long a connection that Notion blocked is left alone (`facts/notion.md` 6).
const BLOCKED: Duration = Duration::from_secs(60 * 60);

/// Classifies a failed call.
pub(super) fn of(error: &Error) -> Failure {
    Failure { next: next(error), ambiguous: error.is_ambiguous(), reason: error.to_string() }
}

fn next(error: &Error) -> Next {
    if error.is_blocked() {
        return Next::Hold(Some(BLOCKED));
    }
    if let endpoint::Error::Send { source: TransportError::Connect { .. }, .. } = error.call() {
        return Next::Hold(None);
    }
    match (error.status(), error.retry()) {
        // The token, the sharing or the plan has to change: no action can succeed before.
        (Some(401 | 403 | 404), _) => Next::Hold(None),
        (Some(429 | 529), Retry::After(wait)) => Next::Hold(Some(wait)),
        (Some(429 | 529), _) => Next::Hold(None),
        (_, Retry::Never) => Next::GiveUp,
        (_, Retry::After(wait)) => Next::Hold(Some(wait)),
        (_, Retry::Backoff) => Next::Retry,
    }
}
