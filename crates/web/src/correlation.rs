//! The correlation id of a request: taken from `X-Correlation-Id` where it is sane, otherwise that of
//! its event, or a new one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::CorrelationId;
use jiff::Timestamp;

/// The header, in requests and in answers.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// Names the requests that have no name otherwise. Clones share the count.
#[derive(Clone)]
pub(crate) struct Correlations {
    origin: i64,
    count: Arc<AtomicU64>,
}

impl Correlations {
    /// New ids carry the moment at which the server began, and a number: two processes of a hub do
    /// not begin within one microsecond.
    pub(crate) fn since(began: Timestamp) -> Self {
        Self { origin: began.as_microsecond(), count: Arc::default() }
    }

    /// A new id, for a request that came without one and led to no event: an event has its own.
    pub(crate) fn make(&self) -> HeaderValue {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("req-{:x}-{number:x}", self.origin);
        HeaderValue::try_from(id).expect("hexadecimal digits and hyphens fit into a header")
    }
}

/// The id that a request came with, where it is sane and the only one.
pub(crate) fn given(headers: &HeaderMap) -> Option<CorrelationId> {
    let mut given = headers.get_all(HEADER).iter();
    match (given.next(), given.next()) {
        (Some(only), None) => CorrelationId::given(only.to_str().ok()?),
        _ => None,
    }
}

/// An id as the header's value.
pub(crate) fn value(id: &CorrelationId) -> HeaderValue {
    HeaderValue::try_from(id.as_str()).expect("an id can stand in a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        given(&headers).map(|id| id.to_string())
    }

    #[test]
    fn only_a_sane_id_that_stands_alone_is_taken() {
        assert_eq!(of(&[b"4bf92f35-77b3:4d/a#1"]).as_deref(), Some("4bf92f35-77b3:4d/a#1"));
        for insane in [&b""[..], b"a b", b"a\tb", b"\"a\"", b"\xc3\xa4"] {
            assert_eq!(of(&[insane]), None);
        }
        assert_eq!(of(&[b"one", b"two"]), None, "two ids are none");
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn no_two_new_ids_are_the_same() {
        let ids = Correlations::since(Timestamp::from_microsecond(0xabc).unwrap());
        assert_eq!(ids.make(), "req-abc-0");
        assert_eq!(ids.make(), "req-abc-1");
    }
}
