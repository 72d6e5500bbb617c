//! The dead letters: actions that were given up, kept until a person replays or drops them.
//!
//! A dead letter is a state of its action and never a copy of it: the attempts stay where they are,
//! and a replay goes on with their numbers (`facts/engine.md` 5.6).

use std::{collections::BTreeMap, future::Future};

use jiff::Timestamp;
use serde::Serialize;

use crate::{Action, ActionId, ConnectionId, StorageError};

/// An action that was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// Its place among all actions, in the order in which they were decided.
    pub place: u64,
    /// The action.
    pub action: Action,
    /// When it was given up.
    pub died_at: Timestamp,
    /// Why.
    pub reason: String,
    /// How often it was tried, over all its series.
    pub attempts: u32,
    /// Until when the later actions of its lane wait for it, where they do.
    pub holds_until: Option<Timestamp>,
    /// Who decided that it stays undone, where somebody did.
    pub dropped: Option<Dropped>,
}

/// The decision of a person that something stays undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// When.
    pub at: Timestamp,
    /// Who, as the command knew it.
    pub by: String,
}

impl Dropped {
    /// The reason of what was open when the subscription that it was for was removed.
    pub const UNWANTED: &str = "its subscription was removed";
}

/// How many letters wait for a person, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub count: u64,
    /// When the first of them was given up.
    pub oldest: Timestamp,
}

/// Keeps dead letters. [`crate::Settlement::Dead`] makes one.
pub trait DeadLetters {
    /// The letters after this place, in the order of their actions, at most `limit`, dropped ones
    /// too.
    fn dead_letters(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, StorageError>> + Send;

    /// Makes those of these actions that are dead or dropped due again, and returns their ids. The
    /// others are left as they are, so that a repetition changes nothing.
    ///
    /// Each goes back to its own place in its lane, with no failures counted; where an earlier
    /// attempt may have had its effect it is looked up first.
    fn replay_dead(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<ActionId>, StorageError>> + Send;

    /// Marks those of these actions that are dead as dropped, and returns their ids. A lane that
    /// waits for one of them goes on.
    fn drop_dead(
        &self,
        actions: &[ActionId],
        dropped: Dropped,
    ) -> impl Future<Output = Result<Vec<ActionId>, StorageError>> + Send;

    /// The letters of each destination that are not dropped; destinations without one are left out.
    fn backlog(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<ConnectionId, Backlog>, StorageError>> + Send;
}
