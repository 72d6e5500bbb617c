//! The transport: carries a request to a vendor and brings the response back.

use std::future::Future;

use bytes::Bytes;

use crate::Method;

/// What stands in the place of a credential.
const BLOT: &str = "[secret]";

/// Shorter texts could be part of anything, in bytes.
const SHORTEST_CREDENTIAL: usize = 8;

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

    /// The same response with `[secret]` wherever the credential stands that was sent: some vendors
    /// and proxies repeat what they refuse, and what they say is logged, stored and shown.
    ///
    /// What is shorter than eight characters is no credential, and stays.
    #[must_use]
    pub fn without(mut self, credential: &str) -> Self {
        if !is_credential(credential) {
            return self;
        }
        for (_, value) in &mut self.headers {
            if value.contains(credential) {
                *value = value.replace(credential, BLOT);
            }
        }
        if let Some(blotted) = blotted(&self.body, credential.as_bytes()) {
            self.body = blotted.into();
        }
        self
    }
}

/// Whether a text is long enough to be a credential.
pub(crate) fn is_credential(text: &str) -> bool {
    text.len() >= SHORTEST_CREDENTIAL
}

/// The bytes with every occurrence blotted out; none where there is none.
pub(crate) fn blotted(bytes: &[u8], credential: &[u8]) -> Option<Vec<u8>> {
    let first = find(bytes, credential)?;
    let (mut blotted, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    let mut next = Some(first);
    while let Some(at) = next {
        blotted.extend_from_slice(&rest[..at]);
        blotted.extend_from_slice(BLOT.as_bytes());
        rest = &rest[at + credential.len()..];
        next = find(rest, credential);
    }
    blotted.extend_from_slice(rest);
    Some(blotted)
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, mut from) = (needle.first()?, 0);
    // Mostly the first byte is not there, which is looked for many bytes at a time.
    while let Some(at) = bytes[from..].iter().position(|byte| byte == first) {
        if bytes[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    fn without(body: &str, credential: &str) -> (String, String) {
        let headers = vec![("www-authenticate".to_owned(), format!("Bearer {body}"))];
        let response = Response { status: 401, headers, body: body.to_owned().into() };
        let response = response.without(credential);
        let header = response.header("www-authenticate").unwrap().to_owned();
        (String::from_utf8(response.body.to_vec()).unwrap(), header)
    }

    #[test]
    fn a_credential_that_is_repeated_is_blotted_out_everywhere() {
        let (body, header) = without("pit-1234pit-1234 no pit-1234", "pit-1234");
        assert_eq!(body, "[secret][secret] no [secret]");
        assert_eq!(header, "Bearer [secret][secret] no [secret]");
        assert_eq!(without("nothing of it", "pit-1234").0, "nothing of it");
        assert_eq!(without("", "pit-1234").0, "");
    }

    #[test]
    fn what_is_no_credential_stays() {
        assert_eq!(without("a token", "").0, "a token");
        assert_eq!(without("a token", "token").0, "a token");
    }
}
