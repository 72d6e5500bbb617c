//! The transport: carries a request to a vendor and brings the response back.

use std::future::Future;

use bytes::Bytes;

use crate::Method;

/// An encoded call, ready to be carried.
///
/// It has no `Debug`: its headers carry credentials.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The absolute address, encoded.
    pub url: String,
    /// Header names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty means none.
    pub body: Bytes,
}

impl Request {
    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What came back, as bytes.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
}

impl Response {
    /// The first header with this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Carries requests; the real one speaks HTTP, tests bring their own.
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole response, whatever its status.
    ///
    /// # Errors
    /// When no response arrived; the variant says whether the request may have been received.
    fn send(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

/// Why no response arrived.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing was sent, so nothing happened at the far side.
    #[error("connect to {host}; check that the address is right and the service is up")]
    Connect {
        /// The host and port that did not answer.
        host: String,
        /// What the network said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The request left, but its response did not arrive whole: it may have been carried out.
    #[error(
        "receive the reply of {host}; the call may have been carried out, look it up before \
         repeating it"
    )]
    Interrupted {
        /// The host and port that fell silent.
        host: String,
        /// What the network said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
