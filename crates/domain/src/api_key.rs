//! An API key: how a program or an assistant proves who it is.

mod secret;

use std::{collections::BTreeMap, future::Future};

use jiff::Timestamp;

pub use self::secret::{ApiKeySecret, KeyHash};
use crate::{
    Added, ApiKeyId, ConnectionId, OrganizationId, Realm, Role, Scopes, StorageError, Tenant,
};

/// What the hub keeps of a key. The secret itself is nowhere: it is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The one connection that it is bound to; none where it stands for the whole organization.
    pub connection: Option<ConnectionId>,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What its holder is.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// What a secret is recognized by.
    pub secret_hash: KeyHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it counts no more; none where it lasts until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as that was noted.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Whether a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It counts.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

impl KeyState {
    /// The name that people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl ApiKey {
    /// Whether it counts at this moment.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        match self {
            Self { revoked_at: Some(_), .. } => KeyState::Revoked,
            Self { expires_at: Some(end), .. } if *end <= now => KeyState::Expired,
            _ => KeyState::Active,
        }
    }

    /// How its secret begins: what lists and logs show of it.
    #[must_use]
    pub fn prefix(&self) -> String {
        ApiKeySecret::prefix_of(&self.id)
    }

    /// What it can see.
    #[must_use]
    pub fn realm(&self) -> Realm {
        let organization = self.organization.clone();
        match &self.connection {
            None => Realm::Organization(organization),
            Some(connection) => {
                Realm::Connection(Tenant { organization, connection: connection.clone() })
            }
        }
    }
}

/// Keeps API keys.
pub trait ApiKeys {
    /// Adds a key. Ids and hashes are random and never meet: one that is taken is an error.
    fn add_api_key(&self, key: ApiKey) -> impl Future<Output = Result<Added, StorageError>> + Send;

    /// The key with this hash, whatever its state.
    fn api_key_by_hash(
        &self,
        hash: &KeyHash,
    ) -> impl Future<Output = Result<Option<ApiKey>, StorageError>> + Send;

    /// The keys of an organization, the oldest first, revoked ones too.
    fn api_keys(
        &self,
        organization: &OrganizationId,
    ) -> impl Future<Output = Result<Vec<ApiKey>, StorageError>> + Send;

    /// The keys of every organization, the oldest first, for who has to know them all by heart.
    fn api_keys_of_all(&self) -> impl Future<Output = Result<Vec<ApiKey>, StorageError>> + Send;

    /// Revokes a key of this organization; whether it has one. The first revocation counts.
    fn revoke_api_key(
        &self,
        organization: &OrganizationId,
        id: &ApiKeyId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Notes when keys were used, all in one write. A moment before the noted one changes nothing,
    /// and keys that are not there are passed over.
    fn note_use(
        &self,
        uses: BTreeMap<ApiKeyId, Timestamp>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;
}
