//! The notary: judges where notifications may go, and makes the secrets that they are signed with.

use std::sync::Arc;

use domain::{Actor, Audit, BoxFuture, CredentialKey, Credentials, SubscriptionNotary};
use endpoint::reach::Reach;
use secrecy::SecretString;

use super::signature::{self, RANDOM};
use crate::Safe;

/// Fills bytes at random; false where the system has none to give.
pub type Randomness = fn(&mut [u8]) -> bool;

/// Judges addresses, and keeps what it makes in a safe.
pub struct Notary<S> {
    safe: Safe<S>,
    reach: Arc<Reach>,
    random: Randomness,
}

impl<S> Notary<S> {
    /// A notary with this safe, for whom this may be reached.
    #[must_use]
    pub fn new(safe: Safe<S>, reach: Reach, random: Randomness) -> Self {
        Self { safe, reach: Arc::new(reach), random }
    }

    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        match (self.random)(bytes) {
            true => Ok(()),
            false => Err("the system gives no random bytes; try again".to_owned()),
        }
    }
}

impl<S: Credentials + Audit + Send + Sync> SubscriptionNotary for Notary<S> {
    fn judge(&self, url: &str) -> Result<(), String> {
        self.reach.target(url).map(|_| ()).map_err(|refusal| refusal.to_string())
    }

    fn draw(&self) -> Result<[u8; 16], String> {
        let mut bytes = [0; 16];
        self.fill(&mut bytes).map(|()| bytes)
    }

    fn issue<'a>(
        &'a self,
        key: &'a CredentialKey,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<SecretString, String>> {
        Box::pin(async move {
            let mut random = [0; RANDOM];
            self.fill(&mut random)?;
            let secret = signature::secret(&random);
            self.safe.put(key, &secret, actor).await.map_err(|error| error.to_string())?;
            Ok(secret.expose().to_owned().into())
        })
    }

    fn withdraw<'a>(
        &'a self,
        key: &'a CredentialKey,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.safe.remove(key, actor).await.map(|_| ()).map_err(|error| error.to_string())
        })
    }
}
