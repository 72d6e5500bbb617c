//! What an administrator does: organizations, members and API keys, for commands and the API alike.
//!
//! Whether somebody may is decided before, by the access table; here is what must hold whoever asks,
//! and the audit of what was done.

mod api_keys;
mod connections;
mod members;
mod organizations;

use domain::{
    Actor, ApiKeyId, ConnectionId, Holdings, NewAudit, OrganizationId, Outcome, Storage,
    StorageError,
};
use jiff::Timestamp;
use policy::access::{Principal, Unissued};

pub use self::{
    api_keys::{IssuedKey, KeyWish},
    connections::{Described, Held},
    members::NewMember,
};

/// The organization that is there from the first start, and that the settings' connections are of.
#[must_use]
pub fn first_organization() -> OrganizationId {
    OrganizationId::new("default")
}

/// The desk at which a store is administered.
pub struct Administration<'a, S> {
    /// What is administered.
    pub store: &'a S,
    /// Who does it.
    pub by: By<'a>,
    /// The organization that is there from the first start, and never goes.
    pub first: &'a OrganizationId,
    /// Now.
    pub now: Timestamp,
}

/// Who administers.
#[derive(Clone)]
pub struct By<'a> {
    /// What they may.
    pub principal: &'a Principal,
    /// What the audit calls them.
    pub actor: Actor,
}

/// Why something was not done, in the words of what was attempted. What to do next is said by whoever
/// asked, in words of their own surface.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such organization, or none that they can see.
    #[error("find the organization {0}")]
    NoOrganization(OrganizationId),
    /// The id was given before.
    #[error("add {0}: the id is or was another's")]
    OrganizationTaken(OrganizationId),
    /// It is the installation's first.
    #[error("remove {0}: what the settings connect is its own")]
    OrganizationStays(OrganizationId),
    /// It owns things.
    #[error("remove {0}: it still owns things")]
    StillOwns(OrganizationId, Holdings),
    /// There is no such member.
    #[error("find the member in this organization")]
    NoMember,
    /// There is one already.
    #[error("add a member: {0} has one with this address")]
    AddressTaken(OrganizationId),
    /// It is no address.
    #[error("use the text as an e-mail address")]
    NoAddress,
    /// Others would be left without an owner.
    #[error("take the last owner from an organization that has other members")]
    LastOwner,
    /// There is no such key.
    #[error("find {0} in {1}")]
    NoKey(ApiKeyId, OrganizationId),
    /// There is no such connection.
    #[error("find the connection {0}")]
    NoConnection(ConnectionId),
    /// The settings describe it.
    #[error("remove {0}: the settings describe it")]
    DescribedConnection(ConnectionId),
    /// An account has one owner.
    #[error("connect {0}: it is taken")]
    AccountTaken(String),
    /// The settings name it for another connection.
    #[error("connect {0}: it is taken")]
    AccountDescribed(String),
    /// The connection has no such account of its own.
    #[error("disconnect {0}: it is not connected")]
    NoAccount(String),
    /// They may not make this key.
    #[error("make the API key")]
    Unissued(#[source] Unissued),
    /// The store failed.
    #[error("use the data folder")]
    Storage(#[from] StorageError),
}

impl<S: Storage> Administration<'_, S> {
    /// Notes what was done to an organization's own.
    async fn note(
        &self,
        organization: Option<&OrganizationId>,
        (act, subject): (&str, &str),
        connection: Option<&ConnectionId>,
    ) -> Result<(), StorageError> {
        let entry = NewAudit {
            at: self.now,
            organization: organization.cloned(),
            connection: connection.cloned(),
            actor: self.by.actor.clone(),
            act: act.to_owned(),
            outcome: Outcome::Done,
            subject: Some(subject.to_owned()),
            detail: None,
        };
        self.store.note_audit(vec![entry]).await
    }
}

#[cfg(test)]
mod tests;
