//! The keys of programs and assistants.

use domain::{Added, ApiKey, ApiKeyId, ApiKeySecret, OrganizationId, Storage};
use jiff::Timestamp;
use policy::access::{self, NewKey};

use super::{Administration, Refused};

/// What a new key is besides its rights.
pub struct KeyWish {
    /// What it is for.
    pub name: String,
    /// Whose it is.
    pub organization: OrganizationId,
    /// From when on it counts no more.
    pub expires_at: Option<Timestamp>,
}

/// A key that was made, with its secret, which nobody sees again.
pub struct IssuedKey {
    /// The key.
    pub key: ApiKey,
    /// Its secret.
    pub secret: ApiKeySecret,
}

impl<S: Storage> Administration<'_, S> {
    /// Makes a key of freshly drawn bytes.
    ///
    /// # Errors
    /// Where they may not give it, or the organization is gone.
    pub async fn issue_key(
        &self,
        new: NewKey,
        wish: KeyWish,
        random: &[u8; ApiKeySecret::RANDOM],
    ) -> Result<IssuedKey, Refused> {
        access::may_issue(self.by.principal, &new).map_err(Refused::Unissued)?;
        let (id, secret) = ApiKeySecret::from_random(random);
        let key = ApiKey {
            id,
            organization: wish.organization,
            connection: new.connection,
            name: wish.name,
            role: new.role,
            scopes: new.scopes,
            secret_hash: secret.hash(),
            created_at: self.now,
            expires_at: wish.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        if self.store.add_api_key(key.clone()).await? != Added::New {
            return Err(Refused::NoOrganization(key.organization));
        }
        let act = ("api_key.issued", key.id.as_str());
        self.note(Some(&key.organization), act, key.connection.as_ref()).await?;
        Ok(IssuedKey { key, secret })
    }

    /// Revokes a key for good.
    ///
    /// # Errors
    /// Where the organization has no such key.
    pub async fn revoke_key(
        &self,
        organization: &OrganizationId,
        id: &ApiKeyId,
    ) -> Result<(), Refused> {
        match self.store.revoke_api_key(organization, id, self.now).await? {
            true => {
                Ok(self.note(Some(organization), ("api_key.revoked", id.as_str()), None).await?)
            }
            false => Err(Refused::NoKey(id.clone(), organization.clone())),
        }
    }
}
