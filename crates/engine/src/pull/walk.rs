//! The walk of one run: its lists one after the other, page by page, each page written with how far it is.

use std::{pin::pin, sync::Arc, time::Duration};

use domain::{
    Bookmark, Clock, Entity, Lease, ListError, ListPage, ListPart, ListScope, Lists, Origin,
    PartStep, RunFailure, RunPart, RunState, RunStep, RunTally, Sequence, Storage, StorageError,
    SyncRun, Upkeep,
};
use jiff::Timestamp;
use policy::listed::Reading;
use tokio::sync::{Notify, watch};

use super::{
    TURN,
    comparison::{append_one, take_in},
    later, patience,
};

/// How often a turn is renewed while a page is read.
const RENEWAL: Duration = Duration::from_secs(10);

/// How many snapshots may wait for the mirror before the next page is read.
const MOST_BEHIND: u64 = 5_000;

/// How often it is looked whether the mirror has caught up, and for how long at most.
const LOOK_AT_MIRROR: Duration = Duration::from_millis(20);
const LONGEST_LOOK: u32 = 3_000;

/// What a walk stands on.
pub(super) struct Grounds<S> {
    pub(super) store: S,
    /// None where this hub cannot read the vendor.
    pub(super) lists: Option<Arc<dyn Lists>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) projector: Arc<Notify>,
    pub(super) lease: Lease,
    pub(super) shutdown: watch::Receiver<bool>,
}

/// One run at work.
pub(super) struct Walk<S> {
    pub(super) grounds: Grounds<S>,
    pub(super) run: SyncRun,
    pub(super) scope: ListScope,
    /// How often in a row the vendor could not be asked.
    failures: u32,
    /// Where the last snapshot is.
    pub(super) appended: Option<Sequence>,
}

/// Why a walk does not go on here.
#[derive(Debug)]
pub(super) enum Stop {
    /// The hub stops, or the turn is another's: somebody goes on at the last page.
    Cut,
    /// The store failed.
    Storage(StorageError),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// What became of a list after one more step.
#[derive(Debug)]
pub(super) enum Stepped {
    /// It goes on.
    On,
    /// It cannot be read.
    Failed(String),
    /// Nothing of the account can be read.
    AccountFailed(String),
}

impl<S: Storage> Walk<S> {
    pub(super) fn new(grounds: Grounds<S>, run: SyncRun) -> Self {
        let tenant = run.scope.tenant.clone();
        let scope = ListScope { tenant, account: run.scope.account.clone() };
        Self { grounds, run, scope, failures: 0, appended: None }
    }

    /// Goes on until the run is over, or cut off.
    pub(super) async fn go(mut self) -> Result<(), StorageError> {
        match self.walk().await {
            Ok(()) | Err(Stop::Cut) => Ok(()),
            Err(Stop::Storage(error)) => Err(error),
        }
    }

    async fn walk(&mut self) -> Result<(), Stop> {
        tracing::info!(run = %self.run.id, kind = self.run.kind.name(), scope = %self.run.scope, "a run is worked at");
        let Some(lists) = self.grounds.lists.clone() else {
            let problem = format!("this hub does not read {}", self.run.scope.vendor);
            return self.end(RunState::Failed, Some(problem)).await;
        };
        self.write(None).await?;
        let parts = lists.parts();
        for place in 0..self.run.parts.len() {
            let Some(part) = parts.iter().find(|part| part.name == self.run.parts[place].name)
            else {
                self.fail(place, "this version of the hub does not read it".to_owned()).await?;
                continue;
            };
            while self.run.parts[place].step.is_open() {
                match self.step(&lists, part, place).await? {
                    Stepped::On => {}
                    Stepped::Failed(problem) => self.fail(place, problem).await?,
                    Stepped::AccountFailed(problem) => {
                        return self.end(RunState::Failed, Some(problem)).await;
                    }
                }
            }
        }
        self.catch_up(0).await?;
        self.end(RunState::Done, None).await
    }

    async fn step(
        &mut self,
        lists: &Arc<dyn Lists>,
        part: &ListPart,
        place: usize,
    ) -> Result<Stepped, Stop> {
        let now = self.now();
        self.run.parts[place].started_at.get_or_insert(now);
        match (self.run.parts[place].step, part.upkeep) {
            (PartStep::Sweeping, _) => self.sweep(lists, place).await,
            (_, Upkeep::PerRecord(parent)) => self.per_record(lists, part, (place, parent)).await,
            _ => self.page(lists, part, place).await,
        }
    }

    /// Reads one page and writes what it showed.
    async fn page(
        &mut self,
        lists: &Arc<dyn Lists>,
        part: &ListPart,
        place: usize,
    ) -> Result<Stepped, Stop> {
        let RunPart { cursor, since, .. } = self.run.parts[place].clone();
        let bookmark = Bookmark { cursor: cursor.clone(), since, of: None };
        let reading = self.reading(place);
        let scope = self.scope.clone();
        let asked = self.hold(lists.page(&scope, part, &bookmark)).await?;
        let ListPage { records, failed, next, calls, total } = match asked {
            Ok(page) => page,
            Err(error) => return self.cannot_read(error).await,
        };
        self.note_answer();
        if next.is_some() && next == cursor {
            return Ok(Stepped::Failed("the list comes back to where it was".to_owned()));
        }
        let compared = take_in(&self.grounds.store, &reading, records).await?;
        self.note_appended(compared.appended);
        let told = &mut self.run.parts[place];
        told.tally = told.tally.plus(compared.tally);
        told.tally.calls += u64::from(calls);
        told.total = total.or(told.total);
        if next.is_none() {
            told.step = match part.upkeep {
                Upkeep::Sweep if since.is_none() => PartStep::Sweeping,
                _ => PartStep::Done,
            };
        }
        told.cursor = next;
        self.note_failed(place, failed);
        self.write(Some((part.entity, compared.ids))).await?;
        self.catch_up(MOST_BEHIND).await?;
        Ok(Stepped::On)
    }

