//! Answers one request of a simulated vendor as its mishap wants it.

use axum::{
    body::Body,
    http::{HeaderValue, Response, header},
};
use tokio::time::sleep;

use super::{FaultAction, Mishap, disguise::disguise};
use crate::line::Line;

/// The answer to a request; none where the connection is cut instead.
///
/// `act` does what the request asks for and answers it. `error` makes the vendor's own error of a
/// status and a reason; what the vendor refused anyway stays refused.
pub(crate) async fn answer(
    mishap: Mishap,
    line: &Line,
    act: impl FnOnce() -> Response<Body> + Send,
    error: impl FnOnce(u16, Option<&str>) -> Response<Body> + Send,
) -> Option<Response<Body>> {
    if !mishap.latency.is_zero() {
        sleep(mishap.latency).await;
    }
    let answer = mishap.action.as_ref().is_none_or(FaultAction::commits).then(act);
    match mishap.action {
        None => answer,
        Some(action) if action.is_silent() => {
            line.cut();
            None
        }
        Some(FaultAction::Status { status, retry_after, reason, .. }) => {
            if let Some(refused) = answer.filter(|answer| !answer.status().is_success()) {
                return Some(refused);
            }
            let mut response = error(status, reason.as_deref());
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Some(response)
        }
        Some(action) => Some(disguise(&action, answer, line)),
    }
}
