//! Tokens that only their server can read (RFC 7662): it is asked, and its answer kept for a minute.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::BoxFuture;
use endpoint::{Method, Request, Secret, Transport};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Claims, Distrust, LONGEST, Trust, Verifier};

/// How long an answer counts, in seconds: so long a token that was taken back still opens the hub.
const LIFE: i64 = 60;

/// How many answers are kept at most.
const KEPT: usize = 10_000;

/// How the hub asks.
pub struct Desk {
    /// The address of the server's introspection.
    pub address: String,
    /// What the server calls this hub.
    pub client_id: String,
    /// With which the hub proves that.
    pub client_secret: Secret,
}

/// Asks about tokens.
pub struct Introspected<T> {
    trust: Trust,
    desk: Desk,
    transport: Arc<T>,
    /// By the hash of the token, which itself is kept nowhere.
    answers: Mutex<BTreeMap<[u8; 32], Answer>>,
}

struct Answer {
    at: i64,
    said: Map<String, Value>,
}

impl<T: Transport> Introspected<T> {
    /// Tokens of this issuer, asked for there.
    #[must_use]
    pub fn new(trust: Trust, desk: Desk, transport: Arc<T>) -> Self {
        Self { trust, desk, transport, answers: Mutex::default() }
    }

    async fn check(&self, token: &str, now: Timestamp) -> Result<Claims, Distrust> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if token.len() > LONGEST || !token.bytes().all(is_token) {
            return Err(Distrust::Wrong("it is no bearer token"));
        }
        let hash = digest(&SHA256, token.as_bytes());
        let hash: [u8; 32] = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
        let said = match self.kept(&hash, now) {
            Some(said) => said,
            None => {
                let said = self.ask(token).await?;
                self.keep(hash, said.clone(), now);
                said
            }
        };
        if said.get("active") != Some(&Value::Bool(true)) {
            return Err(Distrust::Wrong("its issuer says that it does not count"));
        }
        // A server answers for its own tokens, and need not repeat its name.
        let mut said = said;
        said.entry("iss").or_insert_with(|| self.trust.issuer.clone().into());
        self.trust.check(said, now)
    }

    fn kept(&self, hash: &[u8; 32], now: Timestamp) -> Option<Map<String, Value>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answers.get(hash)?;
        (0..LIFE).contains(&(now.as_second() - answer.at)).then(|| answer.said.clone())
    }

    fn keep(&self, hash: [u8; 32], said: Map<String, Value>, now: Timestamp) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.as_second();
        if answers.len() >= KEPT {
            answers.retain(|_, answer| (0..LIFE).contains(&(now - answer.at)));
        }
        if answers.len() < KEPT {
            answers.insert(hash, Answer { at: now, said });
        }
    }

    async fn ask(&self, token: &str) -> Result<Map<String, Value>, Distrust> {
        let Desk { address, client_id, client_secret } = &self.desk;
        let proof = format!("{}:{}", encoded(client_id), encoded(client_secret.expose()));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Request {
            method: Method::Post,
            url: address.clone(),
            headers: vec![
                header("authorization", &format!("Basic {}", STANDARD.encode(proof))),
                header("content-type", "application/x-www-form-urlencoded"),
                header("accept", "application/json"),
            ],
            body: format!("token={}&token_type_hint=access_token", encoded(token)).into(),
        };
        let reply = self.transport.send(request).await;
        let reply = reply.map_err(|error| Distrust::Unknown(error.to_string()))?;
        if reply.status != 200 {
            let told = format!("its introspection answers with status {}", reply.status);
            return Err(Distrust::Unknown(told));
        }
        serde_json::from_slice(&reply.body)
            .map_err(|_| Distrust::Unknown("its introspection answers no object".to_owned()))
    }
}

impl<T: Transport + 'static> Verifier for Introspected<T> {
    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Claims, Distrust>> {
        Box::pin(self.check(token, now))
    }
}

/// A text as forms write it.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