    /// What follows from a page that cannot be read.
    pub(super) async fn cannot_read(&mut self, error: ListError) -> Result<Stepped, Stop> {
        let problem = match error {
            ListError::Part(problem) => return Ok(Stepped::Failed(problem)),
            ListError::Account(problem) => return Ok(Stepped::AccountFailed(problem)),
            ListError::Later(problem) => problem,
        };
        self.failures += 1;
        let Some(wait) = patience::wait(self.failures) else {
            self.failures = 0;
            return Ok(Stepped::Failed(problem));
        };
        tracing::warn!(run = %self.run.id, problem, wait.seconds = wait.as_secs(), "a list cannot be read now; it is tried again");
        self.run.waits_until = Some(self.now().saturating_add(wait).unwrap_or(Timestamp::MAX));
        self.run.problem = Some(problem);
        self.write(None).await?;
        self.hold(tokio::time::sleep(wait)).await?;
        (self.run.waits_until, self.run.problem) = (None, None);
        Ok(Stepped::On)
    }

    /// Why a list is read, and when its next page is asked for.
    pub(super) fn reading(&self, place: usize) -> Reading {
        Reading {
            vendor: self.run.scope.vendor.clone(),
            scope: self.scope.clone(),
            origin: match self.run.parts[place].is_first {
                true => Origin::Backfill,
                false => Origin::Reconcile,
            },
            read_at: self.now(),
        }
    }

    /// The vendor could be asked: its next failure is the first again.
    pub(super) fn note_answer(&mut self) {
        self.failures = 0;
    }

    pub(super) fn note_appended(&mut self, appended: Option<Sequence>) {
        if appended.is_some() {
            self.appended = self.appended.max(appended);
            self.grounds.projector.notify_one();
        }
    }

    pub(super) fn note_failed(&mut self, place: usize, failed: Vec<(String, String)>) {
        let name = self.run.parts[place].name.clone();
        self.run.parts[place].tally.failed += failed.len() as u64;
        for (record, reason) in failed {
            self.run.note_failure(RunFailure { part: name.clone(), record, reason });
        }
    }

    /// Waits until at most so many snapshots wait for the mirror. A mirror that does not move is
    /// waited for only so long: what differs then is found again by the next run.
    pub(super) async fn catch_up(&mut self, behind: u64) -> Result<(), Stop> {
        let Some(appended) = self.appended else { return Ok(()) };
        for _ in 0..LONGEST_LOOK {
            if self.grounds.store.projected().await?.0 + behind >= appended.0 {
                return Ok(());
            }
            self.hold(tokio::time::sleep(LOOK_AT_MIRROR)).await?;
        }
        Ok(())
    }

    /// Waits for something, and keeps the turn meanwhile.
    pub(super) async fn hold<F: Future>(&mut self, future: F) -> Result<F::Output, Stop> {
        let mut future = pin!(future);
        let Grounds { store, clock, lease, shutdown, .. } = &mut self.grounds;
        loop {
            if *shutdown.borrow() {
                return Err(Stop::Cut);
            }
            tokio::select! {
                output = &mut future => return Ok(output),
                _ = shutdown.changed() => return Err(Stop::Cut),
                () = tokio::time::sleep(RENEWAL) => {
                    if !store.renew_lease(lease, later(clock.now(), TURN)).await? {
                        return Err(Stop::Cut);
                    }
                }
            }
        }
    }

    /// Writes how far the run is, and what its page showed.
    pub(super) async fn write(&mut self, seen: Option<(Entity, Vec<String>)>) -> Result<(), Stop> {
        let step = RunStep { lease: self.grounds.lease.clone(), run: self.run.clone(), seen };
        match self.grounds.store.step_run(step).await? {
            true => Ok(()),
            false => Err(Stop::Cut),
        }
    }

    async fn fail(&mut self, place: usize, problem: String) -> Result<(), Stop> {
        let part = &mut self.run.parts[place];
        tracing::warn!(run = %self.run.id, part = part.name, problem, "a list cannot be read");
        (part.step, part.problem) = (PartStep::Failed, Some(problem));
        self.write(None).await
    }

    async fn end(&mut self, state: RunState, problem: Option<String>) -> Result<(), Stop> {
        (self.run.state, self.run.problem) = (state, problem);
        (self.run.finished_at, self.run.waits_until) = (Some(self.now()), None);
        // Told before it is written down that it is over: a crash between them tells the same again,
        // which is one event.
        if self.run.is_news() {
            let over = self.run.over(self.now());
            let appended = append_one(self.grounds.store.clone(), over).await?;
            self.note_appended(Some(appended));
        }
        self.write(None).await?;
        let RunTally { calls, listed, failed, .. } = self.run.tally();
        let written = self.run.tally().written();
        tracing::info!(run = %self.run.id, state = state.name(), calls, listed, written, failed, "a run is over");
        metrics::counter!("highwire_sync_runs_total", "kind" => self.run.kind.name(), "state" => state.name())
            .increment(1);
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.grounds.clock.now()
    }
}
