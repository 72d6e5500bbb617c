//! Why a call to RepairShopr failed, and what to do next.

mod reply;
#[cfg(test)]
mod tests;

use std::fmt;

use endpoint::{Endpoint, Response, Retry, TransportError};

use crate::permission;

/// The word that only the refusal of a missing permission has (`facts/repairshopr.md` 8).
const PERMISSION_WORD: &str = "permission";

/// A failed call: at which stage ([`Self::call`]), of which kind, and what follows.
///
/// `Display` is a sentence for people that ends with what to do. It has no secret and nothing of the
/// reply, which can quote records; `Debug` and [`Self::call`] keep the reply's bytes.
#[derive(Debug)]
pub struct Error(Box<Failed>);

#[derive(Debug)]
struct Failed {
    operation: &'static str,
    writes: bool,
    call: endpoint::Error,
    message: Option<String>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The call could not be encoded; nothing was sent.
    Argument,
    /// No connection could be made.
    Unreachable,
    /// The reply did not arrive.
    Interrupted,
    /// 401 that names no permission: the key is wrong, expired, or lacks a permission after all.
    Unauthorized,
    /// 401 that speaks of permissions: the key is good and may not do this.
    MissingPermission,
    /// 404: the record does not exist, or the address has no such account.
    NotFound,
    /// 400 or 422: what was asked for makes no sense to RepairShopr.
    Invalid,
    /// 429: too many calls from this address.
    Throttled,
    /// 500 to 599, or a page of HTML in place of an answer.
    Failed,
    /// A reply that RepairShopr does not give: a redirect, or a success in another shape.
    Unreadable,
}

impl Error {
    pub(crate) fn of<E: Endpoint>(call: endpoint::Error) -> Self {
        let message = match &call {
            endpoint::Error::Status { response, .. } => reply::message(&response.body),
            _ => None,
        };
        let writes = !E::METHOD.is_idempotent();
        Self(Box::new(Failed { operation: E::NAME, writes, call, message }))
    }

    /// The failure by stage, with the whole response where one arrived.
    #[must_use]
    pub fn call(&self) -> &endpoint::Error {
        &self.0.call
    }

    /// The name of the operation, such as `customers.list`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The HTTP status, where RepairShopr refused or failed. None for a success that cannot be read.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.call() {
            endpoint::Error::Status { response, .. } => Some(response.status),
            _ => None,
        }
    }

    /// What RepairShopr says, in one line. It may quote records: show it, do not log it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
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
            endpoint::Error::Decode { response, .. } if is_page(response) => Kind::Failed,
            endpoint::Error::Decode { .. } => Kind::Unreadable,
            endpoint::Error::Status { response, .. } => self.kind_of_status(response.status),
        }
    }

    fn kind_of_status(&self, status: u16) -> Kind {
        match status {
            401 | 403 if self.names_a_permission() => Kind::MissingPermission,
            401 => Kind::Unauthorized,
            403 => Kind::MissingPermission,
            404 => Kind::NotFound,
            429 => Kind::Throttled,
            400..500 => Kind::Invalid,
            500.. => Kind::Failed,
            _ => Kind::Unreadable,
        }
    }

    fn names_a_permission(&self) -> bool {
        self.message().is_some_and(|text| text.to_lowercase().contains(PERMISSION_WORD))
    }

    /// Whether the call may have been carried out although it failed: only those that write can. Look
    /// before repeating it.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        match self.call() {
            // A page of HTML with status 200 says nothing, and neither does a shape nobody knows.
            endpoint::Error::Decode { .. } => self.0.writes,
            call => call.is_ambiguous(),
        }
    }

    /// When the same call may be tried again, where it is not [`Self::is_ambiguous`].
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self.kind() {
            Kind::Unreadable => Retry::Never,
            _ => self.call().retry(),
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let fixed = match self.kind() {
            Kind::Argument => "correct the argument",
            Kind::Unreachable => "check the subdomain and the network, then repeat it",
            Kind::Interrupted | Kind::Failed => "repeat it later",
            Kind::Unauthorized => return self.hint_of_unauthorized(),
            Kind::MissingPermission => return self.hint_of_permission(),
            Kind::NotFound => "check the id, and that the subdomain is the account's",
            Kind::Invalid => "change what RepairShopr's message names",
            Kind::Throttled => {
                "wait, or find what else calls RepairShopr from this internet address: all of it \
                 shares one limit"
            }
            Kind::Unreadable => "check that the subdomain is the account's",
        };
        fixed.to_owned()
    }

    fn hint_of_unauthorized(&self) -> String {
        let new = "make a new API token under Admin, API Tokens";
        match permission(self.operation()) {
            Some(permission) => format!("{new}, with the permission \"{permission}\""),
            None => new.to_owned(),
        }
    }

    fn hint_of_permission(&self) -> String {
        match permission(self.operation()) {
            Some(permission) => {
                format!(
                    "give the API token the permission \"{permission}\" under Admin, API Tokens"
                )
            }
            None => "give the API token more permissions under Admin, API Tokens".to_owned(),
        }
    }
}

/// Whether the body is a page of HTML, as it comes from the edge under load.
fn is_page(response: &Response) -> bool {
    response.body.trim_ascii_start().starts_with(b"<")
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
                let shape = "which is not what RepairShopr answers";
                write!(formatter, "read the reply of {operation}, {shape}")?;
            }
            endpoint::Error::Status { response, .. } => {
                write!(formatter, "{operation} was answered with status {}", response.status)?;
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
