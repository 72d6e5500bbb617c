//! The rate budget of one internet address, which all accounts that are called from it share.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use endpoint::{Budget, Reservation};
use jiff::Timestamp;

/// What RepairShopr's rate limit counts within (`facts/repairshopr.md` 9).
const WINDOW: Duration = Duration::from_secs(60);

/// Below the 180 that RepairShopr allows an address in a minute: other programs behind the same
/// address spend from the same limit, and no reply tells what is left.
const CAREFUL: u32 = 150;

/// How many calls leave in any 60 seconds from this process's address. Clones share it.
#[derive(Clone, Debug)]
pub struct AddressBudget(Arc<Mutex<Budget>>);

/// 150 calls a minute, of the 180 that RepairShopr allows an address.
impl Default for AddressBudget {
    fn default() -> Self {
        Self::new(CAREFUL)
    }
}

impl AddressBudget {
    /// A whole budget of so many calls a minute, at least one.
    #[must_use]
    pub fn new(requests_per_minute: u32) -> Self {
        let limit = usize::try_from(requests_per_minute.max(1)).unwrap_or(usize::MAX);
        Self(Arc::new(Mutex::new(Budget::new(limit, WINDOW))))
    }

    pub(super) fn reserve(&self, now: Timestamp) -> Reservation {
        self.budget().reserve(now)
    }

    pub(super) fn pause(&self, until: Timestamp) {
        self.budget().pause(until);
    }

    /// A budget is whole between any two of its calls, so one that a panic left behind is good.
    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
