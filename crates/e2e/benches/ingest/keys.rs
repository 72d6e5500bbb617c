//! The keys that the load is signed with, of the sizes that HighLevel's have.

use std::fmt::Write;

use anyhow::Result;
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// How an event is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// The present scheme.
    Ed25519,
    /// The legacy scheme, with 4096 bits.
    Rsa,
}

/// One key of each scheme.
pub(crate) struct Keys {
    ed25519: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

impl Keys {
    /// New ones; the RSA key takes a second or two.
    pub(crate) fn generate() -> Result<Self> {
        let ed25519 = Ed25519KeyPair::generate()?;
        Ok(Self { ed25519, rsa: RsaKeyPair::generate(KeySize::Rsa4096)? })
    }

    /// Both public keys, as they stand in the hub's settings.
    pub(crate) fn setting(&self) -> Result<String> {
        let ed25519: PublicKeyX509Der<'_> = self.ed25519.public_key().as_der()?;
        let rsa: PublicKeyX509Der<'_> = self.rsa.public_key().as_der()?;
        Ok(format!("{},{}", STANDARD.encode(ed25519.as_ref()), STANDARD.encode(rsa.as_ref())))
    }

    /// A public key, read.
    pub(crate) fn public(&self, scheme: Scheme) -> Result<ParsedPublicKey> {
        Ok(match scheme {
            Scheme::Ed25519 => ParsedPublicKey::new(&ED25519, self.ed25519.public_key().as_ref())?,
            Scheme::Rsa => {
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.rsa.public_key().as_ref())?
            }
        })
    }

    /// The signature over a body.
    pub(crate) fn signature(&self, scheme: Scheme, body: &[u8]) -> Result<Vec<u8>> {
        match scheme {
            Scheme::Ed25519 => Ok(self.ed25519.sign(body).as_ref().to_vec()),
            Scheme::Rsa => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                let random = SystemRandom::new();
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, body, &mut signature)?;
                Ok(signature)
            }
        }
    }

    /// The request that delivers a body, as bytes.
    pub(crate) fn request(&self, scheme: Scheme, body: &str) -> Result<Vec<u8>> {
        let header = match scheme {
            Scheme::Ed25519 => "x-ghl-signature",
            Scheme::Rsa => "x-wh-signature",
        };
        let signature = STANDARD.encode(self.signature(scheme, body.as_bytes())?);
        let mut request = String::from("POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\n");
        write!(
            request,
            "content-type: application/json\r\n{header}: {signature}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        Ok(request.into_bytes())
    }
}
