//! Connections: the links of organizations to vendors' accounts, and what apps are installed there.

use std::future::Future;

use jiff::Timestamp;

use crate::{Account, AccountKey, Installation, StorageError, Tenant};

/// A link of one organization to one vendor. It has accounts and credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Whose it is, and its id.
    pub tenant: Tenant,
    /// The vendor, by the name of its source.
    pub vendor: String,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Counts every change of what [`Connections::listing`] tells, of the credentials, and of which API
/// keys count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// Everything that says whose an event is, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The moment.
    pub revision: Revision,
    /// The connections, in order of organization and id.
    pub connections: Vec<Connection>,
    /// The connected accounts, in order of their keys.
    pub accounts: Vec<Account>,
    /// The installations, in order of their keys.
    pub installations: Vec<Installation>,
}

/// Keeps connections and their accounts. Installations come in with the mirror's
/// [`Projection`](crate::Projection), since events tell them.
pub trait Connections {
    /// Stores a connection in place of the one with its id.
    fn put_connection(
        &self,
        connection: Connection,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Removes a connection with its accounts and credentials; whether there was one.
    fn remove_connection(
        &self,
        tenant: &Tenant,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Gives an account to a connection; false where another one has it, and then nothing changed.
    fn connect_account(
        &self,
        account: Account,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Takes an account from a connection; whether it had it.
    fn disconnect_account(
        &self,
        tenant: &Tenant,
        account: &AccountKey,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Everything, as of one moment.
    fn listing(&self) -> impl Future<Output = Result<Listing, StorageError>> + Send;

    /// The present moment: cheap, to see whether a listing is still true.
    fn revision(&self) -> impl Future<Output = Result<Revision, StorageError>> + Send;
}
