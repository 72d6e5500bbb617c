//! The count of calls from this machine's internet address, kept where other processes find it.

use std::sync::{Mutex, PoisonError};

use domain::{BudgetKey, Budgets};
use endpoint::{Budget, Reservation};
use jiff::Timestamp;
use repairshopr::{AddressBudget, AddressLedger, Pending};

/// Counts the calls of an address in budgets that other processes may use too.
///
/// While the budgets fail, the process counts for itself: RepairShopr's own limit is a fifth higher,
/// and says so with 429.
pub struct SharedAddress<B> {
    budgets: B,
    requests_per_minute: u32,
    alone: Mutex<Budget>,
}

impl<B: Budgets> SharedAddress<B> {
    /// So many calls a minute for all who share these budgets.
    #[must_use]
    pub fn new(budgets: B, requests_per_minute: u32) -> Self {
        let alone = Mutex::new(AddressBudget::counter(requests_per_minute, [], None));
        Self { budgets, requests_per_minute, alone }
    }

    /// Changes what was spent, and gives what the change gave; none where the budgets fail.
    async fn change<V: Send + 'static>(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Budget) -> V + Send + 'static,
    ) -> Option<V> {
        // Whoever calls from an address spends from one limit, whatever the key (9 of the facts).
        let key = BudgetKey { app: "repairshopr".to_owned(), tenant: "address".to_owned() };
        let limit = self.requests_per_minute;
        let change = move |kept: &mut domain::Budget| {
            let calls = std::mem::take(&mut kept.calls);
            let mut budget = AddressBudget::counter(limit, calls, kept.paused_until);
            let value = change(&mut budget);
            (kept.calls, kept.paused_until) = budget.state();
            value
        };
        match self.budgets.change(key, now, change).await {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::warn!(%error, "calls to RepairShopr are counted for this process alone");
                None
            }
        }
    }
}

impl<B: Budgets> AddressLedger for SharedAddress<B> {
    fn reserve(&self, now: Timestamp) -> Pending<'_, Reservation> {
        Box::pin(async move {
            let shared = self.change(now, move |budget| budget.reserve(now)).await;
            let own = || self.alone.lock().unwrap_or_else(PoisonError::into_inner).reserve(now);
            shared.unwrap_or_else(own)
        })
    }

    fn pause(&self, until: Timestamp, now: Timestamp) -> Pending<'_, ()> {
        Box::pin(async move {
            self.alone.lock().unwrap_or_else(PoisonError::into_inner).pause(until);
            self.change(now, move |budget| budget.pause(until)).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use domain::{Memory, contract::sample};

    use super::*;

    #[tokio::test]
    async fn processes_that_share_budgets_share_the_address() {
        let budgets = Memory::new(sample::clock());
        let [one, other] = [0, 1].map(|_| Arc::new(SharedAddress::new(budgets.clone(), 3)));
        let mut granted = 0;
        for turn in 0..4 {
            let ledger = if turn % 2 == 0 { &one } else { &other };
            granted += u32::from(ledger.reserve(sample::at(turn)).await == Reservation::Granted);
        }
        assert_eq!(granted, 3);
        let wait = other.reserve(sample::at(5)).await;
        assert_eq!(
            wait,
            Reservation::Wait(Duration::from_secs(55)),
            "after the first call's minute"
        );
        one.pause(sample::at(90), sample::at(60)).await;
        assert_eq!(
            other.reserve(sample::at(70)).await,
            Reservation::Wait(Duration::from_secs(20)),
            "a pause is everybody's"
        );
        assert_eq!(other.reserve(sample::at(90)).await, Reservation::Granted);
    }
}
