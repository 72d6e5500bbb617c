//! When a destination cannot take calls, then its actions wait together, and one of them tries first.

use std::time::Duration;

use jiff::Timestamp;

/// The first wait for a destination that names none; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait for a destination that names none.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// So many calls in a row that fail without a word from the vendor are the destination's fault, and
/// not that of their actions.
const TROUBLES: u32 = 3;

/// Whether a destination takes calls: open, closed until a time, or on trial with one call.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    closed_until: Option<Timestamp>,
    closings: u32,
    troubles: u32,
}

impl Gate {
    /// How many calls may be under way at `now`, of at most `concurrency`.
    pub(crate) fn room(&self, now: Timestamp, concurrency: usize) -> usize {
        match self.closed_until {
            None => concurrency,
            Some(until) if now < until => 0,
            Some(_) => concurrency.min(1),
        }
    }

    /// The moment at which the gate lets a call through again, where it is closed.
    pub(crate) fn opens_at(&self) -> Option<Timestamp> {
        self.closed_until
    }

    /// A call met a destination that cannot take calls; returns when it may be tried again.
    ///
    /// Calls that were under way together close the gate once.
    pub(crate) fn close(&mut self, now: Timestamp, wait: Option<Duration>) -> Timestamp {
        if let Some(until) = self.closed_until
            && now < until
            && wait.is_none()
        {
            return until;
        }
        let own = FIRST_WAIT.saturating_mul(1 << self.closings.min(6)).min(LONGEST_WAIT);
        let until = now + wait.unwrap_or(own);
        self.closings += 1;
        let until = self.closed_until.map_or(until, |earlier| earlier.max(until));
        self.closed_until = Some(until);
        until
    }

    /// A call failed in a way that may be the destination's fault or its own. Where the last few did,
    /// or where the gate was on trial, the gate closes; returns when it may be tried again.
    pub(crate) fn trouble(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.troubles += 1;
        let on_trial = self.closed_until.is_some();
        (on_trial || self.troubles >= TROUBLES).then(|| self.close(now, None))
    }

    /// A call came through.
    pub(crate) fn open(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;

    use super::*;

    #[test]
    fn after_each_failed_trial_the_wait_doubles_up_to_a_minute() {
        let mut gate = Gate::default();
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..9 {
            let until = gate.close(now, None);
            assert_eq!(gate.room(now, 8), 0);
            assert_eq!(gate.room(until, 8), 1, "one call tries first");
            waits.push(until.duration_since(now).as_secs());
            now = until;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        gate.open();
        assert_eq!(gate.room(now, 8), 8);
    }

    #[test]
    fn one_failing_call_is_its_own_fault_and_several_in_a_row_are_not() {
        let mut gate = Gate::default();
        assert_eq!(gate.trouble(at(0)), None);
        assert_eq!(gate.trouble(at(0)), None);
        gate.open();
        assert_eq!(gate.trouble(at(1)), None);
        assert_eq!(gate.trouble(at(1)), None);
        let until = gate.trouble(at(1));
        assert_eq!(until, Some(at(2)));
        assert!(gate.trouble(at(2)) > until, "a failed trial closes it again");
    }

    #[test]
    fn calls_that_fail_together_close_the_gate_once_and_the_vendors_word_counts() {
        let mut gate = Gate::default();
        let until = gate.close(at(0), None);
        assert_eq!(gate.close(at(0), None), until);
        let named = gate.close(at(0), Some(Duration::from_secs(30)));
        assert_eq!(named, at(30));
        assert_eq!(gate.close(at(0), Some(Duration::from_secs(5))), at(30), "never sooner");
    }
}
