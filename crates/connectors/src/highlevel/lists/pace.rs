//! The pace of bulk reading: calls of one location leave evenly, so that others find room at any moment.
//!
//! A window's calls at once would be as fast in the long run, and would leave the next ten seconds to
//! nobody. Evenly, a call that somebody waits for finds the next place a tenth of a second later, and
//! overtakes those that wait here (`highlevel::Priority`).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use endpoint::Timer;
use highlevel::Tenant;
use jiff::Timestamp;

/// How far apart calls leave: 100 in the ten seconds of a window with its margin
/// (`facts/highlevel.md` 3).
const SPACING: Duration = Duration::from_millis(101);

/// How much time may be made up for that nobody used, such as that of a slow page: ten calls.
const SAVED: Duration = Duration::from_secs(1);

/// When the next call of each location has its turn.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<Tenant, Timestamp>>);

impl Pace {
    /// Waits for the next turn.
    pub(super) async fn turn<C: Timer>(&self, tenant: &Tenant, timer: &C) {
        let now = timer.now();
        let turn = self.take(tenant, now);
        let wait = Duration::try_from(turn.duration_since(now)).unwrap_or_default();
        if !wait.is_zero() {
            timer.sleep(wait).await;
        }
    }

    fn take(&self, tenant: &Tenant, now: Timestamp) -> Timestamp {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = turns.entry(tenant.clone()).or_insert(now);
        let turn = (*next).max(now.saturating_sub(SAVED).unwrap_or(now));
        *next = turn.saturating_add(SPACING).unwrap_or(turn);
        turn
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;
    use highlevel::LocationId;

    use super::*;

    #[test]
    fn calls_leave_evenly_and_each_location_has_its_own_turns() {
        let pace = Pace::default();
        let [one, other] = ["one", "other"].map(|id| Tenant::from(LocationId::new(id)));
        let turns = [&one, &one, &other, &one].map(|tenant| pace.take(tenant, at(0)));
        let waits = turns.map(|turn| turn.duration_since(at(0)).as_millis());
        assert_eq!(waits, [0, 101, 0, 202]);
        let late = [9, 9].map(|seconds| pace.take(&one, at(seconds)));
        let waits = late.map(|turn| turn.duration_since(at(9)).as_millis());
        assert_eq!(waits, [-1_000, -899], "a second is made up for, and no more");
    }
}
