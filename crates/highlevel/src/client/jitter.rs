//! Jitter: spreads repeated calls, by a sequence of numbers that a seed decides.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The step of SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to spread waits.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A source of waits that differ a little from each other.
#[derive(Debug)]
pub(super) struct Jitter(AtomicU64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// `wait`, longer or shorter by at most a fifth.
    pub(super) fn spread(&self, wait: Duration) -> Duration {
        let share = (self.next() >> 40) as u32; // 24 bits, evenly spread.
        let span = wait * 2 / 5;
        wait * 4 / 5 + Duration::from_secs_f64(span.as_secs_f64() * f64::from(share) / 16_777_216.0)
    }

    fn next(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_within_a_fifth_fill_it_and_follow_the_seed() {
        let second = Duration::from_secs(1);
        let (one, same) = (Jitter::new(7), Jitter::new(7));
        let waits: Vec<_> = (0..1000).map(|_| one.spread(second)).collect();
        let low = waits.iter().min().unwrap().as_millis();
        let high = waits.iter().max().unwrap().as_millis();
        assert!((800..810).contains(&low), "{low}");
        assert!((1190..=1200).contains(&high), "{high}");
        assert!(waits.iter().all(|wait| *wait == same.spread(second)));
    }
}
