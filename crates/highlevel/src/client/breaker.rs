//! The circuit breaker of one host and tenant: stops calls while HighLevel fails, as a function of now.

use std::time::Duration;

use jiff::Timestamp;

use super::Settings;
use crate::ledger::spent::later;

/// Counts failures in a row, and refuses calls for a while after too many.
#[derive(Debug)]
pub(super) struct Breaker {
    /// How many failures in a row open it; none never.
    most: Option<u32>,
    rest: Duration,
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    pub(super) fn new(settings: &Settings) -> Self {
        let most = settings.breaker_failures.map(|most| most.max(1));
        Self { most, rest: settings.breaker_rest, failures: 0, open_until: None }
    }

    /// When a call may be tried again; none where it may at once.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<Timestamp> {
        self.open_until.filter(|until| now < *until)
    }

    /// Lets a call through, or says when one may be tried again.
    ///
    /// After a rest one call finds out for all. Until it ends, the others are refused for another
    /// rest; should it never end, because its caller gave up, the next one after that is let
    /// through.
    pub(super) fn admit(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        match self.open_until {
            Some(until) if now < until => Err(until),
            Some(_) => {
                self.open_until = Some(later(now, self.rest));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Notes whether HighLevel answered the call: with anything but a fault of its own.
    pub(super) fn note(&mut self, now: Timestamp, answered: bool) {
        if answered {
            self.failures = 0;
            self.open_until = None;
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.most.is_some_and(|most| self.failures >= most) {
            self.open_until = Some(later(now, self.rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn open() -> Breaker {
        let mut breaker = Breaker::new(&Settings::default());
        for second in 0..5 {
            assert_eq!(breaker.admit(at(second)), Ok(()));
            breaker.note(at(second), false);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_stop_all_calls_for_a_minute() {
        let mut breaker = open();
        assert_eq!(breaker.refusal(at(5)), Some(at(64)));
        assert_eq!(breaker.admit(at(63)), Err(at(64)));
    }

    #[test]
    fn an_answer_in_between_begins_the_count_again() {
        let mut breaker = Breaker::new(&Settings::default());
        for answered in [false, false, false, false, true, false, false, false, false] {
            breaker.note(at(0), answered);
        }
        assert_eq!(breaker.admit(at(0)), Ok(()));
    }

    #[test]
    fn after_the_rest_one_call_finds_out_for_all() {
        let mut breaker = open();
        assert_eq!(breaker.admit(at(64)), Ok(()));
        assert_eq!(breaker.admit(at(65)), Err(at(124)), "one is enough");
        breaker.note(at(66), true);
        assert_eq!(breaker.admit(at(66)), Ok(()));

        let mut breaker = open();
        assert_eq!(breaker.admit(at(64)), Ok(()));
        breaker.note(at(70), false);
        assert_eq!(breaker.admit(at(129)), Err(at(130)), "it failed again");
        assert_eq!(breaker.admit(at(130)), Ok(()));
        assert_eq!(breaker.admit(at(190)), Ok(()), "the one at 130 never ended");
    }

    #[test]
    fn it_can_be_switched_off() {
        let mut breaker = Breaker::new(&Settings { breaker_failures: None, ..Settings::default() });
        (0..100).for_each(|_| breaker.note(at(0), false));
        assert_eq!(breaker.admit(at(0)), Ok(()));
    }
}
