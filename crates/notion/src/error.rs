//! Why a call to Notion failed, in Notion's own words where it has any, and what to do next.

mod code;
mod reply;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use endpoint::{Endpoint, Response, Retry, TransportError};
use serde_json::{Map, Value};

pub use self::code::Code;
use self::reply::ErrorReply;
use crate::resources;

/// A failed call: at which stage ([`Self::call`]), with what answer, and what follows.
///
/// `Display` is a sentence for people that ends with what to do. It has no secret and none of the
/// values that Notion quotes back; `Debug` and [`Self::call`] keep the reply's bytes, which may.
#[derive(Debug)]
pub struct Error(Box<Failed>);

#[derive(Debug)]
struct Failed {
    operation: &'static str,
    reads: bool,
    call: endpoint::Error,
    reply: Option<ErrorReply>,
}

impl Error {
    pub(crate) fn of<E: Endpoint>(call: endpoint::Error) -> Self {
        let reply = match &call {
            endpoint::Error::Status { response, .. } => ErrorReply::parse(&response.body),
            _ => None,
        };
        Self(Box::new(Failed {
            operation: E::NAME,
            reads: resources::only_reads::<E>(),
            call,
            reply,
        }))
    }

    /// The failure by stage, with the whole response where one arrived.
    #[must_use]
    pub fn call(&self) -> &endpoint::Error {
        &self.0.call
    }

    /// The name of the operation, such as `pages.create`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The HTTP status, where Notion refused or failed. None for a success that cannot be read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.call() {
            endpoint::Error::Status { response, .. } => Some(response.status),
            _ => None,
        }
    }

    /// Notion's code. None where Notion gave none, as when its edge answers with HTML.
    #[must_use]
    pub fn code(&self) -> Option<&Code> {
        Some(&self.0.reply.as_ref()?.code)
    }

    /// Notion's message, whole. It may quote values of the call: show it, do not log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        Some(&self.0.reply.as_ref()?.message)
    }

    /// The id by which Notion's support finds the call.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let named = self.0.reply.as_ref().and_then(|r| r.request_id.as_deref());
        named.or_else(|| self.call().response()?.header("x-notion-request-id"))
    }

    /// What else the reply says: texts, or arrays of texts (`facts/notion.md` 6).
    #[must_use]
    pub fn additional_data(&self) -> Option<&Map<String, Value>> {
        self.0.reply.as_ref()?.additional_data.as_ref()
    }

    /// The id of what now exists although the call failed: a create that Notion committed before it
    /// answered 503 (`facts/notion.md` 6, "503 after a committed write"). Adopt it instead of
    /// repeating the call.
    #[must_use]
    pub fn committed_resource_id(&self) -> Option<&str> {
        self.additional_data()?.get("committed_resource_id")?.as_str()
    }

    /// When the same call may be tried again.
    ///
    /// Where [`Self::is_ambiguous`] holds, look up what happened before repeating.
    #[must_use]
    pub fn retry(&self) -> Retry {
        if self.is_blocked() || self.code() == Some(&Code::RowLimitExceeded) {
            return Retry::Never;
        }
        match (self.call().retry(), self.named_wait()) {
            (Retry::Backoff, Some(wait)) => Retry::After(wait),
            (retry, _) => retry,
        }
    }

    /// Whether the call may have been carried out although it failed. Never for an operation that
    /// only reads, which includes the query.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        !self.0.reads && self.call().is_ambiguous()
    }

    /// Whether Notion turned the call away because of too many calls or too much load: it was not
    /// carried out and may be repeated later.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        matches!(self.status(), Some(429 | 529)) && !self.is_blocked()
    }

    /// Whether Notion blocked the connection: no call may follow (`facts/notion.md` 6).
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let reason = self.additional_data().and_then(|data| data.get("rate_limit_reason"));
        reason.and_then(Value::as_str) == Some("public_api_request_blocked")
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.call() {
            endpoint::Error::Build { .. } => "correct the argument",
            endpoint::Error::Send { source: TransportError::Connect { .. }, .. } => {
                "nothing was carried out: check the base address and the network, then repeat it"
            }
            endpoint::Error::Decode { .. } if self.0.reads => {
                "check that the base address leads to Notion"
            }
            endpoint::Error::Status { response, .. } => self.status_hint(response),
            _ if self.is_ambiguous() => {
                "it may have been carried out: look it up before repeating it"
            }
            _ => "repeat it later",
        }
    }

    fn status_hint(&self, response: &Response) -> &'static str {
        if self.is_blocked() {
            return "stop calling: Notion blocked this connection, ask Notion's support why";
        }
        if self.committed_resource_id().is_some() {
            return "it was carried out: adopt the committed id instead of repeating it";
        }
        match self.code().and_then(Code::hint) {
            Some(hint) => hint,
            None if self.is_ambiguous() => {
                "it may have been carried out: look it up before repeating it"
            }
            None => match response.status {
                401 => "give a new token",
                409 | 500.. => "repeat it later",
                429 => "wait, or lower the requests per minute",
                _ if self.code().is_some() => "change what the message names",
                _ => "check that the base address leads to Notion",
            },
        }
    }

    /// How long Notion says to wait: seconds, repeated in the body (`facts/notion.md` 6).
    fn named_wait(&self) -> Option<Duration> {
        let seconds = match self.additional_data()?.get("retry_after")? {
            Value::String(text) => text.trim().parse().ok()?,
            other => other.as_u64()?,
        };
        Some(Duration::from_secs(seconds))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, hint) = (self.operation(), self.hint());
        match self.call() {
            endpoint::Error::Build { problem, .. } => {
                write!(formatter, "build {operation}: {problem}")?;
            }
            endpoint::Error::Send { .. } => write!(formatter, "send {operation}")?,
            endpoint::Error::Decode { .. } => {
                let shape = "which is not what Notion answers";
                write!(formatter, "read the reply of {operation}, {shape}")?;
            }
            endpoint::Error::Status { response, .. } => {
                let status = response.status;
                write!(formatter, "{operation} was answered with status {status}")?;
                if let Some(reply) = &self.0.reply {
                    let message = reply.message_without_values();
                    write!(formatter, " ({}): {message}", reply.code)?;
                }
            }
        }
        write!(formatter, "; {hint}")
    }
}

impl std::error::Error for Error {
    /// What lies below the call: this error's own sentence already speaks for the call.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.call().source()
    }
}
