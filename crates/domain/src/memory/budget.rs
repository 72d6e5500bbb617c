//! Budgets in memory: a map, changed under the store's lock.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::{Budget, BudgetKey, Budgets, StorageError};

#[derive(Default)]
pub(super) struct BudgetState {
    budgets: BTreeMap<BudgetKey, Budget>,
}

impl Budgets for Memory {
    async fn change<V: Send + 'static>(
        &self,
        key: BudgetKey,
        _now: Timestamp,
        change: impl FnOnce(&mut Budget) -> V + Send + 'static,
    ) -> Result<V, StorageError> {
        let budgets = &mut self.lock().budgets.budgets;
        // A change that panics leaves the budget as it was.
        let mut budget = budgets.get(&key).cloned().unwrap_or_default();
        let value = change(&mut budget);
        budgets.insert(key, budget);
        Ok(value)
    }
}
