//! What of a vendor's reply may leave, and what a failed call says to its caller.

use std::time::Duration;

use domain::{ProxyFault, ProxyRefusal, ProxyReply};
use endpoint::{
    Retry, TransportError,
    stream::{self, StreamedResponse},
};
use highlevel::Error;

/// The headers that may leave. Everything else could be about the hub's own exchange: cookies,
/// challenges, addresses, lengths and encodings.
const PASSED: [&str; 14] = [
    "cache-control",
    "content-disposition",
    "content-language",
    "content-type",
    "etag",
    "last-modified",
    "retry-after",
    "x-ratelimit-daily-remaining",
    "x-ratelimit-interval-milliseconds",
    "x-ratelimit-limit-daily",
    "x-ratelimit-max",
    "x-ratelimit-remaining",
    "x-request-id",
    "x-trace-id",
];

/// The reply as it may leave, with at most so many bytes.
///
/// # Errors
/// Where it is compressed although nobody asked for that: nobody could look for a token in it.
pub(super) fn given(
    operation: &'static str,
    reply: StreamedResponse,
    limit: u64,
) -> Result<ProxyReply, ProxyRefusal> {
    let StreamedResponse { status, mut headers, pieces } = reply;
    let encoding = headers.iter().find(|(name, _)| name == "content-encoding");
    if encoding.is_some_and(|(_, value)| !value.eq_ignore_ascii_case("identity")) {
        let error = "HighLevel compressed its reply, which the hub did not ask for";
        let hint = "look up whether the call was carried out; report this if it happens again";
        return Err(ProxyRefusal::new(ProxyFault::Vendor, error, hint).of(operation));
    }
    headers.retain(|(name, _)| PASSED.contains(&name.as_str()));
    Ok(ProxyReply { operation, status, headers, pieces: stream::cap(pieces, limit) })
}

/// What becomes of a call that failed: HighLevel's own refusal, or what the hub has to say.
///
/// A 401 is about the hub's token and not about the caller's key, so it is told in our words.
pub(super) fn failed(
    operation: &'static str,
    error: &Error,
    limit: u64,
) -> Result<ProxyReply, ProxyRefusal> {
    if let Some(response) = error.response().filter(|response| response.status != 401) {
        let reply = StreamedResponse {
            status: response.status,
            headers: response.headers.clone(),
            pieces: stream::whole(response.body.clone()),
        };
        return given(operation, reply, limit);
    }
    let told = error.to_string();
    let sentence = told.strip_suffix(error.hint()).unwrap_or(&told).trim_end_matches("; ");
    Err(ProxyRefusal::new(fault(error), sentence, error.hint()).of(operation))
}

fn fault(error: &Error) -> ProxyFault {
    if let Some(error) = error.credential_error() {
        return match error.retry() {
            Retry::Never => ProxyFault::Unusable,
            retry => later(retry),
        };
    }
    match error.call() {
        Some(endpoint::Error::Build { .. }) => ProxyFault::Malformed,
        Some(endpoint::Error::Send { source: TransportError::Connect { .. }, .. }) => {
            ProxyFault::Vendor
        }
        Some(_) => ProxyFault::Vendor,
        None => later(error.retry()),
    }
}

fn later(retry: Retry) -> ProxyFault {
    match retry {
        Retry::After(wait) => ProxyFault::Later(Some(wait.max(Duration::from_secs(1)))),
        Retry::Backoff | Retry::Never => ProxyFault::Later(None),
    }
}
