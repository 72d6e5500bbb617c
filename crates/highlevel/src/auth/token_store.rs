//! Where the newest pair of tokens is kept, and whose turn it is to refresh it.

use super::{Pending, TokenPair};
use crate::{Error, LocationId};

/// What a store says when it fails.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps the newest pair of tokens of one installation, for every process that calls with it.
///
/// A refresh token is dead once it has been used, and nobody can restore a lost one but the person
/// who installed the app (`facts/highlevel.md` 2.2). So a pair is used only after [`Self::store`]
/// returned, and of all processes one refreshes at a time: it takes the turn, reads the pair again,
/// refreshes it where nobody else has, stores the new one, and gives the turn back. A store that one
/// process alone uses implements [`Self::newest`] and [`Self::store`].
pub trait TokenStore: Send + Sync {
    /// The newest pair; none where it was removed.
    ///
    /// # Errors
    /// When it cannot be read.
    fn newest<'a>(&'a self) -> Pending<'a, Result<Option<StoredPair>, StoreError>>;

    /// Keeps `pair` in place of the one with the version `replaced`, durably: it survives a power
    /// cut once this returns. The same pair may come more than once.
    ///
    /// False, and nothing was kept, where the turn is over or another pair has come: whoever holds
    /// a new pair must then not write over what a successor stored.
    ///
    /// # Errors
    /// When the pair is not kept.
    fn store<'a>(
        &'a self,
        pair: &'a TokenPair,
        turn: Turn,
        replaced: u64,
    ) -> Pending<'a, Result<bool, StoreError>>;

    /// Takes the turn to refresh, for [`TURN`] from now; none while another process has it.
    ///
    /// # Errors
    /// When the store cannot say.
    fn take_turn<'a>(&'a self) -> Pending<'a, Result<Option<Turn>, StoreError>> {
        Box::pin(std::future::ready(Ok(Some(Turn(0)))))
    }

    /// Lets a turn last for [`TURN`] from now; false where it is over.
    ///
    /// # Errors
    /// When the store cannot say.
    fn extend_turn<'a>(&'a self, turn: Turn) -> Pending<'a, Result<bool, StoreError>> {
        let _ = turn;
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Gives a turn back. One that is not given back ends by itself, so failing is no more than a
    /// wait for the next one.
    fn end_turn<'a>(&'a self, turn: Turn) -> Pending<'a, ()> {
        let _ = turn;
        Box::pin(std::future::ready(()))
    }

    /// Hears what happened, for a record.
    fn note<'a>(&'a self, event: TokenEvent<'a>) -> Pending<'a, ()> {
        let _ = event;
        Box::pin(std::future::ready(()))
    }
}

/// How long a turn lasts unless it is extended. Together with the time in which a refresh is
/// repeated it is shorter than HighLevel's grace of 30 seconds: whoever takes over after a crash
/// still gets the pair that was on its way (`facts/engine.md` 5.8).
pub const TURN: std::time::Duration = std::time::Duration::from_secs(12);

/// A turn to refresh: a number that grows with each taking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn(pub u64);

/// A pair as it is stored.
#[derive(Clone, Debug)]
pub struct StoredPair {
    /// The pair.
    pub pair: TokenPair,
    /// Tells it from the pairs before and after it; what it means is the store's to choose.
    pub version: u64,
}

/// What happened to tokens.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokenEvent<'a> {
    /// The pair was refreshed by this process, and stored.
    Refreshed,
    /// A token of this location was bought with the company's.
    Exchanged(&'a LocationId),
    /// The pair was not refreshed; it may succeed later.
    RefreshFailed(&'a Error),
    /// No token of this location was bought; it may succeed later.
    ExchangeFailed(&'a LocationId, &'a Error),
    /// The pair can no longer be refreshed: a person has to give consent again.
    NeedsConsent(&'a Error),
}
