//! The safe: puts the credentials of connections away sealed, takes them out, and says so in the audit.
//!
//! Whoever takes one out keeps it for as long as it is of use, so that the audit tells who had which
//! credential and not how often it was used.

use std::sync::Arc;

use domain::{
    Actor, Audit, Clock, Credential, CredentialKey, Credentials, NewAudit, Outcome, SecretSealer,
    StorageError,
};
use endpoint::Secret;
use secrecy::{ExposeSecret, SecretString};

/// Keeps credentials. Cheap to clone.
#[derive(Clone)]
pub struct Safe<S> {
    store: S,
    sealer: Arc<dyn SecretSealer>,
    clock: Arc<dyn Clock>,
}

/// Why a credential could not be put away or taken out.
#[derive(Debug, thiserror::Error)]
pub enum SafeError {
    /// The store failed.
    #[error("use the stored credentials")]
    Storage(#[from] StorageError),
    /// It cannot be sealed or opened, for this reason.
    #[error("{0}")]
    Sealer(String),
}

impl<S: Credentials + Audit> Safe<S> {
    /// A safe over this store.
    #[must_use]
    pub fn new(store: S, sealer: Arc<dyn SecretSealer>, clock: Arc<dyn Clock>) -> Self {
        Self { store, sealer, clock }
    }

    /// Puts a credential away in place of the one with its key.
    ///
    /// # Errors
    /// Where it is not stored: the master key or the store cannot be used.
    pub async fn put(
        &self,
        key: &CredentialKey,
        secret: &Secret,
        actor: &Actor,
    ) -> Result<(), SafeError> {
        let credential = self.sealed(key, secret).await?;
        self.store.put_credential(credential).await?;
        self.note(key, actor, "credential.stored", Outcome::Done).await
    }

    /// A credential as a store may keep it, for whoever writes it together with something else.
    ///
    /// # Errors
    /// Where the master key cannot be used.
    pub async fn sealed(
        &self,
        key: &CredentialKey,
        secret: &Secret,
    ) -> Result<Credential, SafeError> {
        let secret = SecretString::from(secret.expose());
        let content = self.sealer.seal(key, &secret).await.map_err(SafeError::Sealer)?;
        Ok(Credential { key: key.clone(), content, stored_at: self.clock.now() })
    }

    /// Takes a credential out; none where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, or the audit cannot be written: nobody gets a credential in silence.
    pub async fn open(
        &self,
        key: &CredentialKey,
        actor: &Actor,
    ) -> Result<Option<Secret>, SafeError> {
        let Some(stored) = self.store.credential(key).await? else { return Ok(None) };
        self.open_stored(&stored, actor).await.map(Some)
    }

    /// Takes out a credential in the form in which it was read.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_stored(
        &self,
        stored: &Credential,
        actor: &Actor,
    ) -> Result<Secret, SafeError> {
        let key = &stored.key;
        match self.sealer.open(stored).await {
            Ok(secret) => {
                self.note(key, actor, "credential.opened", Outcome::Done).await?;
                Ok(Secret::new(secret.expose_secret()))
            }
            Err(problem) => {
                self.note(key, actor, "credential.opened", Outcome::Failed).await?;
                Err(SafeError::Sealer(problem))
            }
        }
    }

    /// Takes a credential away for good; whether there was one.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn remove(&self, key: &CredentialKey, actor: &Actor) -> Result<bool, SafeError> {
        let removed = self.store.delete_credential(key).await?;
        if removed {
            self.note(key, actor, "credential.removed", Outcome::Done).await?;
        }
        Ok(removed)
    }

    async fn note(
        &self,
        key: &CredentialKey,
        actor: &Actor,
        act: &str,
        outcome: Outcome,
    ) -> Result<(), SafeError> {
        let noted = NewAudit {
            at: self.clock.now(),
            organization: Some(key.tenant.organization.clone()),
            connection: Some(key.tenant.connection.clone()),
            actor: actor.clone(),
            act: act.to_owned(),
            outcome,
            subject: Some(key.kind.clone()),
            detail: None,
        };
        Ok(self.store.note_audit(vec![noted]).await?)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Memory, Realm,
        contract::sample::{self, tenant},
    };

    use super::*;
    use crate::stand_ins::Mirror;

    #[tokio::test]
    async fn what_is_put_away_is_taken_out_and_each_step_is_told() {
        let store = Memory::new(sample::clock());
        let safe = Safe::new(store.clone(), Arc::new(Mirror), sample::clock());
        let key = CredentialKey::new(&tenant("alpha"), CredentialKey::PRIVATE_TOKEN);
        assert!(safe.open(&key, &Actor::Hub).await.unwrap().is_none());
        safe.put(&key, &Secret::new("pit-canary"), &Actor::Installation).await.unwrap();
        let stored = store.credential(&key).await.unwrap().unwrap();
        assert_eq!(&stored.content.bytes[..], b"yranac-tip");
        let opened = safe.open(&key, &Actor::Hub).await.unwrap().unwrap();
        assert_eq!(opened.expose(), "pit-canary");
        assert!(safe.remove(&key, &Actor::Hub).await.unwrap());
        assert!(!safe.remove(&key, &Actor::Hub).await.unwrap());
        let audit = store.audit(&Realm::Installation, "", None, 9).await.unwrap();
        let told: Vec<_> = audit.iter().rev().map(|entry| entry.noted.act.as_str()).collect();
        assert_eq!(told, ["credential.stored", "credential.opened", "credential.removed"]);
        assert!(!format!("{audit:?}").contains("canary"));
    }

    #[tokio::test]
    async fn what_cannot_be_opened_is_told_too() {
        let store = Memory::new(sample::clock());
        let safe = Safe::new(store.clone(), Arc::new(Mirror), sample::clock());
        let key = CredentialKey::new(&tenant("alpha"), CredentialKey::API_KEY);
        safe.put(&key, &Secret::new("damaged"), &Actor::Hub).await.unwrap();
        let problem = safe.open(&key, &Actor::Hub).await.unwrap_err().to_string();
        assert_eq!(problem, "it is damaged; store it again");
        let audit = store.audit(&Realm::Installation, "", None, 1).await.unwrap();
        assert_eq!(audit[0].noted.outcome, Outcome::Failed);
    }
}
