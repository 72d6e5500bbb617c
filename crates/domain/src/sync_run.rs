//! A sync run: one walk through a vendor's lists for one account, with how far it is and what it found.
//!
//! A run is asked for by a row in the store, so that a command beside a hub only writes the row and
//! reads it again while the hub works. What a run knows is written with each page, together with the
//! ids of that page: whoever takes it up after a crash goes on at the same page and still finds what
//! was not listed.

mod part;

use std::{fmt, future::Future};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::part::{PartStep, RunFailure, RunPart, RunTally};
use crate::{
    CorrelationId, Entity, Event, EventId, EventKind, Lease, OrganizationId, Origin, Record,
    RecordKey, StorageError, SyncRunId, Tenant, Verb,
    ids::{digest16, leading},
};

/// What the source of the events of runs is called.
pub const RUNS_SOURCE: &str = "hub.runs";

/// How many failures a run keeps with their reasons; the tally counts all of them.
pub const KEPT_FAILURES: usize = 100;

/// How many closed runs are kept of each account.
pub const KEPT_RUNS: usize = 200;

/// Whose lists a run walks through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunScope {
    /// The vendor, such as `highlevel`.
    pub vendor: String,
    /// Whose records they become.
    pub tenant: Tenant,
    /// The vendor's account, such as a HighLevel location; none where a connection has only one.
    pub account: Option<String>,
}

impl RunScope {
    /// The name of the lease under which one process at a time walks through these lists.
    #[must_use]
    pub fn lease(&self) -> String {
        let Self { vendor, tenant, account } = self;
        let account = account.as_deref().unwrap_or_default();
        format!("sync/{vendor}/{}/{}/{account}", tenant.organization, tenant.connection)
    }
}

impl fmt::Display for RunScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.tenant.connection)?;
        match &self.account {
            Some(account) => write!(formatter, "/{account}"),
            None => Ok(()),
        }
    }
}

/// One walk through a vendor's lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRun {
    /// Its id.
    pub id: SyncRunId,
    /// Whose lists.
    pub scope: RunScope,
    /// What it is for.
    pub kind: RunKind,
    /// Whether every list is read from its beginning, also those that can tell what changed.
    pub full: bool,
    /// The lists that are read; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Who asked for it; none where the schedule did.
    pub asked_by: Option<String>,
    /// How far it is.
    pub state: RunState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was first worked at.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Until when it waits, where the vendor takes no calls, and why in [`Self::problem`].
    pub waits_until: Option<Timestamp>,
    /// What stands or stood in its way, in a sentence without secrets.
    pub problem: Option<String>,
    /// Its lists, in the order in which they are read; empty until it is first worked at.
    pub parts: Vec<RunPart>,
    /// The first failures, at most [`KEPT_FAILURES`].
    pub failures: Vec<RunFailure>,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// The first load of an account.
    Backfill,
    /// A comparison of what the mirror has with what the vendor lists.
    Reconcile,
}

impl RunKind {
    /// The name in stores and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
            Self::Reconcile => "reconcile",
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It was asked for, and nobody works at it yet.
    Asked,
    /// It was begun and has not ended.
    Running,
    /// It went through every list. Single records and lists may have failed, and it says which.
    Done,
    /// It could not be done at all.
    Failed,
}

