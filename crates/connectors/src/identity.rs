//! The identity of events whose sender gives them none: their bytes, within a window of time.
//!
//! Time is cut into tiles twice, the second time shifted by half a tile, and an event has an identity
//! for its tile in each. Two equal bodies less than half a tile apart share one of the two, and two
//! that are more than a whole tile apart share none: what a sender repeats is one event, and what
//! happens again later is another.

use aws_lc_rs::digest::{Context, SHA256};
use domain::EventId;
use jiff::{SignedDuration, Timestamp};

/// The two identities of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Windowed {
    /// In the first cut.
    pub(crate) id: EventId,
    /// In the second.
    pub(crate) alias: EventId,
}

/// The identity that follows from a vendor, a kind of identity and a value.
pub(crate) fn digest(vendor: &str, space: &str, value: &[u8]) -> EventId {
    let mut context = Context::new(&SHA256);
    for part in [vendor.as_bytes(), b"\0", space.as_bytes(), b"\0", value] {
        context.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&context.finish().as_ref()[..16]);
    EventId::from_bytes(bytes)
}

/// The identities of a body that came at this moment: equal bodies are one event within `window`, and
/// two when more than twice as much time lies between them.
pub(crate) fn within(
    vendor: &str,
    body: &[u8],
    received_at: Timestamp,
    window: SignedDuration,
) -> Windowed {
    let (second, half) = (received_at.as_second(), window.as_secs().max(1));
    let in_tile = |space: &str, tile: i64| {
        let value = [&tile.to_be_bytes()[..], body].concat();
        digest(vendor, space, &value)
    };
    Windowed {
        id: in_tile("body in its tile", second.div_euclid(2 * half)),
        alias: in_tile("body in its shifted tile", (second + half).div_euclid(2 * half)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Windowed {
        let moment = Timestamp::from_second(1_790_000_000 + second).unwrap();
        within("vendor", b"body", moment, SignedDuration::from_secs(60))
    }

    fn are_one(one: Windowed, other: Windowed) -> bool {
        one.id == other.id || one.alias == other.alias
    }

    #[test]
    fn a_repetition_within_the_window_is_the_same_and_a_late_one_is_not() {
        for start in 0..240 {
            for later in 0..60 {
                assert!(are_one(at(start), at(start + later)), "{start} and {later} s later");
            }
            for later in 120..300 {
                assert!(!are_one(at(start), at(start + later)), "{start} and {later} s later");
            }
        }
    }

    #[test]
    fn other_bytes_are_another_event() {
        let moment = Timestamp::from_second(1_790_000_000).unwrap();
        let of = |vendor, body: &[u8]| within(vendor, body, moment, SignedDuration::from_secs(60));
        assert!(!are_one(of("vendor", b"a"), of("vendor", b"b")));
        assert!(!are_one(of("vendor", b"a"), of("other", b"a")));
        assert_ne!(of("vendor", b"a").id, of("vendor", b"a").alias);
    }
}
