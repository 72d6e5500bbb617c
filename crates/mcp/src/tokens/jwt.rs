//! Signed tokens (RFC 9068): checked with the public keys that the authorization server publishes.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::BoxFuture;
use endpoint::Transport;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Claims, Distrust, LONGEST, Trust, Verifier,
    key_set::{Algorithm, KeySet},
};

/// What a token may call itself, in lower case: an access token, or nothing in particular. An ID token
/// or a logout token calls itself otherwise.
const TYPES: [&str; 3] = ["at+jwt", "application/at+jwt", "jwt"];

/// Checks signed tokens.
pub struct Signed<T> {
    trust: Trust,
    keys: KeySet<T>,
}

/// The first part of a token. What is not listed has no effect; what claims to have one is refused.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<Value>,
}

impl<T: Transport> Signed<T> {
    /// Tokens of this issuer, whose keys are at this address.
    #[must_use]
    pub fn new(trust: Trust, keys_at: String, transport: Arc<T>) -> Self {
        Self { trust, keys: KeySet::new(keys_at, transport) }
    }

    async fn check(&self, token: &str, now: Timestamp) -> Result<Claims, Distrust> {
        if token.len() > LONGEST {
            return Err(Distrust::Wrong("it is too long"));
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Distrust::Wrong("no JWT"))?;
        let (head, claims) = message.split_once('.').ok_or(Distrust::Wrong("no JWT"))?;
        let header: Header = part(head)?;
        let algorithm = admit(&header)?;
        let signature =
            URL_SAFE_NO_PAD.decode(signature).map_err(|_| Distrust::Wrong("no signature"))?;
        let keys = self.keys.keys(algorithm, header.kid.as_deref(), now).await?;
        if !keys.iter().any(|key| key.signed(message.as_bytes(), &signature)) {
            return Err(Distrust::Wrong("its signature is wrong"));
        }
        self.trust.check(part::<Map<String, Value>>(claims)?, now)
    }
}

impl<T: Transport + 'static> Verifier for Signed<T> {
    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Claims, Distrust>> {
        Box::pin(self.check(token, now))
    }
}

/// The algorithm of a token that may be looked at at all. It is never the token that chooses how it is
/// checked: what is not on the list, such as `none` or a shared secret, does not count.
fn admit(header: &Header) -> Result<Algorithm, Distrust> {
    if header.crit.is_some() {
        return Err(Distrust::Wrong("it asks for what is not understood"));
    }
    let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
    if !kind.is_some_and(|kind| TYPES.contains(&kind.as_str())) {
        return Err(Distrust::Wrong("it is no access token"));
    }
    Algorithm::named(&header.alg).ok_or(Distrust::Wrong("its algorithm does not count"))
}

fn part<P: for<'de> Deserialize<'de>>(text: &str) -> Result<P, Distrust> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Distrust::Wrong("no JWT"))?;
    serde_json::from_slice(&bytes).map_err(|_| Distrust::Wrong("no JWT"))
}
