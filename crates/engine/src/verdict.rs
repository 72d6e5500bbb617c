//! When an attempt failed, then this is what becomes of its action.

use domain::{Claimed, Failure, Next, Settlement};
use jiff::Timestamp;

use crate::{
    delivery::{AfterDead, Blame, DeliverySettings},
    schedule,
};

/// What there is to know when an attempt has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// When it failed.
    pub(crate) now: Timestamp,
    /// When its destination takes calls again, where the failure is the destination's and not the
    /// action's: such an attempt does not count.
    pub(crate) reopens: Option<Timestamp>,
    /// A number from 0 to 1, which spreads the next attempts.
    pub(crate) random: f64,
}

/// What becomes of an action whose attempt failed.
pub(crate) fn judge(
    claimed: &Claimed,
    failure: Failure,
    moment: Moment,
    settings: DeliverySettings,
) -> Settlement {
    let Failure { next, ambiguous, reason } = failure;
    let Moment { now, reopens, random } = moment;
    let holds_until = match settings.after_dead {
        AfterDead::Continue => None,
        AfterDead::Wait(at_most) => Some(now + at_most),
    };
    let wait = schedule::wait(claimed.failures, settings.give_up_after, random);
    let is_held = match (next, settings.blame) {
        (Next::Hold(_), _) | (_, Blame::Destination) => reopens.is_some(),
        (Next::Retry | Next::GiveUp, Blame::Action) => false,
    };
    match (next, reopens, wait) {
        (Next::GiveUp, _, _) => Settlement::Dead { ambiguous, holds_until, reason },
        (_, Some(at), _) if is_held => Settlement::Retry { at, counted: false, ambiguous, reason },
        (_, reopens, Some(wait)) => {
            let at = (now + wait).max(reopens.unwrap_or(now));
            Settlement::Retry { at, counted: true, ambiguous, reason }
        }
        (_, _, None) => {
            let failures = claimed.failures + 1;
            let reason = format!("given up after {failures} failures: {reason}");
            Settlement::Dead { ambiguous, holds_until, reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    fn moment(now: Timestamp, reopens: Option<Timestamp>) -> Moment {
        Moment { now, reopens, random: 0.5 }
    }

    #[test]
    fn where_the_action_is_blamed_too_a_closed_gate_counts() {
        let settings = DeliverySettings { blame: Blame::Action, ..DeliverySettings::default() };
        let closed = moment(at(0), Some(at(60)));
        let settled = judge(&claimed(0), failure(Next::Retry), closed, settings);
        let Settlement::Retry { at: until, counted, .. } = settled else { panic!("it is dead") };
        assert_eq!((until, counted), (at(60), true));
        let settled = judge(&claimed(99), failure(Next::Retry), closed, settings);
        assert!(matches!(settled, Settlement::Dead { .. }));
        let settled = judge(&claimed(99), failure(Next::Hold(None)), closed, settings);
        assert!(matches!(settled, Settlement::Retry { counted: false, .. }));
    }

    #[test]
    fn an_action_waits_longer_each_time_and_is_given_up_after_a_day() {
        let settings = DeliverySettings::default();
        let mut now = at(0);
        let mut failures = 0;
        let settled = loop {
            match judge(&claimed(failures), failure(Next::Retry), moment(now, None), settings) {
                Settlement::Retry { at, counted, ambiguous, .. } => {
                    assert!(counted && ambiguous && at > now);
                    (now, failures) = (at, failures + 1);
                }
                dead => break dead,
            }
        };
        assert_eq!((failures, now.duration_since(at(0)).as_hours()), (12, 24));
        let reason = "given up after 13 failures: busy".to_owned();
        assert_eq!(settled, Settlement::Dead { ambiguous: true, holds_until: None, reason });
    }

    #[test]
    fn a_destination_that_is_down_costs_the_action_nothing() {
        let moment = moment(at(0), Some(at(60)));
        let settings = DeliverySettings::default();
        let settled = judge(&claimed(99), failure(Next::Hold(None)), moment, settings);
        let Settlement::Retry { at: due, counted, .. } = settled else { panic!("given up") };
        assert_eq!((due, counted), (at(60), false));
    }

    #[test]
    fn what_can_never_succeed_holds_its_lane_where_it_is_told_to() {
        let settings = DeliverySettings {
            after_dead: AfterDead::Wait(Duration::from_secs(900)),
            ..DeliverySettings::default()
        };
        let settled = judge(&claimed(0), failure(Next::GiveUp), moment(at(5), None), settings);
        let Settlement::Dead { holds_until, .. } = settled else { panic!("tried again") };
        assert_eq!(holds_until, Some(at(905)));
    }
}
