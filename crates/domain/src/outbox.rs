//! The outbox: the actions that were decided and are not yet done.
//!
//! Actions of one lane (one record at one destination) are done in order, one at a time; lanes do
//! not wait for each other. An action that failed holds its lane and no other (invariant I3).

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ActionId, ActivityEntry, ConnectionId, CorrelationId, EventId, LaneStep, Lanes, Notification,
    Parked, Receipt, Row, Sequence, StorageError, Tenant,
};

/// Something that the hub decided to do outside, recorded before it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its identity; deciding the same twice gives the same one.
    pub id: ActionId,
    /// The event that it follows from.
    pub event: EventId,
    /// What the event's delivery is called.
    pub correlation: CorrelationId,
    /// Whose it is.
    pub tenant: Tenant,
    /// Where it is to be done.
    pub destination: ConnectionId,
    /// What it must stay in order with, at its destination.
    pub lane: String,
    /// The rule that decided it.
    pub rule: String,
    /// What is to be done.
    pub intent: Intent,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// What is to be done, in the hub's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Intent {
    /// One more line in the activity log.
    LogActivity(ActivityEntry),
    /// A message to a subscription.
    Notify(Notification),
    /// A record and its row are to be made equal.
    SyncLink(SyncLink),
}

/// Which record and row are to be made equal. It says where to look and not what to write: what both
/// are is seen when it is done, so that many of them for one record are one write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncLink {
    /// The name of the mapping.
    pub mapping: String,
    /// The id of the CRM's record, where an event of it led to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The row as it was seen, where an event of it led to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
}

impl Intent {
    /// The name in stores, logs and stories.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::LogActivity(_) => "log_activity",
            Self::Notify(_) => "notify",
            Self::SyncLink(_) => "sync_link",
        }
    }
}

/// What a stretch of the journal leads to: one transaction, commit 2.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// The cursor on which they are based.
    pub from: Sequence,
    /// The cursor after them.
    pub to: Sequence,
    /// How the lanes move with it.
    pub lanes: LaneStep,
    /// The actions, in order.
    pub actions: Vec<Action>,
    /// Those of them that may have been done before the store was restored from a backup: they are
    /// looked up before they are done.
    pub look_first: BTreeSet<ActionId>,
    /// The events that could not be decided on.
    pub parked: Vec<Parked>,
    /// The events that were parked here and are decided on now.
    pub freed: Vec<Sequence>,
}

/// Where an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Next in its lane.
    Ready,
    /// Behind another action of its lane, or behind the time of its next attempt.
    Waiting,
    /// Being tried, or cut off while it was.
    Started,
    /// Done.
    Done,
    /// Given up; a person may replay it.
    Dead,
    /// Given up, and a person decided that it stays so.
    Dropped,
}

impl ActionState {
    /// Every state, in the order of an action's life.
    pub const ALL: [Self; 6] =
        [Self::Ready, Self::Waiting, Self::Started, Self::Done, Self::Dead, Self::Dropped];

    /// Whether nothing can become of the action any more. What is not finished keeps its event and
    /// the event's bytes, however old.
    #[must_use]
    pub fn is_finished(self) -> bool {
        match self {
            Self::Done | Self::Dropped => true,
            Self::Ready | Self::Waiting | Self::Started | Self::Dead => false,
        }
    }

    /// The name in stores and stories.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Started => "started",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }
}

/// One try at an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When it was recorded, before the call left.
    pub started_at: Timestamp,
    /// When its end was known; none where the hub was cut off.
    pub finished_at: Option<Timestamp>,
    /// `done`, `adopted`, `retry`, `held` or `dead`; none where the hub was cut off.
    pub outcome: Option<String>,
    /// The vendor's id of what exists, or the reason of the failure.
    pub detail: Option<String>,
}

/// An action that is this caller's to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The action.
    pub action: Action,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// How many earlier attempts failed by the action's own fault.
    pub failures: u32,
    /// Whether an earlier attempt may have had its effect: look before doing.
    pub look_first: bool,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// The action is done.
    Done(Receipt),
    /// Try again, not before `at`.
    Retry {
        /// The earliest time of the next attempt.
        at: Timestamp,
        /// Whether the attempt counts as the action's own failure.
        counted: bool,
        /// Whether the call may have been carried out.
        ambiguous: bool,
        /// Why it failed.
        reason: String,
    },
    /// Do not try again unless a person says so.
    Dead {
        /// Whether the call may have been carried out.
        ambiguous: bool,
        /// Until when the later actions of the lane wait for that person; none where they go on.
        holds_until: Option<Timestamp>,
        /// Why.
        reason: String,
    },
}

/// An action with all that became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    /// The action.
    pub action: Action,
    /// Where it stands.
    pub state: ActionState,
    /// The tries, in order.
    pub attempts: Vec<Attempt>,
}

/// Keeps actions, their attempts, and the cursor that ties them to the journal.
pub trait Outbox {
    /// How far decisions were taken on the journal.
    fn decided(&self) -> impl Future<Output = Result<Sequence, StorageError>> + Send;

    /// How far decisions were taken for single organizations beyond that.
    fn decided_ahead(&self) -> impl Future<Output = Result<Lanes, StorageError>> + Send;

    /// Writes actions and cursor together, or nothing. An action that exists is left as it is.
    ///
    /// # Errors
    /// [`StorageError::Moved`] where the cursor is not at [`Decisions::from`], or the lanes are not
    /// where the step found them.
    fn decide(&self, decisions: Decisions)
    -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Makes the actions that a former process left in [`ActionState::Started`] due again, to be
    /// looked up before they are repeated, and leaves the parked events that it was handling again
    /// as they were. Call it once, before the first [`Self::claim`].
    fn recover(&self, now: Timestamp) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Notes that the store was restored from a backup at this moment. What was done after the
    /// backup is not in it, so every action that is not done is to be looked up before it is done.
    fn mark_restored(
        &self,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// When the store was last restored from a backup, where it was. An action for an event from
    /// before that moment may have been done already.
    fn restored_at(&self) -> impl Future<Output = Result<Option<Timestamp>, StorageError>> + Send;

    /// Takes up to `limit` due actions of a destination, each the head of its lane, and records
    /// their attempts durably before it returns.
    ///
    /// Organizations with due work take turns, in order of their names and from claim to claim, so
    /// that none waits for another's queue; within one the longest due goes first.
    fn claim(
        &self,
        destination: &ConnectionId,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Claimed>, StorageError>> + Send;

    /// Records how an attempt ended: commit 3.
    fn settle(
        &self,
        action: &ActionId,
        finished_at: Timestamp,
        settlement: Settlement,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// When the next waiting action of a destination is due, if any waits for a time.
    fn next_due(
        &self,
        destination: &ConnectionId,
    ) -> impl Future<Output = Result<Option<Timestamp>, StorageError>> + Send;

    /// The actions of an event, with all their attempts.
    fn actions(
        &self,
        event: EventId,
    ) -> impl Future<Output = Result<Vec<Tracked>, StorageError>> + Send;

    /// How many actions are in each state.
    fn action_counts(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<ActionState, u64>, StorageError>> + Send;
}
