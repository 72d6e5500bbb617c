//! When an attempt failed, then this is what becomes of its action.

use std::time::Duration;

use domain::{Claimed, Failure, Next, Settlement};
use jiff::Timestamp;

/// The waits between the attempts of one action that fails by its own fault: about three days in
/// all (`facts/engine.md` 5.6).
const WAITS: [Duration; 15] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
    Duration::from_secs(12 * 60 * 60),
];

/// What becomes of an action whose attempt failed at `now`. `reopens` is when its destination takes
/// calls again, where the failure is the destination's and not the action's: such an attempt does
/// not count.
pub(crate) fn judge(
    claimed: &Claimed,
    failure: Failure,
    now: Timestamp,
    reopens: Option<Timestamp>,
) -> Settlement {
    let Failure { next, ambiguous, reason } = failure;
    match (next, reopens) {
        (Next::GiveUp, _) => Settlement::Dead { reason },
        (_, Some(at)) => Settlement::Retry { at, counted: false, ambiguous, reason },
        (_, None) => match WAITS.get(claimed.failures as usize) {
            Some(wait) => Settlement::Retry { at: now + *wait, counted: true, ambiguous, reason },
            None => Settlement::Dead {
                reason: format!("given up after {} attempts: {reason}", claimed.failures + 1),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::{action, at};

    use super::*;

    fn claimed(failures: u32) -> Claimed {
        Claimed {
            action: action(1, "notion", "a"),
            attempt: failures + 1,
            failures,
            look_first: false,
        }
    }

    fn failure(next: Next) -> Failure {
        Failure { next, ambiguous: true, reason: "busy".to_owned() }
    }

    #[test]
    fn an_action_waits_longer_each_time_and_is_given_up_after_three_days() {
        let mut now = at(0);
        for failures in 0..15 {
            let Settlement::Retry { at, counted, ambiguous, .. } =
                judge(&claimed(failures), failure(Next::Retry), now, None)
            else {
                panic!("given up after {failures} failures");
            };
            assert!(counted && ambiguous && at > now);
            now = at;
        }
        let hours = now.duration_since(at(0)).as_hours();
        assert!((72..=80).contains(&hours), "{hours} hours");
        assert!(matches!(
            judge(&claimed(15), failure(Next::Retry), now, None),
            Settlement::Dead { .. }
        ));
    }

    #[test]
    fn a_destination_that_is_down_costs_the_action_nothing() {
        let settled = judge(&claimed(14), failure(Next::Hold(None)), at(0), Some(at(60)));
        let Settlement::Retry { at: due, counted, .. } = settled else { panic!("given up") };
        assert_eq!((due, counted), (at(60), false));
    }
}
