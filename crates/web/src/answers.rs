//! The answers that every door shares: a problem in words, and "come again later".

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// How long a sender is asked to wait when an event cannot be kept, in seconds.
pub(crate) const RETRY_AFTER: &str = "30";

/// How long a sender is asked to wait for a hub that is about to be there, in seconds.
pub(crate) const RETRY_SOON: &str = "2";

/// A status with what is wrong and what to do.
pub(crate) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

/// 429: the one status after which HighLevel sends again under every published rule.
pub(crate) fn later(message: &str, seconds: &'static str) -> Response {
    let wait = [(header::RETRY_AFTER, seconds)];
    (wait, problem(StatusCode::TOO_MANY_REQUESTS, message)).into_response()
}

/// The same, as the last answer on its connection.
pub(crate) fn and_close(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
