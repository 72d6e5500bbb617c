//! What the exchange of a code needs and is a secret: sealed as one text while somebody decides.

use endpoint::Secret;
use highlevel::auth::Verifier;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// The secrets of one consent. It has no `Debug`.
pub(super) struct ConsentSecrets {
    pub(super) client_secret: Secret,
    pub(super) verifier: Verifier,
}

impl ConsentSecrets {
    /// For what the sealed form is bound to; nothing is stored under it.
    pub(super) const KIND: &'static str = "consent";

    pub(super) fn new(client_secret: &Secret, verifier: &Verifier) -> Self {
        Self { client_secret: client_secret.clone(), verifier: verifier.clone() }
    }

    pub(super) fn to_text(&self) -> SecretString {
        let text = json!({
            "client_secret": self.client_secret.expose(),
            "verifier": self.verifier.secret().expose(),
        });
        SecretString::from(text.to_string())
    }

    /// What [`Self::to_text`] made; none where it is something else.
    pub(super) fn parse(text: &SecretString) -> Option<Self> {
        let read: Value = serde_json::from_str(text.expose_secret()).ok()?;
        let secret = |name: &str| Some(Secret::new(read.get(name)?.as_str()?));
        Some(Self {
            client_secret: secret("client_secret")?,
            verifier: Verifier::from_secret(secret("verifier")?),
        })
    }
}
