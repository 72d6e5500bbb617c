//! Why a call failed, by stage, and what the caller may do about it.

use std::time::Duration;

use crate::{Method, Response, TransportError};

/// A failed call. The variant is the stage at which it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call could not be encoded; nothing was sent.
    #[error("build {operation}: {problem}; correct the argument")]
    Build {
        /// [`crate::Endpoint::NAME`].
        operation: &'static str,
        /// What is wrong with which argument.
        problem: String,
        /// The encoder's own words, where it was the encoder.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// No response arrived.
    #[error("send {operation}")]
    Send {
        /// [`crate::Endpoint::NAME`].
        operation: &'static str,
        /// Its method, which decides whether repeating is safe.
        method: Method,
        /// What the transport met.
        #[source]
        source: TransportError,
    },
    /// The vendor answered with a status outside 200–299.
    #[error("{operation} was answered with status {}", response.status)]
    Status {
        /// [`crate::Endpoint::NAME`].
        operation: &'static str,
        /// Its method, which decides whether repeating is safe.
        method: Method,
        /// The whole answer.
        response: Response,
    },
    /// The vendor answered with success, but not in the shape that the operation has.
    #[error(
        "read the reply of {operation}, which is not what the operation answers; look up whether \
         it was carried out"
    )]
    Decode {
        /// [`crate::Endpoint::NAME`].
        operation: &'static str,
        /// The whole answer.
        response: Response,
        /// Where the reply leaves its shape.
        #[source]
        source: serde_json::Error,
    },
}

/// When the same call may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The vendor named the wait.
    After(Duration),
    /// The caller's own schedule decides.
    Backoff,
    /// Repeating changes nothing; the call or the set-up has to change.
    Never,
}

impl Error {
    /// When the same call may be tried again.
    ///
    /// Where [`Self::is_ambiguous`] holds, the caller looks up what happened before it repeats.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Build { .. } => Retry::Never,
            Self::Send { .. } | Self::Decode { .. } => Retry::Backoff,
            Self::Status { response, .. } => status_retry(response),
        }
    }

    /// Whether the call may have been carried out although it failed.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Build { .. } => false,
            Self::Send { method, source, .. } => {
                !method.is_idempotent() && matches!(source, TransportError::Interrupted { .. })
            }
            Self::Status { method, response, .. } => {
                !method.is_idempotent() && response.status >= 500 && response.status != 529
            }
            Self::Decode { .. } => true,
        }
    }

    /// The answer of the vendor, where one arrived.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Build { .. } | Self::Send { .. } => None,
            Self::Status { response, .. } | Self::Decode { response, .. } => Some(response),
        }
    }
}

/// Throttling and overload (429, 529) and server faults come back; 408, 409 and 425 say "again".
fn status_retry(response: &Response) -> Retry {
    match response.status {
        408 | 409 | 425 | 429 | 500..=599 => {
            retry_after(response).map_or(Retry::Backoff, Retry::After)
        }
        _ => Retry::Never,
    }
}

/// `Retry-After` in seconds (RFC 9110, 10.2.3); the date form falls to the caller's schedule.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn status(status: u16, method: Method, headers: &[(&str, &str)]) -> Error {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let response = Response { status, headers, body: Bytes::new() };
        Error::Status { operation: "things.read", method, response }
    }

    #[test]
    fn every_status_has_one_answer_to_what_next() {
        let cases = [
            (400, Retry::Never),
            (401, Retry::Never),
            (403, Retry::Never),
            (404, Retry::Never),
            (409, Retry::Backoff),
            (422, Retry::Never),
            (429, Retry::Backoff),
            (500, Retry::Backoff),
            (503, Retry::Backoff),
            (529, Retry::Backoff),
        ];
        for (code, expected) in cases {
            assert_eq!(status(code, Method::Post, &[]).retry(), expected, "status {code}");
        }
    }

    #[test]
    fn the_vendors_own_wait_wins() {
        let error = status(429, Method::Post, &[("retry-after", "17")]);
        assert_eq!(error.retry(), Retry::After(Duration::from_secs(17)));
    }

    #[test]
    fn only_a_write_with_a_server_fault_is_ambiguous() {
        assert!(status(503, Method::Post, &[]).is_ambiguous());
        assert!(!status(503, Method::Get, &[]).is_ambiguous());
        assert!(!status(429, Method::Post, &[]).is_ambiguous());
        assert!(!status(529, Method::Post, &[]).is_ambiguous());
    }
}
