//! The public keys of an authorization server (RFC 7517): read when they are needed, and kept for a while.

use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use endpoint::{Method, Request, Transport};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::Distrust;

/// How long keys count as read, in seconds.
const LIFE: i64 = 600;

/// How long they go on counting where their server does not answer: a server that is down for a moment
/// must not lock everybody out, and a key that was withdrawn must not count for long.
const GRACE: i64 = 3_600;

/// How long nobody asks again for a key that was not there, in seconds: whoever sends tokens with
/// invented names must not make the hub call.
const PAUSE: i64 = 60;

/// How a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The algorithm of this name, which must be on the list.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    name: Option<String>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    /// Whether this key signed the message.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
            Material::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
            }
        }
    }

    fn is_for(&self, algorithm: Algorithm, name: Option<&str>) -> bool {
        let fits = match self.material {
            Material::Rsa { .. } => algorithm == Algorithm::Rs256,
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
        };
        fits && (name.is_none() || self.name.as_deref() == name)
    }
}

/// The keys of one server.
pub(super) struct KeySet<T> {
    address: String,
    transport: Arc<T>,
    /// Held while they are read, so that one call serves all who wait.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: Vec<Key>,
    read_at: Option<i64>,
    tried_at: Option<i64>,
}

impl<T: Transport> KeySet<T> {
    /// The keys at this address. Nothing is read yet.
    pub(super) fn new(address: String, transport: Arc<T>) -> Self {
        Self { address, transport, known: Mutex::default() }
    }

    /// The keys that may have signed a token with this algorithm and name of a key.
    pub(super) async fn keys(
        &self,
        algorithm: Algorithm,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Key>, Distrust> {
        let now = now.as_second();
        let mut known = self.known.lock().await;
        let is_fresh = known.read_at.is_some_and(|at| now - at < LIFE);
        let fitting = known.fitting(algorithm, name);
        if is_fresh && !fitting.is_empty() {
            return Ok(fitting);
        }
        if known.tried_at.is_some_and(|at| now - at < PAUSE) && known.read_at.is_some() {
            return known.usable(fitting, now);
        }
        known.tried_at = Some(now);
        match self.read().await {
            Ok(keys) => {
                known.keys = keys;
                known.read_at = Some(now);
                let fitting = known.fitting(algorithm, name);
                known.usable(fitting, now)
            }
            Err(error) if known.read_at.is_some_and(|at| now - at < GRACE) => {
                tracing::warn!(%error, "the keys of the authorization server cannot be read again");
                known.usable(fitting, now)
            }
            Err(error) => Err(error),
        }
    }

    async fn read(&self) -> Result<Vec<Key>, Distrust> {
        let request = Request {
            method: Method::Get,
            url: self.address.clone(),
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: bytes::Bytes::new(),
        };
        let reply = self.transport.send(request).await;
        let reply = reply.map_err(|error| Distrust::Unknown(error.to_string()))?;
        if reply.status != 200 {
            return Err(Distrust::Unknown(format!("its keys come with status {}", reply.status)));
        }
        parse(&reply.body).ok_or_else(|| Distrust::Unknown("its keys are no key set".to_owned()))
    }
}

impl Known {
    fn fitting(&self, algorithm: Algorithm, name: Option<&str>) -> Vec<Key> {
        self.keys.iter().filter(|key| key.is_for(algorithm, name)).cloned().collect()
    }

    fn usable(&self, fitting: Vec<Key>, now: i64) -> Result<Vec<Key>, Distrust> {
        let counts = self.read_at.is_some_and(|at| now - at < GRACE);
        match counts && !fitting.is_empty() {
            true => Ok(fitting),
            false => Err(Distrust::Wrong("no key of its issuer fits")),
        }
    }
}

/// A key as it is published. What is for encryption, or of a kind that does not count, is left out.
#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a set that can sign; none where it is no set.
fn parse(body: &[u8]) -> Option<Vec<Key>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    let set: Set = serde_json::from_slice(body).ok()?;
    let published = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    Some(published.filter_map(key_of).collect())
}

fn key_of(published: Published) -> Option<Key> {
    if published.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let decode = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let material = match (published.kty.as_str(), published.crv.as_deref()) {
        ("RSA", _) => Material::Rsa { n: decode(published.n)?, e: decode(published.e)? },
        ("EC", Some("P-256")) => {
            let (x, y) = (decode(published.x)?, decode(published.y)?);
            // An uncompressed point.
            (x.len() == 32 && y.len() == 32)
                .then(|| Material::P256([&[4], x.as_slice(), y.as_slice()].concat()))?
        }
        ("OKP", Some("Ed25519")) => Material::Ed25519(decode(published.x)?),
        _ => return None,
    };
    Some(Key { name: published.kid, material })
}
