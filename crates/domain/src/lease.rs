//! A lease: the turn of one process at what only one may do at a time.
//!
//! A process may stop for longer than its lease lasts, and go on believing that it has its turn. So
//! each taking has a number, its epoch, that is greater than those before it, and whatever the
//! holder writes is refused once another epoch has begun (`facts/engine.md` 5.8).

use std::future::Future;

use jiff::Timestamp;

use crate::{Credential, StorageError};

/// Counts how often a lease was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// Asks for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseClaim {
    /// What the turn is at, such as `tokens/org_default/con_highlevel`.
    pub name: String,
    /// Who asks: no two that run at the same time share a name.
    pub holder: String,
    /// The present moment.
    pub now: Timestamp,
    /// When the turn is over, unless it is renewed or released before.
    pub until: Timestamp,
}

/// A turn that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What the turn is at.
    pub name: String,
    /// Which turn it is.
    pub epoch: Epoch,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseReply {
    /// The turn is the claimant's.
    Granted(Lease),
    /// Another one has it, at most until this moment.
    HeldUntil(Timestamp),
}

/// Keeps leases, for every process that opened the store.
pub trait Leases {
    /// Takes a lease unless another holder has it. A holder that takes its own again begins a new
    /// epoch.
    fn take_lease(
        &self,
        claim: LeaseClaim,
    ) -> impl Future<Output = Result<LeaseReply, StorageError>> + Send;

    /// Moves the end of a lease; false where it was released or another epoch has begun, and then
    /// nothing changed. One whose time was over goes on, as long as nobody took it since.
    fn renew_lease(
        &self,
        lease: &Lease,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Ends a lease, so that the next one need not wait for its end; false where another epoch has
    /// begun. Its epoch is not given again.
    fn release_lease(
        &self,
        lease: &Lease,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Stores a credential in place of the one that was stored at `replaced`, whether it did, in one
    /// transaction with the check that the lease's epoch has not ended.
    ///
    /// It does nothing where the credential was removed or stored anew in the meantime. A re-wrap
    /// under another master key in between changes nothing.
    fn put_credential_fenced(
        &self,
        credential: Credential,
        lease: &Lease,
        replaced: Timestamp,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;
}
