//! Proof keys (RFC 7636): who asked for a code proves it when the code is exchanged.

use std::fmt;

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use endpoint::Secret;

/// The secret of one consent: its hash goes with the address of the consent page, and itself with
/// the code. A code that somebody else caught is worth nothing without it.
#[derive(Clone)]
pub struct Verifier(Secret);

impl Verifier {
    /// A verifier of 256 random bits: 43 characters, the shortest that RFC 7636 allows.
    #[must_use]
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(Secret::new(&BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// A verifier that was kept.
    #[must_use]
    pub fn from_secret(kept: Secret) -> Self {
        Self(kept)
    }

    /// Itself, to be kept sealed until the code is there.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// Its hash by the method `S256`.
    #[must_use]
    pub fn challenge(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.0.expose().as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(hash)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let verifier = Verifier::from_secret(Secret::new(verifier));
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(format!("{verifier:?}"), "Verifier([secret])");
    }

    #[test]
    fn a_verifier_is_long_enough_and_stands_in_an_address() {
        let verifier = Verifier::from_random([0xff; 32]);
        let text = verifier.secret().expose();
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
