//! The two signatures of a webhook, both base64 over the raw body (`facts/highlevel.md` 7.3).

use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::PublicKeys;

/// The header of the Ed25519 signature, in lower case. It is preferred.
pub const ED25519_HEADER: &str = "x-ghl-signature";

/// The header of the legacy RSA-SHA256 signature, in lower case.
pub const RSA_HEADER: &str = "x-wh-signature";

/// A header value that HighLevel has been seen to send in place of a signature.
const PLACEHOLDER: &str = "N/A";

/// The signature headers of one delivery.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signatures<'a> {
    /// The value of [`ED25519_HEADER`].
    pub ed25519: Option<&'a str>,
    /// The value of [`RSA_HEADER`].
    pub rsa: Option<&'a str>,
}

/// How a delivery proved where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// By Ed25519.
    Ed25519,
    /// By RSA PKCS#1 v1.5 with SHA-256.
    Rsa,
}

/// Why a delivery did not prove where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Neither header has a signature.
    #[error("no signature header; send X-GHL-Signature or X-WH-Signature")]
    Missing,
    /// The signature is not base64.
    #[error("the signature is not base64; send the header as HighLevel sent it")]
    Malformed,
    /// No key made this signature over this body.
    #[error("the signature is not over this body; verify the bytes as they were received")]
    Mismatch,
}

/// Verifies a body against the signatures that came with it.
///
/// Where an Ed25519 signature came, it alone decides: falling back to the older scheme would let an
/// attacker choose the weaker one. The literal `N/A` counts as no signature.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(
    keys: &PublicKeys,
    signatures: Signatures<'_>,
    body: &[u8],
) -> Result<Scheme, SignatureError> {
    let given = |value: Option<&'_ str>| {
        let value = value.map(str::trim).filter(|value| !value.is_empty() && *value != PLACEHOLDER);
        value.map(str::to_owned)
    };
    let (scheme, keys, signature) = match (given(signatures.ed25519), given(signatures.rsa)) {
        (Some(signature), _) => (Scheme::Ed25519, &keys.ed25519, signature),
        (None, Some(signature)) => (Scheme::Rsa, &keys.rsa, signature),
        (None, None) => return Err(SignatureError::Missing),
    };
    let signature = STANDARD.decode(signature).map_err(|_| SignatureError::Malformed)?;
    let matches = |key: &ParsedPublicKey| key.verify_sig(body, &signature).is_ok();
    match keys.iter().any(matches) {
        true => Ok(scheme),
        false => Err(SignatureError::Mismatch),
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        encoding::AsDer,
        rand::SystemRandom,
        rsa::KeySize,
        signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
    };

    use super::*;

    const BODY: &[u8] = br#"{"type":"ContactCreate","id":"c1"}"#;

    struct Signer {
        ed25519: Ed25519KeyPair,
        rsa: RsaKeyPair,
    }

    impl Signer {
        fn new(seed: u8) -> Self {
            Self {
                ed25519: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap(),
                rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            }
        }

        fn keys(&self) -> PublicKeys {
            let ed25519 = STANDARD.encode(self.ed25519.public_key().as_der().unwrap().as_ref());
            let rsa = STANDARD.encode(self.rsa.public_key().as_der().unwrap().as_ref());
            PublicKeys::parse([ed25519.as_str(), rsa.as_str()]).unwrap()
        }

        fn ed25519(&self, body: &[u8]) -> String {
            STANDARD.encode(self.ed25519.sign(body))
        }

        fn rsa(&self, body: &[u8]) -> String {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature).unwrap();
            STANDARD.encode(signature)
        }
    }

    fn check(
        keys: &PublicKeys,
        ed25519: Option<&str>,
        rsa: Option<&str>,
    ) -> Result<Scheme, SignatureError> {
        verify(keys, Signatures { ed25519, rsa }, BODY)
    }

    #[test]
    fn each_scheme_is_accepted_and_ed25519_is_preferred() {
        let signer = Signer::new(1);
        let (keys, ed25519, rsa) = (signer.keys(), signer.ed25519(BODY), signer.rsa(BODY));
        assert_eq!(check(&keys, Some(&ed25519), None), Ok(Scheme::Ed25519));
        assert_eq!(check(&keys, None, Some(&rsa)), Ok(Scheme::Rsa));
        assert_eq!(check(&keys, Some(&ed25519), Some("bad")), Ok(Scheme::Ed25519));
    }

    #[test]
    fn a_bad_ed25519_signature_is_not_saved_by_a_good_rsa_one() {
        let signer = Signer::new(1);
        let other = signer.ed25519(b"another body");
        let rsa = signer.rsa(BODY);
        let keys = signer.keys();
        assert_eq!(check(&keys, Some(&other), Some(&rsa)), Err(SignatureError::Mismatch));
        assert_eq!(check(&keys, Some("%%%"), Some(&rsa)), Err(SignatureError::Malformed));
    }

    #[test]
    fn a_placeholder_is_no_signature() {
        let signer = Signer::new(1);
        let (keys, rsa) = (signer.keys(), signer.rsa(BODY));
        assert_eq!(check(&keys, Some("N/A"), Some(&rsa)), Ok(Scheme::Rsa));
        assert_eq!(check(&keys, Some("N/A"), Some("N/A")), Err(SignatureError::Missing));
        assert_eq!(check(&keys, None, None), Err(SignatureError::Missing));
    }

    #[test]
    fn another_key_another_body_and_a_cut_signature_are_refused() {
        let (ours, theirs) = (Signer::new(1), Signer::new(2));
        let keys = ours.keys();
        let cut = STANDARD.encode(&STANDARD.decode(ours.ed25519(BODY)).unwrap()[..63]);
        for forged in [theirs.ed25519(BODY), ours.ed25519(b"{}"), cut, ours.rsa(BODY)] {
            assert_eq!(check(&keys, Some(&forged), None), Err(SignatureError::Mismatch));
        }
        for forged in [theirs.rsa(BODY), ours.rsa(b"{}"), ours.ed25519(BODY)] {
            assert_eq!(check(&keys, None, Some(&forged)), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn during_a_rotation_both_keys_are_good() {
        let (old, new) = (Signer::new(1), Signer::new(2));
        let mut keys = old.keys();
        keys.ed25519.extend(new.keys().ed25519);
        assert_eq!(check(&keys, Some(&old.ed25519(BODY)), None), Ok(Scheme::Ed25519));
        assert_eq!(check(&keys, Some(&new.ed25519(BODY)), None), Ok(Scheme::Ed25519));
    }
}
