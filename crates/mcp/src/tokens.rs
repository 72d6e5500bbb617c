//! Tokens of an authorization server, which the hub is a resource for: whether one counts, and who holds it.
//!
//! A token counts where its issuer is the one that is trusted, its audience is this hub and nobody
//! else's, and its time is now. What it says is either signed ([`jwt`]) or asked of its server
//! ([`introspection`]). No token is ever logged, passed on, or kept longer than its question takes
//! (`facts/mcp.md` 1, 4.6).

pub mod introspection;
pub mod jwt;
mod key_set;

use domain::BoxFuture;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// Says whether a token counts.
pub trait Verifier: Send + Sync {
    /// What the token says, where it counts at this time.
    fn verify<'a>(
        &'a self,
        token: &'a str,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Claims, Distrust>>;
}

/// Whose tokens count, and for whom they have to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The issuer, to the letter.
    pub issuer: String,
    /// The audience, to the letter: the address of this hub's tools.
    pub audience: String,
}

/// What a token that counts says.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// Its issuer's word for who holds it.
    pub subject: String,
    /// Its scopes, as they are written in it.
    pub scopes: Vec<String>,
    /// Everything that it says.
    pub all: Map<String, Value>,
}

/// Why a token does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is wrong, for this reason, which is for the log and names nothing of the token.
    #[error("{0}")]
    Wrong(&'static str),
    /// The authorization server does not answer as it should, so nobody knows.
    #[error("the authorization server cannot be asked: {0}; check that it is up, and its address")]
    Unknown(String),
}

impl Trust {
    /// What these claims say, where they are this issuer's, for this hub, and of this time.
    fn check(&self, all: Map<String, Value>, now: Timestamp) -> Result<Claims, Distrust> {
        let text = |name: &str| all.get(name).and_then(Value::as_str);
        if text("iss") != Some(&self.issuer) {
            return Err(Distrust::Wrong("another issuer"));
        }
        self.check_audience(all.get("aud"))?;
        check_time(&all, now)?;
        let subject = text("sub").or_else(|| text("client_id")).filter(|text| !text.is_empty());
        let subject = subject.ok_or(Distrust::Wrong("nobody holds it"))?.to_owned();
        let scopes = scopes(all.get("scope").or_else(|| all.get("scp")));
        Ok(Claims { subject, scopes, all })
    }

    fn check_audience(&self, audience: Option<&Value>) -> Result<(), Distrust> {
        let is_ours = |value: &Value| value.as_str() == Some(&self.audience);
        let is_for_us = match audience {
            Some(Value::Array(several)) => several.iter().any(is_ours),
            Some(one) => is_ours(one),
            None => false,
        };
        is_for_us.then_some(()).ok_or(Distrust::Wrong("for somebody else"))
    }
}

/// A token without an end is none: it could never be taken back.
fn check_time(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Distrust> {
    let second = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => number(value).map(Some).ok_or(Distrust::Wrong("a time that is no number")),
    };
    let now = now.as_second();
    let end = second("exp")?.ok_or(Distrust::Wrong("it never ends"))?;
    if end.saturating_add(LEEWAY) <= now {
        return Err(Distrust::Wrong("it has ended"));
    }
    match second("nbf")? {
        Some(begin) if begin.saturating_sub(LEEWAY) > now => {
            Err(Distrust::Wrong("it has not begun"))
        }
        _ => Ok(()),
    }
}

/// Whole seconds; some servers write them with a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a time beyond the range is as good as its end"
)]
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

/// Scopes as OAuth writes them, or as a list.
fn scopes(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(several)) => {
            several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
