//! `POST /webhooks/…`: takes one delivery, and answers 200 only when its event is durable (stop 1).
//!
//! What the vendor may ever see: 200, 401 for a signature that does not hold, 413 for a body that is
//! too large, and 429 where the event cannot be kept now, since that is the one answer after which
//! HighLevel sends it again under every published rule (`facts/engine.md` 5.1).

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Request, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::BytesMut;
use domain::{Clock, Delivery, Refusal, Source, Storage, StorageError};
use engine::{Accepted, Intake, Rejected};
use http_body_util::BodyExt;
use serde_json::json;

/// The largest body that is taken, in bytes: 5 MiB. HighLevel cuts its own at 256 KB.
pub const BODY_LIMIT: usize = 5 * 1024 * 1024;

/// How much beyond the limit is read and thrown away before the connection is closed, in bytes.
const PATIENCE: usize = 16 * 1024 * 1024;

/// How long a vendor is asked to wait when an event cannot be kept, in seconds.
const RETRY_AFTER: &str = "30";

/// What one door needs.
pub(crate) struct State<S> {
    pub(crate) intake: Intake<S>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Takes one delivery.
pub(crate) async fn receive<S: Storage>(
    Shared(state): Shared<Arc<State<S>>>,
    request: Request,
) -> Response {
    let source = state.source.name();
    let (parts, body) = request.into_parts();
    let Some(body) = read(body).await else {
        count(source, "too_large");
        tracing::warn!(source, limit.bytes = BODY_LIMIT, "a delivery was larger than the limit");
        return problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 5 MiB; send events one by one",
        );
    };
    let delivery = Delivery {
        headers: names_and_values(&parts.headers),
        body,
        correlation: None,
        received_at: state.clock.now(),
    };
    match state.intake.accept(&*state.source, delivery).await {
        Ok(accepted) => {
            count(source, outcome(&accepted));
            accepted_reply(&accepted)
        }
        Err(Rejected::Refused(refusal)) => refused_reply(source, refusal),
        Err(Rejected::Unkept(error)) => unkept_reply(source, &error),
    }
}

fn unkept_reply(source: &'static str, error: &StorageError) -> Response {
    count(source, "unkept");
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(source, %error, cause, "a delivery cannot be kept; it is asked to come again");
    let later = "the event cannot be kept now; send it again after the time in Retry-After";
    let wait = [(header::RETRY_AFTER, RETRY_AFTER)];
    (wait, problem(StatusCode::TOO_MANY_REQUESTS, later)).into_response()
}

fn outcome(accepted: &Accepted) -> &'static str {
    match (accepted.duplicate, accepted.waits) {
        (true, _) => "duplicate",
        (false, Some(_)) => "quarantined",
        (false, None) => "accepted",
    }
}

fn accepted_reply(accepted: &Accepted) -> Response {
    let mut reply = json!({ "event": accepted.event, "duplicate": accepted.duplicate });
    if let Some(reason) = accepted.waits {
        reply["quarantined"] = reason.name().into();
    }
    Json(reply).into_response()
}

fn refused_reply(source: &'static str, refusal: Refusal) -> Response {
    count(source, refusal.name());
    tracing::warn!(source, reason = refusal.name(), "a delivery was refused");
    problem(StatusCode::UNAUTHORIZED, &refusal.to_string())
}

fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

/// The whole body; none where it is larger than the limit or was cut off.
///
/// What is too large is read on for a while and thrown away: a sender whose connection is closed in
/// the middle of its request sees a broken pipe, and not the answer that says why.
async fn read(mut body: Body) -> Option<Bytes> {
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        length += data.len();
        match length {
            kept if kept <= BODY_LIMIT => whole.extend_from_slice(&data),
            endless if endless > BODY_LIMIT + PATIENCE => return None,
            _ => whole.clear(),
        }
    }
    (length <= BODY_LIMIT).then(|| whole.freeze())
}

/// Headers that are not text are left out: no source reads one.
fn names_and_values(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

fn count(source: &'static str, outcome: &'static str) {
    ::metrics::counter!("highwire_deliveries_total", "source" => source, "outcome" => outcome)
        .increment(1);
}

#[cfg(test)]
mod tests;
