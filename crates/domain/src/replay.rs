//! A replay: somebody asks that a subscription is told again of what the journal holds.

use std::future::Future;

use jiff::Timestamp;

use crate::{Action, Sequence, StorageError, SubscriptionId};

/// How far a replay has come. A subscription has one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Who is told again.
    pub subscription: SubscriptionId,
    /// Only of what was journaled at this time or later.
    pub since: Timestamp,
    /// Up to where the journal was looked through.
    pub after: Sequence,
    /// Up to where it is looked through: its end when the replay was asked for.
    pub until: Sequence,
}

/// One step of a replay: one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayStep {
    /// The replay as it was read; where it is another one by now, nothing is written.
    pub from: Replay,
    /// Up to where the journal was looked through.
    pub to: Sequence,
    /// What follows from it. What is not there is added, what is finished is due again, and what is
    /// open is left as it is.
    pub actions: Vec<Action>,
    /// When this was decided.
    pub now: Timestamp,
}

/// Keeps replays until they are through.
pub trait Replays {
    /// Begins a replay, in place of the one that the subscription has.
    fn ask_replay(&self, replay: Replay) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The replay that has come least far, where there is one.
    fn next_replay(&self) -> impl Future<Output = Result<Option<Replay>, StorageError>> + Send;

    /// The replay of a subscription, where it has one.
    fn replay(
        &self,
        subscription: &SubscriptionId,
    ) -> impl Future<Output = Result<Option<Replay>, StorageError>> + Send;

    /// Goes on with a replay, and ends it where it is through.
    fn step_replay(
        &self,
        step: ReplayStep,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;
}
