//! An organization: a tenant of the hub, and what it owns.

use std::future::Future;

use jiff::Timestamp;

use crate::{OrganizationId, StorageError};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What became of something that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there now.
    New,
    /// What makes it the same is taken already; nothing was changed.
    Exists,
    /// There is no such organization; nothing was added.
    NoOrganization,
}

/// What became of an organization that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// There was none.
    Absent,
    /// It still owns this, so it stays.
    Owns(Holdings),
}

/// What keeps an organization from being removed, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Its members.
    pub members: u64,
    /// Its connections: their accounts would stay taken, and their doors open.
    pub connections: u64,
    /// Its API keys that are not revoked.
    pub api_keys: u64,
    /// Its stored credentials.
    pub credentials: u64,
    /// Its subscriptions.
    pub subscriptions: u64,
}

/// Keeps organizations.
pub trait Organizations {
    /// Adds an organization.
    ///
    /// An id is used once: it [`Added::Exists`] also after the organization was removed, since its
    /// events stay in the journal and would become the next one's.
    fn add_organization(
        &self,
        organization: Organization,
    ) -> impl Future<Output = Result<Added, StorageError>> + Send;

    /// The organization with this id; none where it was removed.
    fn organization(
        &self,
        id: &OrganizationId,
    ) -> impl Future<Output = Result<Option<Organization>, StorageError>> + Send;

    /// Every organization, in order of id, without those that were removed.
    fn organizations(&self)
    -> impl Future<Output = Result<Vec<Organization>, StorageError>> + Send;

    /// Removes an organization that owns nothing any more.
    fn remove_organization(
        &self,
        id: &OrganizationId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Removal, StorageError>> + Send;
}
