//! Reads when a shop's lists were read last, brings its people after each time: while the hub runs.

use std::{sync::Arc, time::Duration};

use connectors::repairshopr::RepairShopr;
use domain::{Actor, RunQuery, RunScope, SyncRunId, SyncRuns, crm::Crm};
use engine::shop::{Brought, ShopReport, ShopStep};
use jiff::{SignedDuration, Timestamp};
use store::Sqlite;

use super::{Bringer, Clients, in_turn};
use crate::{clock, failure::Failure, settings::Settings, wiring};

/// How often it looks whether lists were read anew.
const LOOK: Duration = Duration::from_secs(5);

/// How long it rests after it could not bring everybody.
const REST: SignedDuration = SignedDuration::from_mins(5);

/// How many runs are looked at: the newest of them may still be under way.
const RUNS: usize = 5;

/// The stage.
pub(crate) struct ShopStage {
    settings: Settings,
    store: Sqlite,
    crm: Arc<dyn Crm>,
    clients: Clients,
    /// The run whose people were brought last.
    brought: Option<SyncRunId>,
    /// When it looks again, after it could not bring everybody.
    rests_until: Timestamp,
}

impl ShopStage {
    /// The stage over this store; none where the settings do not ask for it.
    ///
    /// # Errors
    /// Where the settings make no sense.
    pub(crate) fn open(
        settings: &Settings,
        store: &Sqlite,
        (crm, clients): (Arc<dyn Crm>, Clients),
    ) -> Result<Option<Self>, Failure> {
        settings.sync.repairshopr.rules()?;
        settings.sync.repairshopr.lead_tag()?;
        Ok(settings.sync.repairshopr.scheduled.then(|| Self {
            settings: settings.clone(),
            store: store.clone(),
            crm,
            clients,
            brought: None,
            rests_until: Timestamp::MIN,
        }))
    }

    /// Looks for as long as it is polled.
    pub(crate) async fn run(mut self) {
        loop {
            let now = clock::now();
            if now >= self.rests_until
                && let Err(failure) = self.pass().await
            {
                tracing::warn!(%failure, "a shop's people are not brought; it is tried again");
                self.rests_until = now + REST;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn pass(&mut self) -> Result<(), Failure> {
        let (store, crm, clients) = (&self.store, Arc::clone(&self.crm), Arc::clone(&self.clients));
        let bringer = Bringer { settings: &self.settings, store, crm, clients };
        let plan = bringer.plan(&wiring::default_organization(), Actor::Hub).await?;
        let vendor = RepairShopr::NAME.to_owned();
        let scope = RunScope { vendor, tenant: plan.shop.clone(), account: None };
        let query = RunQuery { scope: Some(scope), limit: RUNS, ..RunQuery::default() };
        let runs = store.runs(query).await?;
        let Some(last) = runs.into_iter().find(|run| !run.state.is_open()) else { return Ok(()) };
        if self.brought.as_ref() == Some(&last.id) {
            return Ok(());
        }
        let mut tell = |step: &ShopStep| {
            if let Brought::Failed(reason) = &step.brought {
                tracing::warn!(row = %step.row, reason, "somebody of a shop could not be brought");
            }
        };
        let Some(report) = in_turn(store, &plan.shop, bringer.bring(&plan, &mut tell)).await?
        else {
            return Ok(());
        };
        note("people", &report.people);
        if let Some(leads) = &report.leads {
            note("leads", leads);
        }
        match report.stopped() {
            Some(reason) => {
                tracing::warn!(reason, "not everybody of a shop was brought; it is tried again");
                self.rests_until = clock::now() + REST;
            }
            None => self.brought = Some(last.id),
        }
        Ok(())
    }
}

/// Tells how many were brought.
fn note(what: &str, report: &ShopReport) {
    let ShopReport { created, updated, unchanged, failed, skipped, .. } = report;
    let skipped: u64 = skipped.values().sum();
    tracing::info!(what, created, updated, unchanged, skipped, failed, "a shop was brought");
}
