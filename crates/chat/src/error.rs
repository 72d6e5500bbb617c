//! Why a call to a provider of models failed, and what to do next.

mod reply;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use endpoint::{Endpoint, Response, Retry, TransportError};

use self::reply::ErrorReply;
use crate::Provider;

/// A failed call: at which stage ([`Self::call`]), of which kind, and what follows.
///
/// `Display` is a sentence for people that ends with what to do. It has no secret and nothing of
/// what was said; `Debug` and [`Self::call`] keep the reply's bytes, which may quote it.
#[derive(Debug)]
pub struct Error(Box<Failed>);

#[derive(Debug)]
struct Failed {
    operation: &'static str,
    provider: Provider,
    call: endpoint::Error,
    reply: ErrorReply,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The call could not be encoded; nothing was sent.
    Argument,
    /// No connection could be made.
    Unreachable,
    /// The reply did not arrive: the answer may have been made, and paid for.
    Interrupted,
    /// The key is missing, wrong or revoked.
    BadKey,
    /// The key is good and may not do this.
    Forbidden,
    /// The provider has no model of this name, or none for this key.
    NoSuchModel,
    /// The address has no such operation.
    NotOffered,
    /// The account has no money or no quota left.
    Quota,
    /// Too many calls or tokens for now.
    Throttled,
    /// The provider has no room for now.
    Overloaded,
    /// The conversation is longer than the model or the provider takes.
    TooLarge,
    /// What was asked for makes no sense to the provider.
    Invalid,
    /// The provider failed, or a page of HTML came in its place.
    Failed,
    /// A reply that the provider does not give: a redirect, or a success in another shape.
    Unreadable,
}

impl Error {
    pub(crate) fn of<E: Endpoint>(provider: Provider, call: endpoint::Error) -> Self {
        let reply = match &call {
            endpoint::Error::Status { response, .. } => ErrorReply::parse(&response.body),
            _ => ErrorReply::default(),
        };
        Self(Box::new(Failed { operation: E::NAME, provider, call, reply }))
    }

    /// The failure by stage, with the whole response where one arrived.
    #[must_use]
    pub fn call(&self) -> &endpoint::Error {
        &self.0.call
    }

    /// The name of the operation: `models.list`, `models.get` or `chat.complete`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The HTTP status, where the provider refused or failed. None for a success that cannot be read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.call() {
            endpoint::Error::Status { response, .. } => Some(response.status),
            _ => None,
        }
    }

    /// The provider's own word for it, such as `model_not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.reply.code.as_deref()
    }

    /// What the provider says. It may quote what was said: show it, do not log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.reply.message.as_deref()
    }

    /// The id by which the provider's support finds the call.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let response = self.call().response()?;
        response.header("x-request-id").or_else(|| response.header("request-id"))
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.call() {
            endpoint::Error::Build { .. } => Kind::Argument,
            endpoint::Error::Send { source: TransportError::Connect { .. }, .. } => {
                Kind::Unreachable
            }
            endpoint::Error::Send { .. } => Kind::Interrupted,
            endpoint::Error::Decode { .. } => Kind::Unreadable,
            endpoint::Error::Status { response, .. } => self.kind_of_status(response.status),
        }
    }

    fn kind_of_status(&self, status: u16) -> Kind {
        match (self.code().unwrap_or_default(), status) {
            ("insufficient_quota" | "billing_error" | "billing_hard_limit_reached", _)
            | (_, 402) => Kind::Quota,
            ("context_length_exceeded" | "request_too_large", _) | (_, 413) => Kind::TooLarge,
            ("model_not_found", _) => Kind::NoSuchModel,
            ("invalid_api_key" | "authentication_error", _) | (_, 401) => Kind::BadKey,
            (_, 403) => Kind::Forbidden,
            (_, 404) if self.0.reply.names_a_model() => Kind::NoSuchModel,
            (_, 404 | 405) => Kind::NotOffered,
            (_, 429) => Kind::Throttled,
            ("overloaded_error", _) | (_, 503 | 529) => Kind::Overloaded,
            (_, 400..500) => Kind::Invalid,
            (_, 500..) => Kind::Failed,
            _ => Kind::Unreadable,
        }
    }

    /// When the same call may be tried again. Where [`Self::is_ambiguous`] holds, a repetition may be
    /// paid twice.
    #[must_use]
    pub fn retry(&self) -> Retry {
        if matches!(self.kind(), Kind::Quota | Kind::Unreadable) || self.says_no_retry() {
            return Retry::Never;
        }
        match (self.call().retry(), self.milliseconds()) {
            (Retry::Never, _) => Retry::Never,
            (_, Some(wait)) => Retry::After(wait),
            (retry, None) => retry,
        }
    }

    /// Whether the provider may have answered all the same.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        self.kind() != Kind::Overloaded && self.call().is_ambiguous()
    }

    fn says_no_retry(&self) -> bool {
        let response = self.call().response();
        response.and_then(|response| response.header("x-should-retry")) == Some("false")
    }

    /// The finer of the two headers that name a wait.
    fn milliseconds(&self) -> Option<Duration> {
        let text = self.call().response()?.header("retry-after-ms")?;
        text.trim().parse().ok().map(Duration::from_millis)
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.kind() {
            Kind::Argument => "correct the argument",
            Kind::Unreachable if self.0.provider == Provider::Ollama => {
                "start Ollama with `ollama serve`, or correct its address"
            }
            Kind::Unreachable => "check the address and the network, then repeat it",
            Kind::Interrupted => "repeat it later; what was lost may have been paid for",
            Kind::BadKey => "give a key that is valid at this provider",
            Kind::Forbidden => "give the key the right to use this model, or choose another model",
            Kind::NoSuchModel if self.0.provider == Provider::Ollama => {
                "fetch the model with `ollama pull`, or choose one that is there"
            }
            Kind::NoSuchModel => "choose one of the models that the provider lists",
            Kind::NotOffered => "check the address: it has to end where the provider's API begins",
            Kind::Quota => "add credit or raise the limit of the account at the provider",
            Kind::Throttled => "wait, or ask the provider for a higher limit",
            Kind::Overloaded | Kind::Failed => "repeat it later",
            Kind::TooLarge => {
                "send a shorter conversation, or choose a model that takes a longer one"
            }
            Kind::Invalid => "change what the provider's message names",
            Kind::Unreadable => "check that the address leads to a provider of this kind",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, provider, hint) = (self.operation(), self.0.provider, self.hint());
        match self.call() {
            endpoint::Error::Build { problem, .. } => {
                write!(formatter, "build {operation}: {problem}")?;
            }
            endpoint::Error::Send { .. } => write!(formatter, "send {operation} to {provider}")?,
            endpoint::Error::Decode { .. } => {
                write!(formatter, "read the reply of {provider} to {operation}")?;
            }
            endpoint::Error::Status { response: Response { status, .. }, .. } => {
                write!(formatter, "{provider} answered {operation} with status {status}")?;
                if let Some(code) = self.code() {
                    write!(formatter, " ({code})")?;
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
