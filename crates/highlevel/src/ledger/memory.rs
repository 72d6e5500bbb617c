//! The ledger of one process: each tenant's limits, in memory.

use std::{
    collections::HashMap,
    future,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{Admission, Allowance, CallLedger, LedgerError, News, Spent};
use crate::{Tenant, auth::Pending};

/// Counts the calls of this process. Clients that share one keep their limits together.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    tenants: Mutex<HashMap<Tenant, Spent>>,
}

impl MemoryLedger {
    /// What all tenants have spent; it is whole between any two calls, so what a panic left
    /// behind is good.
    fn tenants(&self) -> MutexGuard<'_, HashMap<Tenant, Spent>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<V>(&self, tenant: &Tenant, change: impl FnOnce(&mut Spent) -> V) -> V {
        change(self.tenants().entry(tenant.clone()).or_default())
    }
}

impl CallLedger for MemoryLedger {
    fn reserve<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        now: Timestamp,
    ) -> Pending<'a, Result<Admission, LedgerError>> {
        let admission = self.with(tenant, |spent| spent.reserve(allowance, now));
        Box::pin(future::ready(Ok(admission)))
    }

    fn note<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        news: &'a [News],
        now: Timestamp,
    ) -> Pending<'a, Result<(), LedgerError>> {
        self.with(tenant, |spent| news.iter().for_each(|it| spent.note(allowance, *it, now)));
        Box::pin(future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ledger::contract;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        contract::check(|| Arc::new(MemoryLedger::default())).await;
    }
}
