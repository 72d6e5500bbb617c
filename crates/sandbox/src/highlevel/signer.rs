//! The signing keys of the simulated HighLevel, and the signature headers that it sends.
//!
//! The Ed25519 key follows from the seed, so a hub that trusts it keeps working when the sandbox
//! restarts. It guards nothing: everybody who knows the seed can sign. The RSA key cannot be
//! derived and takes a while to make, so it exists only where it is asked for.

use aws_lc_rs::{
    digest,
    encoding::{AsDer, PublicKeyX509Der},
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// Carries the base64 of an Ed25519 signature over the raw body (`facts/highlevel.md` 7.3).
const ED25519_HEADER: &str = "X-GHL-Signature";
/// Carries the base64 of an RSA PKCS#1 v1.5 SHA-256 signature over the raw body (`facts/highlevel.md` 7.3).
const RSA_HEADER: &str = "X-WH-Signature";

/// Why the sandbox has no signing keys.
#[derive(Debug, thiserror::Error)]
#[error("make the {algorithm} signing key of the simulated HighLevel; start the sandbox again")]
pub struct SignerError {
    algorithm: &'static str,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl SignerError {
    fn new(
        algorithm: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self { algorithm, source }
    }
}

/// Signs webhook bodies as HighLevel does.
pub struct Signer {
    ed25519: Ed25519KeyPair,
    ed25519_public: String,
    rsa: Option<RsaSigner>,
}

struct RsaSigner {
    key: RsaKeyPair,
    public: String,
}

impl Signer {
    /// Derives the Ed25519 key from `seed` and, where `with_rsa` asks for it, makes an RSA key of
    /// 2048 bits. HighLevel's has 4096, which takes seconds to make and proves nothing more.
    ///
    /// # Errors
    /// When the cryptography library refuses to make a key.
    pub fn new(seed: u64, with_rsa: bool) -> Result<Self, SignerError> {
        let failed = |source: Unspecified| SignerError::new("Ed25519", source);
        let mut input = b"highwire sandbox: highlevel webhook key ".to_vec();
        input.extend(seed.to_be_bytes());
        let secret = digest::digest(&digest::SHA256, &input);
        let ed25519 = Ed25519KeyPair::from_seed_unchecked(secret.as_ref())
            .map_err(|rejected| SignerError::new("Ed25519", rejected))?;
        let public: PublicKeyX509Der<'_> = ed25519.public_key().as_der().map_err(failed)?;
        Ok(Self {
            ed25519_public: BASE64.encode(public.as_ref()),
            ed25519,
            rsa: with_rsa.then(RsaSigner::generate).transpose()?,
        })
    }

    /// The public keys as base64 of their SPKI form: Ed25519 first, then RSA where there is one.
    #[must_use]
    pub fn public_keys(&self) -> Vec<String> {
        let rsa = self.rsa.as_ref().map(|rsa| rsa.public.clone());
        [self.ed25519_public.clone()].into_iter().chain(rsa).collect()
    }

    /// The signature headers of a body: the Ed25519 one first, then RSA where there is a key.
    ///
    /// # Errors
    /// When the cryptography library refuses to sign.
    pub fn headers(&self, body: &[u8]) -> Result<Vec<(&'static str, String)>, SignerError> {
        let signature = self.ed25519.sign(body);
        let mut headers = vec![(ED25519_HEADER, BASE64.encode(signature.as_ref()))];
        if let Some(rsa) = &self.rsa {
            headers.push((RSA_HEADER, rsa.sign(body)?));
        }
        Ok(headers)
    }
}

impl RsaSigner {
    fn generate() -> Result<Self, SignerError> {
        let failed = |source: Unspecified| SignerError::new("RSA", source);
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(failed)?;
        let public = BASE64.encode(public.as_ref());
        Ok(Self { key, public })
    }

    fn sign(&self, body: &[u8]) -> Result<String, SignerError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature)
            .map_err(|source| SignerError::new("RSA", source))?;
        Ok(BASE64.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
    };

    use super::*;

    const BODY: &[u8] = br#"{"type":"NoteCreate","id":"n1"}"#;

    fn verifies(
        algorithm: &'static dyn VerificationAlgorithm,
        public: &str,
        body: &[u8],
        signature: &str,
    ) -> bool {
        let public = BASE64.decode(public).unwrap();
        let signature = BASE64.decode(signature).unwrap();
        UnparsedPublicKey::new(algorithm, public).verify(body, &signature).is_ok()
    }

    #[test]
    fn the_ed25519_header_verifies_against_the_exported_key() {
        let signer = Signer::new(7, false).unwrap();
        let keys = signer.public_keys();
        let headers = signer.headers(BODY).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[0].0, "X-GHL-Signature");
        assert!(verifies(&ED25519, &keys[0], BODY, &headers[0].1));
        assert!(!verifies(&ED25519, &keys[0], b"another body", &headers[0].1));
    }

    #[test]
    fn the_rsa_header_verifies_against_the_exported_key() {
        let signer = Signer::new(7, true).unwrap();
        let keys = signer.public_keys();
        let headers = signer.headers(BODY).unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(headers[1].0, "X-WH-Signature");
        assert!(verifies(&RSA_PKCS1_2048_8192_SHA256, &keys[1], BODY, &headers[1].1));
        assert!(!verifies(&RSA_PKCS1_2048_8192_SHA256, &keys[1], b"another", &headers[1].1));
    }

    #[test]
    fn the_ed25519_key_is_the_seeds() {
        let keys = |seed| Signer::new(seed, false).unwrap().public_keys();
        assert_eq!(keys(1), keys(1));
        assert_ne!(keys(1), keys(2));
    }

    #[test]
    fn exported_keys_are_spki() {
        let public = BASE64.decode(&Signer::new(1, false).unwrap().public_keys()[0]).unwrap();
        // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING } of a 32-byte key (RFC 8410).
        assert_eq!(public[..12], [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0]);
        assert_eq!(public.len(), 44);
    }
}
