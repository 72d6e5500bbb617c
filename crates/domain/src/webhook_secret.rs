//! A webhook secret: what a connection and its senders share, so that they can sign.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{BoxFuture, Credential, CredentialKey, SealedContent};

/// The secret that a connection's webhooks are signed with. It prints nothing of itself and is wiped
/// when dropped.
#[derive(Clone)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// The kind of the credential that counts.
    pub const KIND: &'static str = "webhook_secret";

    /// The kind of the credential that a vendor handed over and nobody has accepted yet.
    pub const OFFERED: &'static str = "webhook_secret_offered";

    /// The longest one, in bytes.
    pub const LONGEST: usize = 512;

    /// This secret without the white space around it; none where nothing is left of it, or where it
    /// is longer than [`Self::LONGEST`].
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= Self::LONGEST;
        fits.then(|| Self(SecretString::from(text)))
    }

    /// The secret in clear.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// Seals and opens the secrets of connections: the hub's side of the vault.
pub trait SecretSealer: Send + Sync {
    /// Opens a stored secret.
    ///
    /// # Errors
    /// A sentence that names the connection and says what to do.
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<WebhookSecret, String>>;

    /// Seals a secret for this place.
    ///
    /// # Errors
    /// A sentence that names the connection and says what to do.
    fn seal<'a>(
        &'a self,
        key: &'a CredentialKey,
        secret: &'a WebhookSecret,
    ) -> BoxFuture<'a, Result<SealedContent, String>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_bounded_text_that_prints_nothing() {
        let secret = WebhookSecret::new(" canary\n").unwrap();
        assert_eq!((secret.expose(), format!("{secret:?}")), ("canary", "[secret]".to_owned()));
        for text in ["", " \n", &"x".repeat(WebhookSecret::LONGEST + 1)] {
            assert!(WebhookSecret::new(text).is_none());
        }
    }
}
