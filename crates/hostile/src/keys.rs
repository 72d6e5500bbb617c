//! The keys that the hub trusts here, and a stranger's.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use highlevel::webhook::PublicKeys;

/// Signs as a vendor does.
pub struct Keys {
    ed25519: Ed25519KeyPair,
    /// Made where it is asked for: that takes a while.
    rsa: LazyLock<RsaKeyPair>,
}

impl Keys {
    /// An Ed25519 key that follows from the seed, and an RSA key that is new each time.
    ///
    /// # Panics
    /// Where the cryptography library makes no key.
    #[must_use]
    pub fn new(seed: u8) -> Self {
        Self {
            ed25519: Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed is a key"),
            rsa: LazyLock::new(|| {
                RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key is made")
            }),
        }
    }

    /// Both public keys, as a hub trusts them.
    ///
    /// # Panics
    /// Never: what was made here can be read.
    #[must_use]
    pub fn public(&self) -> PublicKeys {
        let ed25519 = self.ed25519.public_key().as_der().expect("a public key has a form");
        let rsa = self.rsa.public_key().as_der().expect("a public key has a form");
        let texts = [STANDARD.encode(ed25519.as_ref()), STANDARD.encode(rsa.as_ref())];
        PublicKeys::parse(texts.iter().map(String::as_str)).expect("public keys are read")
    }

    /// The value of `X-GHL-Signature` for these bytes.
    #[must_use]
    pub fn ed25519(&self, body: &[u8]) -> String {
        STANDARD.encode(self.ed25519.sign(body))
    }

    /// The value of `X-WH-Signature` for these bytes.
    ///
    /// # Panics
    /// Where the cryptography library refuses to sign.
    #[must_use]
    pub fn rsa(&self, body: &[u8]) -> String {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self.rsa.sign(&RSA_PKCS1_SHA256, &random, body, &mut signature);
        signed.expect("an RSA key signs");
        STANDARD.encode(signature)
    }
}
