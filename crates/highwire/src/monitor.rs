//! Keeps the monitoring page in Notion current: reads runs, what waits or was given up, and budgets.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use connectors::notion::{HubState, MonitoringPage};
use domain::{
    ActionState, Budgets as _, Clock, DeadLetters, Outbox, RunQuery, RunState, StorageError,
    SyncRun, SyncRuns,
};
use jiff::{SignedDuration, Timestamp};
use store::{Sqlite, SqliteBudgets};
use tokio::time::MissedTickBehavior;

use crate::{failure::Failure, settings::Settings, wiring::NotionClient};

/// How often the page is written: a handful of calls of the thousands that Notion allows meanwhile.
const LOOK: Duration = Duration::from_secs(5 * 60);

/// How many runs are shown.
const RUNS: usize = 5;

/// What the hub may spend of HighLevel's calls in a day (`facts/highlevel.md` 3).
const DAILY_CALLS: u32 = 200_000;

/// Writes the monitoring page of the settings.
pub(crate) struct Monitor {
    page: MonitoringPage<endpoint::http::HttpTransport, crate::clock::Timer>,
    notion: (NotionClient, u32),
    store: Sqlite,
    budgets: SqliteBudgets,
    clock: Arc<dyn Clock>,
}

impl Monitor {
    /// The page that the settings name; none where they name none, or Notion is switched off.
    pub(crate) fn open(
        settings: &Settings,
        notion: Option<NotionClient>,
        (store, clock): (&Sqlite, &Arc<dyn Clock>),
    ) -> Result<Option<Self>, Failure> {
        let page = &settings.notion.monitoring_page;
        let Some(client) = notion.filter(|_| !page.is_empty()) else {
            return Ok(None);
        };
        let budgets = SqliteBudgets::open(&settings.data_dir).map_err(|source| {
            Failure::user("open the shared budgets", "name another folder with --data-dir")
                .because(source)
        })?;
        Ok(Some(Self {
            page: MonitoringPage::new(client.clone(), page),
            notion: (client, settings.notion.requests_per_minute),
            store: store.clone(),
            budgets,
            clock: Arc::clone(clock),
        }))
    }

    /// Writes the page for as long as it is polled.
    pub(crate) async fn run(self) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let state = match self.look().await {
                Ok(state) => state,
                Err(error) => {
                    tracing::warn!(%error, "the monitoring page is not written; it is tried again");
                    continue;
                }
            };
            if let Err(failure) = self.page.show(&state).await {
                let reason = failure.reason;
                tracing::warn!(reason, "the monitoring page is not written; it is tried again");
            }
        }
    }

    async fn look(&self) -> Result<HubState, StorageError> {
        let at = self.clock.now();
        let runs = self.store.runs(RunQuery { limit: RUNS, ..RunQuery::default() }).await?;
        let counts = self.store.action_counts().await?;
        let mut troubles: Vec<String> = runs.iter().filter_map(trouble).collect();
        for (destination, backlog) in self.store.backlog().await? {
            troubles.push(format!(
                "{} actions for {destination} were given up, the first at {:.0}; see `highwire events \
                 dead`",
                backlog.count, backlog.oldest
            ));
        }
        let mut budgets = self.spent(at).await?;
        let (client, limit) = &self.notion;
        budgets
            .push(format!("Notion: {} of {limit} calls this minute", client.calls_this_minute()));
        Ok(HubState {
            at,
            state: waiting(&counts),
            runs: runs.iter().map(|run| line(run, at)).collect(),
            troubles,
            budgets,
        })
    }

    async fn spent(&self, at: Timestamp) -> Result<Vec<String>, StorageError> {
        let mut lines = Vec::new();
        for key in self.budgets.keys().await? {
            let day = self.budgets.change(key.clone(), at, |budget| budget.day.clone()).await?;
            let is_today = |(last, _): &&(Timestamp, u32)| {
                at.duration_since(*last) < SignedDuration::from_hours(24)
            };
            let calls: u32 = day.iter().filter(is_today).map(|(_, calls)| calls).sum();
            lines.push(match key.app.starts_with("highlevel/") {
                true => {
                    format!("HighLevel, {}: {calls} of {DAILY_CALLS} calls in a day", key.tenant)
                }
                false => format!("{}, {}: {calls} calls in a day", key.app, key.tenant),
            });
        }
        Ok(lines)
    }
}

/// What waits, in a line.
fn waiting(counts: &BTreeMap<ActionState, u64>) -> Vec<String> {
    let count = |states: &[ActionState]| -> u64 {
        states.iter().filter_map(|state| counts.get(state)).sum()
    };
    let waits = count(&[ActionState::Ready, ActionState::Waiting, ActionState::Started]);
    let (done, dead) = (count(&[ActionState::Done]), count(&[ActionState::Dead]));
    vec![format!("{waits} actions wait, {done} are done, {dead} were given up")]
}

/// A run, in a line.
fn line(run: &SyncRun, now: Timestamp) -> String {
    let tally = run.tally();
    let begun = run.started_at.unwrap_or(run.asked_at);
    format!(
        "{begun:.0} {} of {}: {}, {} s, {} records, {} calls, {} created, {} updated, {} deleted, {} \
         skipped, {} failed, {:.1} % read",
        run.kind.name(),
        run.scope,
        run.state.name(),
        run.duration(now).as_secs(),
        tally.listed,
        tally.calls,
        tally.created,
        tally.updated,
        tally.deleted,
        tally.skipped,
        tally.failed,
        tally.success_percent(),
    )
}

/// What somebody should look at in a run.
fn trouble(run: &SyncRun) -> Option<String> {
    let failed = run.tally().failed;
    match (&run.problem, run.state) {
        (Some(problem), _) => Some(format!("{} of {}: {problem}", run.kind.name(), run.scope)),
        (None, RunState::Failed) => Some(format!("{} of {} failed", run.kind.name(), run.scope)),
        (None, _) if failed > 0 => Some(format!(
            "{failed} records of {} could not be read; see `highwire sync status`",
            run.scope
        )),
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{ConnectionId, OrganizationId, RunScope, Tenant};

    use super::*;

    fn run() -> SyncRun {
        let tenant = Tenant {
            organization: OrganizationId::new("default"),
            connection: ConnectionId::new("highlevel"),
        };
        let scope =
            RunScope { vendor: "highlevel".to_owned(), tenant, account: Some("loc1".to_owned()) };
        SyncRun::asked(scope, None, "2026-11-21T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_run_is_one_line_and_its_problem_another() {
        let now = "2026-11-21T10:05:00Z".parse().unwrap();
        let run = run();
        let line = line(&run, now);
        assert!(
            line.starts_with("2026-11-21T10:00:00Z reconcile of con_highlevel/loc1: asked, 0 s")
        );
        assert!(line.ends_with("100.0 % read"));
        assert_eq!(trouble(&run), None);
        let stuck = SyncRun { problem: Some("it lacks a permission".to_owned()), ..run };
        assert!(trouble(&stuck).unwrap().ends_with(": it lacks a permission"));
    }

    #[test]
    fn what_waits_is_counted_over_its_states() {
        let counts = [(ActionState::Ready, 2), (ActionState::Started, 1), (ActionState::Dead, 4)];
        assert_eq!(waiting(&counts.into()), ["3 actions wait, 0 are done, 4 were given up"]);
    }
}
