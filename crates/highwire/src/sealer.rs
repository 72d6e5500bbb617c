//! Seals and opens the secrets of connections with the vault's keyring.

use std::error::Error;

use domain::{BoxFuture, Credential, CredentialKey, SealedContent, SecretSealer};
use secrecy::{ExposeSecret, SecretString};
use vault::{CredentialError, Keyring, Label, Sealed};

/// The keyring, as the doors use it.
pub(crate) struct Sealer {
    keyring: Keyring,
}

impl Sealer {
    /// A sealer with these master keys.
    pub(crate) fn new(keyring: Keyring) -> Self {
        Self { keyring }
    }
}

impl SecretSealer for Sealer {
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>> {
        Box::pin(async move {
            let label = label(&stored.key);
            let sealed = Sealed::from_bytes(&stored.content.bytes)
                .map_err(|error| told(&label.unreadable(error)))?;
            let opened = self.keyring.open_sealed(&label, &sealed).await;
            let content = opened.map_err(|error| told(&error))?;
            let text = std::str::from_utf8(content.expose());
            text.map(SecretString::from).map_err(|_| {
                format!("what is stored for {} is no text", stored.key.tenant.connection)
            })
        })
    }

    fn seal<'a>(
        &'a self,
        key: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>> {
        Box::pin(async move {
            let sealed = self.keyring.seal(&label(key), secret.expose_secret().as_bytes()).await;
            let sealed = sealed.map_err(|error| told(&error))?;
            let master_key = sealed.key().to_string();
            Ok(SealedContent { bytes: sealed.to_bytes().into(), master_key })
        })
    }
}

fn label(key: &CredentialKey) -> Label<'_> {
    Label {
        organization: key.tenant.organization.as_str(),
        connection: key.tenant.connection.as_str(),
        kind: &key.kind,
    }
}

/// The error and its cause, neither of which holds a secret.
fn told(error: &CredentialError) -> String {
    match error.source() {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}
