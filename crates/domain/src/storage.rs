//! The storage contract as a whole, and the ways in which any store may fail.

use crate::{
    ApiKeys, Audit, ChangeSets, Connections, Consents, Credentials, DeadLetters, Journal, Leases,
    Links, Members, Mirror, Notifications, Organizations, Outbox, Parking, Profiles, Quarantine,
    RepeatableRequests, Replays, Retention, Sequence, Subscriptions, SyncRuns, Watermarks,
};

/// Everything that the hub keeps. Every store passes the suite of the feature `contract`.
pub trait Storage:
    Journal
    + Quarantine
    + Mirror
    + Outbox
    + DeadLetters
    + Parking
    + Connections
    + Profiles
    + Consents
    + Credentials
    + Leases
    + Links
    + Organizations
    + Members
    + ApiKeys
    + Audit
    + ChangeSets
    + RepeatableRequests
    + Retention
    + Subscriptions
    + Notifications
    + Replays
    + Watermarks
    + SyncRuns
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Storage for S where
    S: Journal
        + Quarantine
        + Mirror
        + Outbox
        + DeadLetters
        + Parking
        + Connections
        + Profiles
        + Consents
        + Credentials
        + Leases
        + Links
        + Organizations
        + Members
        + ApiKeys
        + Audit
        + ChangeSets
        + RepeatableRequests
        + Retention
        + Subscriptions
        + Notifications
        + Replays
        + Watermarks
        + SyncRuns
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Why a store did not do what it was asked; nothing of the request was kept.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// More is waiting to be written than the store may hold in memory.
    #[error("the store has no room for more unwritten events; send again in a few seconds")]
    Overloaded,
    /// Another writer moved the cursor: this writer's work is based on an old state.
    #[error("the cursor stands at {found}, not at {expected}; read again from where it stands")]
    Moved {
        /// Where the writer believed the cursor to be.
        expected: Sequence,
        /// Where it is.
        found: Sequence,
    },
    /// The store cannot work: disk full, file damaged, or shut down.
    #[error("{attempted}; check the disk and the data folder, then start the hub again")]
    Unavailable {
        /// What was attempted, such as "append to the journal".
        attempted: String,
        /// What the engine below said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StorageError {
    /// Wraps the error of the engine below.
    pub fn unavailable(
        attempted: &str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable { attempted: attempted.to_owned(), source: source.into() }
    }
}