impl RunState {
    /// Whether there is still something to do.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Running)
    }

    /// The name in stores and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl SyncRun {
    /// A run that is asked for now. It has its lists when it is first worked at.
    #[must_use]
    pub fn asked(scope: RunScope, asked_by: Option<String>, now: Timestamp) -> Self {
        Self {
            id: SyncRunId::of(&scope, now),
            scope,
            kind: RunKind::Reconcile,
            full: false,
            only: Vec::new(),
            asked_by,
            state: RunState::Asked,
            asked_at: now,
            started_at: None,
            finished_at: None,
            waits_until: None,
            problem: None,
            parts: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// What became of the records of all lists.
    #[must_use]
    pub fn tally(&self) -> RunTally {
        self.parts.iter().fold(RunTally::default(), |sum, part| sum.plus(part.tally))
    }

    /// How long it has been worked at.
    #[must_use]
    pub fn duration(&self, now: Timestamp) -> SignedDuration {
        let until = self.finished_at.unwrap_or(now);
        self.started_at.map_or(SignedDuration::ZERO, |started| until.duration_since(started))
    }

    /// Whether people should hear that it is over: it was the first of an account, it changed something,
    /// or something failed. A comparison that found everything as it was is no news.
    #[must_use]
    pub fn is_news(&self) -> bool {
        let tally = self.tally();
        let is_first = self.kind == RunKind::Backfill;
        is_first || tally.written() > 0 || tally.failed > 0 || self.state == RunState::Failed
    }

    /// The event that tells that the run is over. A run has one, however often it is made.
    #[must_use]
    pub fn over(&self, at: Timestamp) -> Event {
        let organization = self.scope.tenant.organization.as_str().as_bytes();
        let id = self.id.to_string();
        let event = EventId::from_bytes(digest16(&[organization, b"sync_run", id.as_bytes()]));
        let verb = match self.state {
            RunState::Failed => Verb::Failed,
            RunState::Done | RunState::Asked | RunState::Running => Verb::Completed,
        };
        let body = serde_json::to_vec(self).expect("a run has text keys only");
        Event {
            id: event,
            alias: None,
            source: RUNS_SOURCE.to_owned(),
            origin: Origin::Reconcile,
            tenant: Some(self.scope.tenant.clone()),
            kind: EventKind { entity: Entity::SyncRun, verb },
            vendor_type: None,
            record: Some(RecordKey::new(Entity::SyncRun, id)),
            account: self.scope.account.clone(),
            webhook_id: None,
            correlation: CorrelationId::of(&event),
            occurred_at: self.finished_at.unwrap_or(at),
            received_at: at,
            body: Bytes::from(body),
        }
    }

    /// The run that an event tells of; none where it is no event of a run.
    #[must_use]
    pub fn told_by(event: &Event) -> Option<Self> {
        let is_one = event.source == RUNS_SOURCE;
        is_one.then(|| serde_json::from_slice(&event.body).ok()).flatten()
    }

    /// Notes a failure with its reason, as long as there is room.
    pub fn note_failure(&mut self, failure: RunFailure) {
        if self.failures.len() < KEPT_FAILURES {
            self.failures.push(failure);
        }
    }
}

impl SyncRunId {
    /// The id of the run that is asked for at this moment. An account has one open run at a time, so
    /// no two are asked for at the same one.
    #[must_use]
    pub fn of(scope: &RunScope, asked_at: Timestamp) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(scope.lease().as_bytes());
        context.update(&asked_at.as_microsecond().to_be_bytes());
        Self::new(&format!("{:016x}", u64::from_be_bytes(leading(context))))
    }
}

/// How far a run came: what is written with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunStep {
    /// The turn under which it is worked at.
    pub lease: Lease,
    /// The run as it is now.
    pub run: SyncRun,
    /// The part whose page it was, and the ids that the page listed.
    pub seen: Option<(Entity, Vec<String>)>,
}

/// Which runs are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Of this organization alone.
    pub organization: Option<OrganizationId>,
    /// Of these lists alone.
    pub scope: Option<RunScope>,
    /// How many at most.
    pub limit: usize,
}

/// Which rows of the mirror a list did not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The run.
    pub run: SyncRunId,
    /// Whose lists it reads.
    pub scope: RunScope,
    /// What the list is of.
    pub entity: Entity,
    /// Rows that something was said of since then are left out.
    pub quiet_since: Timestamp,
    /// Behind the row with this id; none at the beginning.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

/// Keeps the runs, for the process that works at them and for those that ask.
pub trait SyncRuns {
    /// Adds a run, unless one of the same lists is open; gives the one that is open then. One that
    /// has not begun becomes full where the new one is.
    fn add_run(&self, run: SyncRun) -> impl Future<Output = Result<SyncRun, StorageError>> + Send;

    /// A run by its id.
    fn run(
        &self,
        id: &SyncRunId,
    ) -> impl Future<Output = Result<Option<SyncRun>, StorageError>> + Send;

    /// Runs, those that were asked for last first.
    fn runs(
        &self,
        query: RunQuery,
    ) -> impl Future<Output = Result<Vec<SyncRun>, StorageError>> + Send;

    /// The runs that are not over, in the order in which they were asked for.
    fn open_runs(&self) -> impl Future<Output = Result<Vec<SyncRun>, StorageError>> + Send;

    /// Writes how far a run came and what was seen, together. False where the lease was released or
    /// taken by another one, or the run is over; then nothing was written.
    fn step_run(&self, step: RunStep) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// The rows of the mirror, without tombstones, that no page of the run showed, in order of their
    /// ids.
    fn unseen(
        &self,
        unseen: Unseen,
    ) -> impl Future<Output = Result<Vec<Record>, StorageError>> + Send;

    /// Lets go of what runs saw that are over, at most so many ids; gives how many went.
    fn forget_seen(&self, limit: usize)
    -> impl Future<Output = Result<usize, StorageError>> + Send;
}
