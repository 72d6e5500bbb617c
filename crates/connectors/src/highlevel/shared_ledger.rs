//! The ledger of HighLevel's limits that processes share: what the client counts, kept in budgets.

use std::fmt;

use domain::{Budget, BudgetKey, Budgets};
use highlevel::{
    Tenant,
    auth::Pending,
    ledger::{Admission, Allowance, CallLedger, LedgerError, News, Spent},
};
use jiff::Timestamp;

/// Counts calls in budgets that other processes may use too.
///
/// Each process that calls HighLevel opens the budgets of its data folder and gives them to its
/// client:
///
/// ```ignore
/// let budgets = store::SqliteBudgets::open(&data_dir)?;
/// let ledger: Arc<dyn CallLedger> = Arc::new(SharedLedger::for_private_tokens(budgets));
/// let settings = highlevel::Settings { ledger: Some(ledger), ..Default::default() };
/// ```
pub struct SharedLedger<B> {
    app: String,
    budgets: B,
}

impl<B: Budgets> SharedLedger<B> {
    /// For calls with private tokens: all of a tenant's share one limit (`facts/highlevel.md` 3).
    #[must_use]
    pub fn for_private_tokens(budgets: B) -> Self {
        Self { app: "highlevel/private".to_owned(), budgets }
    }

    /// For calls of the marketplace app with this client id.
    #[must_use]
    pub fn for_app(client_id: &str, budgets: B) -> Self {
        Self { app: format!("highlevel/app/{client_id}"), budgets }
    }

    /// Changes what a tenant has spent.
    async fn change<V: Send + 'static>(
        &self,
        tenant: &Tenant,
        now: Timestamp,
        change: impl FnOnce(&mut Spent) -> V + Send + 'static,
    ) -> Result<V, LedgerError> {
        let key = BudgetKey { app: self.app.clone(), tenant: tenant.to_string() };
        let change = move |budget: &mut Budget| {
            let mut spent = spent(std::mem::take(budget));
            let value = change(&mut spent);
            *budget = kept(spent);
            value
        };
        self.budgets.change(key, now, change).await.map_err(Into::into)
    }
}

impl<B: Budgets> CallLedger for SharedLedger<B> {
    fn reserve<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        now: Timestamp,
    ) -> Pending<'a, Result<Admission, LedgerError>> {
        Box::pin(self.change(tenant, now, move |spent| spent.reserve(allowance, now)))
    }

    fn note<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        news: &'a [News],
        now: Timestamp,
    ) -> Pending<'a, Result<(), LedgerError>> {
        let news = news.to_vec();
        Box::pin(self.change(tenant, now, move |spent| {
            for news in news {
                spent.note(allowance, news, now);
            }
        }))
    }
}

impl<B> fmt::Debug for SharedLedger<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedLedger").field("app", &self.app).finish_non_exhaustive()
    }
}

fn spent(budget: Budget) -> Spent {
    Spent {
        calls: budget.calls.into(),
        others: budget.others.into(),
        others_fell: budget.others_fell,
        day: budget.day.into(),
        lower_limit: budget.lower_limit,
        next_turn: budget.next_turn,
        paused_until: budget.paused_until,
        day_over_until: budget.day_over_until,
    }
}

fn kept(spent: Spent) -> Budget {
    Budget {
        calls: spent.calls.into(),
        others: spent.others.into(),
        others_fell: spent.others_fell,
        day: spent.day.into(),
        lower_limit: spent.lower_limit,
        next_turn: spent.next_turn,
        paused_until: spent.paused_until,
        day_over_until: spent.day_over_until,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Memory, contract::sample};
    use highlevel::{LocationId, ledger::contract};

    use super::*;

    fn memory() -> Memory {
        Memory::new(sample::clock())
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        contract::check(|| Arc::new(SharedLedger::for_private_tokens(memory()))).await;
    }

    #[tokio::test]
    async fn ledgers_on_the_same_budgets_share_a_limit_and_apps_do_not() {
        let budgets = memory();
        let ledgers = [
            SharedLedger::for_private_tokens(budgets.clone()),
            SharedLedger::for_private_tokens(budgets.clone()),
            SharedLedger::for_app("client-1", budgets.clone()),
            SharedLedger::for_app("client-2", budgets),
        ];
        let window = std::time::Duration::from_secs(10);
        let one = Allowance { calls_per_window: 1, window, calls_per_day: 9 };
        let tenant: Tenant = LocationId::new("location").into();
        let mut granted = Vec::new();
        for ledger in &ledgers {
            let admission = ledger.reserve(&tenant, one, sample::at(0)).await.unwrap();
            granted.push(admission == Admission::Granted);
        }
        assert_eq!(granted, [true, false, true, true]);
    }
}
