//! Reads which runs are asked for or due, walks through vendors' lists, appends what differs from the mirror.
//!
//! A run is a row of the store: a command beside the hub writes it and reads how far it is. What a list
//! shows comes into the journal as a snapshot, like everything else, and only where it differs; so a
//! run changes nothing where nothing was missed. It appends a few events at a time behind the doors',
//! and its calls wait behind those that somebody waits for.

mod comparison;
mod patience;
mod per_record;
mod sweep;
mod walk;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    Clock, LeaseClaim, LeaseReply, ListScope, Lists, RunQuery, RunScope, Storage, StorageError,
    SyncRun,
};
use jiff::{SignedDuration, Timestamp};
use policy::sync_plan::{self, Timetable};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use self::walk::{Grounds, Walk};

/// How often it looks for runs that were asked for.
const LOOK: Duration = Duration::from_secs(1);
/// How often it looks whether the schedule begins one.
const LOOK_AT_SCHEDULE: SignedDuration = SignedDuration::from_secs(60);
/// How many runs are worked at side by side, each of another account.
const MOST_RUNS: usize = 4;
/// How long a turn at an account's lists lasts, unless it is renewed.
const TURN: SignedDuration = SignedDuration::from_secs(30);
/// How many former runs are looked at to plan the next.
const FORMER: usize = 50;
/// How many ids of runs that are over are let go of in one transaction.
const FORGOTTEN: usize = 2_000;

/// What runs are made of.
pub struct PullParts {
    /// Who reads lists, one for each vendor.
    pub lists: Vec<Arc<dyn Lists>>,
    /// When runs begin by themselves.
    pub timetable: Timetable,
    /// Names this process among those that may work on the store at the same time. Whoever has the
    /// name of one that ended goes on at once, without waiting for the end of its turn.
    pub process: String,
}

/// The stage.
pub(crate) struct Pull<S> {
    pub(crate) store: S,
    pub(crate) parts: PullParts,
    pub(crate) clock: Arc<dyn Clock>,
    /// Woken when snapshots were appended.
    pub(crate) projector: Arc<Notify>,
}

impl<S: Storage> Pull<S> {
    /// Runs until shutdown; what is under way then goes on at its page with the next start.
    pub(crate) async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let (mut working, mut busy) = (JoinSet::new(), BTreeSet::new());
        let mut next_look = Timestamp::MIN;
        while !*shutdown.borrow() {
            if self.clock.now() >= next_look {
                self.follow_schedule().await;
                next_look = later(self.clock.now(), LOOK_AT_SCHEDULE);
            }
            match self.store.open_runs().await {
                Ok(open) => {
                    for run in open {
                        if busy.len() < MOST_RUNS && busy.insert(run.scope.clone()) {
                            working.spawn(self.work(run, shutdown.clone()));
                        }
                    }
                }
                Err(error) => tell(&error, "runs that were asked for cannot be found"),
            }
            tokio::select! {
                Some(ended) = working.join_next() => match ended {
                    Ok(scope) => drop(busy.remove(&scope)),
                    Err(error) => tracing::error!(%error, "a run ended badly; report this with the hub's log"),
                },
                () = tokio::time::sleep(LOOK) => {}
                _ = shutdown.changed() => {}
            }
        }
        while working.join_next().await.is_some() {}
    }

    /// Adds the runs that are due.
    async fn follow_schedule(&self) {
        if self.parts.timetable.every.is_none() {
            return;
        }
        for lists in &self.parts.lists {
            let scopes = match lists.scopes().await {
                Ok(scopes) => scopes,
                Err(error) => {
                    tracing::warn!(vendor = lists.vendor(), %error, "no runs are scheduled now");
                    continue;
                }
            };
            for scope in scopes {
                if let Err(error) = self.begin_if_due(run_scope(lists.as_ref(), scope)).await {
                    tell(&error, "a run that is due cannot be added");
                }
            }
        }
    }

    async fn begin_if_due(&self, scope: RunScope) -> Result<(), StorageError> {
        let now = self.clock.now();
        let query = RunQuery { scope: Some(scope.clone()), limit: 1, ..RunQuery::default() };
        let last = self.store.runs(query).await?.pop();
        if sync_plan::is_due(self.parts.timetable, last.as_ref(), now) {
            self.store.add_run(SyncRun::asked(scope, None, now)).await?;
        }
        Ok(())
    }

    /// Works at one run as a task of its own; gives its lists back.
    fn work(
        &self,
        run: SyncRun,
        shutdown: watch::Receiver<bool>,
    ) -> impl Future<Output = RunScope> + Send + 'static {
        let lists = self.parts.lists.iter().find(|lists| lists.vendor() == run.scope.vendor);
        let turn = Turn {
            store: self.store.clone(),
            lists: lists.cloned(),
            clock: Arc::clone(&self.clock),
            projector: Arc::clone(&self.projector),
            holder: format!("{}/sync", self.parts.process),
        };
        async move {
            let scope = run.scope.clone();
            if let Err(error) = turn.take(run, shutdown).await {
                tell(&error, "a run could not go on; it is tried again");
                tokio::time::sleep(LOOK).await;
            }
            scope
        }
    }
}

/// One turn at an account's lists.
struct Turn<S> {
    store: S,
    lists: Option<Arc<dyn Lists>>,
    clock: Arc<dyn Clock>,
    projector: Arc<Notify>,
    holder: String,
}

impl<S: Storage> Turn<S> {
    async fn take(self, run: SyncRun, shutdown: watch::Receiver<bool>) -> Result<(), StorageError> {
        let now = self.clock.now();
        let claim = LeaseClaim {
            name: run.scope.lease(),
            holder: self.holder.clone(),
            now,
            until: later(now, TURN),
        };
        let LeaseReply::Granted(lease) = self.store.take_lease(claim).await? else {
            tokio::time::sleep(LOOK).await;
            return Ok(());
        };
        // Somebody else may have gone on with it before the turn came.
        let run = self.store.run(&run.id).await?.filter(|run| run.state.is_open());
        let done = match run {
            Some(run) => {
                let run = self.begun(run).await?;
                let Self { store, lists, clock, projector, .. } = &self;
                let grounds = Grounds {
                    store: store.clone(),
                    lists: lists.clone(),
                    clock: Arc::clone(clock),
                    projector: Arc::clone(projector),
                    lease: lease.clone(),
                    shutdown,
                };
                Walk::new(grounds, run).go().await
            }
            None => Ok(()),
        };
        self.store.release_lease(&lease).await?;
        while self.store.forget_seen(FORGOTTEN).await? > 0 {}
        done
    }

    /// The run with its lists.
    async fn begun(&self, run: SyncRun) -> Result<SyncRun, StorageError> {
        if run.started_at.is_some() {
            return Ok(run);
        }
        let query =
            RunQuery { scope: Some(run.scope.clone()), limit: FORMER, ..RunQuery::default() };
        let mut former = self.store.runs(query).await?;
        former.retain(|one| one.id != run.id);
        let parts = self.lists.as_ref().map(|lists| lists.parts()).unwrap_or_default();
        Ok(sync_plan::begin(run, &parts, &former, self.clock.now()))
    }
}

/// The lists of an account, as runs name them.
fn run_scope(lists: &dyn Lists, scope: ListScope) -> RunScope {
    RunScope { vendor: lists.vendor().to_owned(), tenant: scope.tenant, account: scope.account }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn tell(error: &StorageError, what: &str) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(%error, cause, "{what}");
}

#[cfg(test)]
mod tests;
