//! How long the server waits for what, and how slow a sender may be.
//!
//! An answer is due within two seconds of a whole request (`facts/highlevel.md` 7.2). Everything before
//! that is bounded too, since whoever sends slowly holds memory and a place among the connections.

use std::time::Duration;

use crate::connection::Doing;

/// How long keeping an event may take before the sender is told to come again: under the two seconds
/// within which vendors want their answer, with room for the way back.
pub(crate) const ANSWER: Duration = Duration::from_millis(1_500);

/// How long a connection may take from its first byte, or from its beginning, to a whole head.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection may rest between two requests: longer than the minute after which proxies
/// close theirs, so that it is they who close and no request meets a connection that goes away.
const REST: Duration = Duration::from_secs(75);

/// How long a reader of an answer may take nothing of it.
const REPLY: Duration = Duration::from_secs(10);

/// How long what still arrives is read and thrown away before a connection is closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long a body may take altogether, whatever its pace.
const BODY: Duration = Duration::from_secs(15);

/// How long a body may stand still or trickle before its pace counts.
const GRACE: Duration = Duration::from_secs(3);

/// How many bytes of a body must arrive in a second, after the grace.
const PACE: u32 = 16 * 1024;

/// How long calls that are passed on may go on once the hub stops: less than it waits for requests.
pub(crate) const LAST_CALLS: Duration = Duration::from_secs(2);

/// How often what is overdue is looked for.
pub(crate) const LOOK: Duration = Duration::from_millis(250);

/// When the next bytes of a body must be there, counted from its beginning, after so many of them.
pub(crate) fn of_body(received: usize) -> Duration {
    let received = u32::try_from(received).unwrap_or(u32::MAX);
    let earned = Duration::from_secs_f64(f64::from(received) / f64::from(PACE));
    BODY.min(GRACE + earned)
}

/// How long the sender of a body that is passed on may have been waited for in all, after so many
/// bytes of it. How long it takes altogether is the other side's to say as well.
pub(crate) fn of_pieces(received: u64) -> Duration {
    Duration::from_secs(received / u64::from(PACE)).saturating_add(BODY)
}

/// How long a connection may do this; none where what it does has its own end.
pub(crate) fn with(doing: Doing) -> Option<Duration> {
    match doing {
        Doing::Opened | Doing::Heading => Some(HEAD),
        Doing::Resting => Some(REST),
        Doing::Replying => Some(REPLY),
        Doing::Closing => Some(FAREWELL),
        // The body has a pace, and the answer its own limit; both answer instead of closing.
        Doing::Receiving | Doing::Working => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_earns_time_by_arriving_and_no_more_than_the_whole() {
        assert_eq!(of_body(0), GRACE);
        assert_eq!(of_body(16 * 1024), GRACE + Duration::from_secs(1));
        assert_eq!(of_body(5 * 1024 * 1024), BODY);
        assert_eq!(of_body(usize::MAX), BODY);
    }
}
