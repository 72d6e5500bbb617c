//! Seals the trial's credentials with the vault, as the hub does.

use std::error::Error;

use anyhow::Result;
use domain::{BoxFuture, Credential, CredentialKey, SealedContent, SecretSealer};
use secrecy::{ExposeSecret, SecretString};
use vault::{CredentialError, Keyring, Label, Sealed, Source};

/// The trial's master key: 32 bytes in base64, and no secret.
const MASTER_KEY: &str = "dHJpYWwtb2YtdG9rZW5zLW1hc3Rlci1rZXktMDAwMDE=";

/// The trial's keyring.
pub(super) struct TrialSealer(Keyring);

impl TrialSealer {
    pub(super) fn new() -> Result<Self> {
        Ok(Self(Keyring::open(vec![Source::value(MASTER_KEY)?])?))
    }
}

impl SecretSealer for TrialSealer {
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>> {
        Box::pin(async move {
            let label = label(&stored.key);
            let sealed = Sealed::from_bytes(&stored.content.bytes)
                .map_err(|error| told(&label.unreadable(error)))?;
            let opened = self.0.open_sealed(&label, &sealed).await;
            let content = opened.map_err(|error| told(&error))?;
            let text = std::str::from_utf8(content.expose()).map_err(|error| error.to_string())?;
            Ok(SecretString::from(text))
        })
    }

    fn seal<'a>(
        &'a self,
        key: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>> {
        Box::pin(async move {
            let sealed = self.0.seal(&label(key), secret.expose_secret().as_bytes()).await;
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

fn told(error: &CredentialError) -> String {
    format!("{error} ({:?})", error.source().map(ToString::to_string))
}
