//! Repeatable chance: the same seed, the same draws (xorshift64*).

use std::{ops::Range, time::Duration};

/// A source of draws.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Chance from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Neighboring seeds lie far apart, and none is zero, which would stay zero.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`; zero where there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    /// A number within a range.
    pub fn within(&mut self, range: Range<usize>) -> usize {
        range.start + self.below(range.len())
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A time shorter than this one.
    pub fn time_below(&mut self, bound: Duration) -> Duration {
        Duration::from_micros(self.below(bound.as_micros() as usize) as u64)
    }

    /// A source of its own, which follows from this one.
    #[must_use]
    pub fn branch(&mut self) -> Self {
        Self::new(self.below(usize::MAX) as u64)
    }
}
