//! The UUIDs that the simulated HighLevel gives out: the same run has the same ones.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest;
use jiff::Timestamp;

/// Gives out UUIDs that follow from a seed, a start and a counter.
///
/// The start is part of them because a restarted sandbox counts from zero again: with the seed
/// alone its new webhooks would carry the ids of old ones, and every hub would refuse them.
pub(crate) struct Ids {
    seed: u64,
    started: Timestamp,
    given: AtomicU64,
}

impl Ids {
    pub(crate) fn new(seed: u64, started: Timestamp) -> Self {
        Self { seed, started, given: AtomicU64::new(0) }
    }

    /// The next UUID (version 4 in form, as HighLevel's are).
    pub(crate) fn next(&self) -> String {
        let count = self.given.fetch_add(1, Ordering::Relaxed);
        let mut input = self.seed.to_be_bytes().to_vec();
        input.extend(self.started.as_nanosecond().to_be_bytes());
        input.extend(count.to_be_bytes());
        let digest = digest::digest(&digest::SHA256, &input);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_ref()[..16]);
        uuid(bytes)
    }
}

/// Sets the version and variant bits (RFC 9562, 5.4) and writes the five groups.
fn uuid(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | (4 << 76);
    let number = number & !(0b11 << 62) | (0b10 << 62);
    let digits = format!("{number:032x}");
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn first(seed: u64, started: i64) -> Vec<String> {
        let ids = Ids::new(seed, Timestamp::from_second(started).unwrap());
        (0..100).map(|_| ids.next()).collect()
    }

    #[test]
    fn the_same_run_has_the_same_ids() {
        assert_eq!(first(1, 5), first(1, 5));
    }

    #[test]
    fn no_two_ids_of_any_runs_are_equal() {
        let all: BTreeSet<String> =
            [first(1, 5), first(2, 5), first(1, 6)].into_iter().flatten().collect();
        assert_eq!(all.len(), 300);
    }

    #[test]
    fn ids_have_the_form_of_a_version_4_uuid() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
