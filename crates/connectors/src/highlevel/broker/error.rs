//! Why the broker gives no client.

use domain::{ConnectionId, StorageError};
use jiff::Timestamp;

use crate::{SafeError, highlevel::UnsafeAddress};

/// Why there is no client for a connection. No text of it holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// There is no such connection, or the hub does not know how to call through it.
    #[error(
        "{0} is no connection to HighLevel that calls can be made through; `highwire connections list` \
         shows all, and `highwire connect highlevel` makes one"
    )]
    Unknown(ConnectionId),
    /// The connection lacks its token, or what is stored is none.
    #[error("{0} has no token; give it one with `highwire connect highlevel --again {0}`")]
    NoToken(ConnectionId),
    /// Its tokens are lost, and only a person can bring new ones.
    #[error(
        "{connection} needs consent since {since}: {reason}; let the person who installed the app \
         agree again, with the link that `highwire connect highlevel --again {connection}` gives"
    )]
    NeedsConsent {
        /// Which connection.
        connection: ConnectionId,
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: String,
    },
    /// The account is none that the connection reaches.
    #[error("{connection} does not reach {account}; choose the connection of that account")]
    OtherAccount {
        /// Which connection.
        connection: ConnectionId,
        /// The location or company that was asked for.
        account: highlevel::Tenant,
    },
    /// The token would be sent where it must not go.
    #[error(transparent)]
    Address(#[from] UnsafeAddress),
    /// The credential cannot be opened.
    #[error("open the credential of a connection")]
    Safe(#[from] SafeError),
    /// The store failed.
    #[error("read a connection")]
    Storage(#[from] StorageError),
}
