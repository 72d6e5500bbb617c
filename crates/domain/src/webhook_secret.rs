//! A webhook secret: what a connection and its senders share, so that they can sign.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

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

    /// The webhook secret that was stored as this text, by the rules of [`Self::new`].
    #[must_use]
    pub fn of(opened: &SecretString) -> Option<Self> {
        Self::new(opened.expose_secret())
    }

    /// The text to be sealed.
    #[must_use]
    pub fn text(&self) -> &SecretString {
        &self.0
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
