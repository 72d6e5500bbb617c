//! A sealer: the hub's side of the vault, which turns secrets into what a store may keep, and back.

use secrecy::SecretString;

use crate::{BoxFuture, Credential, CredentialKey, SealedContent};

/// Seals and opens the secrets of connections.
pub trait SecretSealer: Send + Sync {
    /// Opens a stored secret.
    ///
    /// # Errors
    /// A sentence that names the connection and says what to do.
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>>;

    /// Seals a secret for this place.
    ///
    /// # Errors
    /// A sentence that names the connection and says what to do.
    fn seal<'a>(
        &'a self,
        key: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>>;
}
