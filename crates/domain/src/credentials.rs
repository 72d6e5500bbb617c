//! The credentials of connections, sealed: what a store keeps of them is unreadable to it.

use std::{collections::BTreeMap, fmt, future::Future};

use bytes::Bytes;
use jiff::Timestamp;

use crate::{ConnectionId, OrganizationId, StorageError, Tenant};

/// Which credential: a connection has one of each kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialKey {
    /// Whose it is, and of which connection.
    pub tenant: Tenant,
    /// What it is, such as `private_token`.
    pub kind: String,
}

impl CredentialKey {
    /// The kind of a token that a person made.
    pub const PRIVATE_TOKEN: &'static str = "private_token";
    /// The kind of a pair of tokens, with their times.
    pub const TOKEN_PAIR: &'static str = "token_pair";
    /// The kind of the secret of an app of our own at the vendor.
    pub const APP_SECRET: &'static str = "app_secret";
    /// The kind of a vendor's API key.
    pub const API_KEY: &'static str = "api_key";
    /// The kind of the token of a person's browser.
    pub const BROWSER_TOKEN: &'static str = "browser_token";
    /// The kind of what a subscription's notifications are signed with.
    pub const SIGNING_SECRET: &'static str = "signing_secret";

    /// The credential of this kind.
    #[must_use]
    pub fn new(tenant: &Tenant, kind: &str) -> Self {
        Self { tenant: tenant.clone(), kind: kind.to_owned() }
    }
}

/// A credential in its sealed form, and the master key that wraps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedContent {
    /// The sealed bytes, which only the vault reads. No two seals give the same bytes.
    pub bytes: Bytes,
    /// The id of the master key, so that a rotation finds what it has to do.
    pub master_key: String,
}

/// The bytes tell a reader nothing, so only their count is printed.
impl fmt::Debug for SealedContent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} bytes sealed under {}]", self.bytes.len(), self.master_key)
    }
}

/// A stored credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Which one.
    pub key: CredentialKey,
    /// Its sealed form.
    pub content: SealedContent,
    /// When the credential itself was stored; a re-wrap does not count.
    pub stored_at: Timestamp,
}

/// What a list of credentials shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialSummary {
    /// Which one.
    pub key: CredentialKey,
    /// The id of the master key that wraps it.
    pub master_key: String,
    /// When the credential itself was stored.
    pub stored_at: Timestamp,
}

/// Keeps sealed credentials.
pub trait Credentials {
    /// Stores a credential in place of the one with its key.
    fn put_credential(
        &self,
        credential: Credential,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The credential with this key.
    fn credential(
        &self,
        key: &CredentialKey,
    ) -> impl Future<Output = Result<Option<Credential>, StorageError>> + Send;

    /// The credentials of an organization, or of one of its connections, in order of their keys,
    /// without their content.
    fn credentials(
        &self,
        organization: &OrganizationId,
        connection: Option<&ConnectionId>,
    ) -> impl Future<Output = Result<Vec<CredentialSummary>, StorageError>> + Send;

    /// Removes a credential; whether there was one.
    fn delete_credential(
        &self,
        key: &CredentialKey,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// The credentials of every organization that another master key than this one wraps, in order
    /// of their keys, at most `limit`, from the first after `after`.
    fn credentials_not_under(
        &self,
        master_key: &str,
        after: Option<&CredentialKey>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Credential>, StorageError>> + Send;

    /// Puts a re-wrapped form in place of the form it was made from; whether it did.
    ///
    /// It does nothing where the credential was removed or stored anew in the meantime: a rotation
    /// never brings an old token back. The bytes themselves are compared, since a count would
    /// repeat after a removal.
    fn rewrap_credential(
        &self,
        key: &CredentialKey,
        from: &Bytes,
        to: SealedContent,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// How many credentials each master key wraps.
    fn master_key_counts(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<String, u64>, StorageError>> + Send;
}
