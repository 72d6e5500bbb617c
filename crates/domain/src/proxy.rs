//! A call that somebody makes at a vendor through the hub, without ever holding the vendor's token.

use std::{fmt, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_core::Stream;

use crate::{Actor, BoxFuture, Realm};

/// What a body says when it breaks off.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The pieces of a body, in order. After an error nothing follows.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// Passes calls on to a vendor.
pub trait Proxy: Send + Sync {
    /// Passes one call on, or says why not. What comes back has no credential in it.
    fn call(&self, call: ProxyCall) -> BoxFuture<'_, Result<ProxyReply, ProxyRefusal>>;
}

/// One call.
pub struct ProxyCall {
    /// What the caller sees: connections outside of it are not there.
    pub realm: Realm,
    /// Who calls, for the audit.
    pub actor: Actor,
    /// What the caller may do there.
    pub rights: ProxyRights,
    /// The connection, as the caller named it.
    pub connection: String,
    /// The HTTP method, as it came.
    pub method: String,
    /// The path below the connection, encoded as it came. It begins with a slash.
    pub path: String,
    /// The query as it came.
    pub query: Option<String>,
    /// The headers, their names in lower case, without those by which the hub knew the caller.
    pub headers: Vec<(String, String)>,
    /// The body; none where none was announced.
    pub body: Option<Box<dyn ProxyBody>>,
}

/// What a caller may do through a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProxyRights {
    /// Call what changes nothing.
    pub reads: bool,
    /// Call everything else.
    pub writes: bool,
}

/// A body that has not been read.
pub trait ProxyBody: Send {
    /// How many bytes were announced.
    fn length(&self) -> Option<u64>;

    /// All of it.
    fn whole(self: Box<Self>, limit: usize) -> BoxFuture<'static, Result<Bytes, ProxyRefusal>>;

    /// Its pieces, which break off above this many bytes.
    fn pieces(self: Box<Self>, limit: u64) -> Pieces;
}

/// What the vendor said.
pub struct ProxyReply {
    /// The operation that was called.
    pub operation: &'static str,
    /// The vendor's HTTP status.
    pub status: u16,
    /// Those headers that may leave, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as it arrives.
    pub pieces: Pieces,
}

/// Why a call was not passed on, or got nothing that can be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRefusal {
    /// Whose turn it is.
    pub fault: ProxyFault,
    /// The operation, where the call named one.
    pub operation: Option<&'static str>,
    /// What is wrong.
    pub error: String,
    /// What to do next.
    pub hint: String,
}

/// Whose turn it is after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    /// The caller named a connection that is not there, or not for it.
    Absent,
    /// The caller lacks the right to what changes nothing.
    NeedsReads,
    /// The caller lacks the right to what changes something.
    NeedsWrites,
    /// Nobody may do this through the proxy.
    Forbidden,
    /// The call makes no sense.
    Malformed,
    /// The body is larger than it may be.
    TooLarge,
    /// The caller can repeat it, after this long where that is known.
    Later(Option<Duration>),
    /// The connection has to be repaired first.
    Unusable,
    /// The vendor did not answer, or turned the hub itself away.
    Vendor,
}

impl ProxyFault {
    /// The name in counters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::NeedsReads | Self::NeedsWrites => "not_permitted",
            Self::Forbidden => "forbidden",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Later(_) => "later",
            Self::Unusable => "unusable",
            Self::Vendor => "vendor",
        }
    }
}

impl ProxyRefusal {
    /// A refusal that names no operation.
    #[must_use]
    pub fn new(fault: ProxyFault, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { fault, operation: None, error: error.into(), hint: hint.into() }
    }

    /// The same, of a call of this operation.
    #[must_use]
    pub fn of(self, operation: &'static str) -> Self {
        Self { operation: Some(operation), ..self }
    }
}

impl fmt::Display for ProxyRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; {}", self.error, self.hint)
    }
}

impl std::error::Error for ProxyRefusal {}

impl fmt::Debug for ProxyCall {
    /// Who and where, and nothing of what was said.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProxyCall")
            .field("actor", &self.actor)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ProxyReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProxyReply")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
