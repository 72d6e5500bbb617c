//! The rate budget: how many calls a vendor allows in any window of time, as a pure function of now.

use std::{collections::VecDeque, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// At most `limit` calls in any stretch of `window`.
///
/// It remembers the moment of each granted call, so the bound holds for every window and not only
/// for those that begin where the vendor's begin. Memory is `limit` timestamps.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    window: SignedDuration,
    granted: VecDeque<Timestamp>,
    paused_until: Option<Timestamp>,
}

/// The answer to a request for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// The call may leave at once, and has been counted.
    Granted,
    /// Ask again after this long; nothing was counted.
    Wait(Duration),
}

impl Budget {
    /// A budget of `limit` calls per `window`. A limit of zero grants nothing.
    #[must_use]
    pub fn new(limit: usize, window: Duration) -> Self {
        let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
        Self {
            limit,
            window,
            granted: VecDeque::with_capacity(limit.min(1024)),
            paused_until: None,
        }
    }

    /// The same budget after these calls, in order, and with nothing granted before `paused_until`: for
    /// a count that is kept elsewhere.
    #[must_use]
    pub fn after(
        mut self,
        calls: impl IntoIterator<Item = Timestamp>,
        paused_until: Option<Timestamp>,
    ) -> Self {
        self.granted = calls.into_iter().collect();
        self.paused_until = paused_until;
        self
    }

    /// The calls that count, in order, and until when nothing is granted.
    #[must_use]
    pub fn state(&self) -> (Vec<Timestamp>, Option<Timestamp>) {
        (self.granted.iter().copied().collect(), self.paused_until)
    }

    /// Asks for one call at `now`.
    pub fn reserve(&mut self, now: Timestamp) -> Reservation {
        if let Some(until) = self.paused_until {
            if now < until {
                return Reservation::Wait(between(now, until));
            }
            self.paused_until = None;
        }
        while self.granted.front().is_some_and(|first| now.duration_since(*first) >= self.window) {
            self.granted.pop_front();
        }
        if self.granted.len() < self.limit {
            self.granted.push_back(now);
            return Reservation::Granted;
        }
        match self.granted.front() {
            Some(first) => Reservation::Wait(between(now, *first + self.window)),
            None => Reservation::Wait(between(now, now + self.window)),
        }
    }

    /// Grants nothing before `until`: the vendor said so.
    pub fn pause(&mut self, until: Timestamp) {
        self.paused_until = Some(self.paused_until.map_or(until, |earlier| earlier.max(until)));
    }
}

/// The time from `now` to `then`, at least a millisecond so that a waiter always makes progress.
fn between(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default().max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::vec,
        prelude::{prop_assert, proptest},
    };

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn a_burst_uses_the_whole_budget_and_then_waits_for_the_window() {
        let mut budget = Budget::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            assert_eq!(budget.reserve(at(0)), Reservation::Granted);
        }
        assert_eq!(budget.reserve(at(4_000)), Reservation::Wait(Duration::from_secs(6)));
        assert_eq!(budget.reserve(at(10_000)), Reservation::Granted);
    }

    #[test]
    fn a_pause_holds_even_where_calls_are_left() {
        let mut budget = Budget::new(3, Duration::from_secs(10));
        budget.pause(at(5_000));
        budget.pause(at(2_000));
        assert_eq!(budget.reserve(at(1_000)), Reservation::Wait(Duration::from_secs(4)));
        assert_eq!(budget.reserve(at(5_000)), Reservation::Granted);
    }

    #[test]
    fn a_budget_goes_on_from_what_was_kept_of_it() {
        let fresh = || Budget::new(2, Duration::from_secs(10));
        let mut budget = fresh();
        budget.reserve(at(0));
        budget.pause(at(3_000));
        let (calls, paused_until) = budget.state();
        let mut again = fresh().after(calls, paused_until);
        assert_eq!(again.reserve(at(2_000)), Reservation::Wait(Duration::from_secs(1)));
        assert_eq!(again.reserve(at(3_000)), Reservation::Granted);
        assert_eq!(again.reserve(at(4_000)), Reservation::Wait(Duration::from_secs(6)));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_the_limit(steps in vec(0_i64..400, 1..300)) {
            let (limit, window) = (7, 1_000);
            let mut budget = Budget::new(limit, Duration::from_millis(1_000));
            let (mut now, mut granted) = (0, Vec::new());
            for step in steps {
                now += step;
                if budget.reserve(at(now)) == Reservation::Granted {
                    granted.push(now);
                }
            }
            for (index, first) in granted.iter().enumerate() {
                let inside = granted[index..].iter().filter(|call| *call - first < window).count();
                prop_assert!(inside <= limit, "{inside} calls from {first} ms");
            }
        }
    }
}
