//! `POST /webhooks/…`: takes one delivery, and answers 200 only when its event is durable (stop 1).
//!
//! What a sender may ever see: 200, 401 where nothing that counts proves who it is, 403 where it may
//! not send this, 400 where the hub is not set up for it, 413 for a body that is too large, and 429
//! where the event cannot be kept now, since that is the one answer after which HighLevel sends it
//! again under every published rule (`facts/engine.md` 5.1).

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{RawPathParams, Request, State as Shared},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Clock, Delivery, Refusal, Source, Storage, StorageError};
use engine::{Accepted, Claim, Intake, Rejected, Taken};
use serde_json::json;

use crate::{
    Entrance,
    admission::Admission,
    answers::{RETRY_AFTER, later, problem},
    correlation,
};

/// How long one is asked to wait who sent more than a minute takes, in seconds.
const NEXT_MINUTE: &str = "60";

/// What one door needs.
pub(crate) struct State<S> {
    pub(crate) intake: Intake<S>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) entrance: Entrance,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Admission,
}

/// Takes one delivery.
pub(crate) async fn receive<S: Storage>(
    Shared(state): Shared<Arc<State<S>>>,
    path: RawPathParams,
    request: Request,
) -> Response {
    // Routing gives HEAD to whoever takes GET; whoever only looks at an address delivers nothing.
    if request.method() == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let source = state.source.name();
    let claim = claim(state.entrance, &path);
    let query = request.uri().query().map(str::to_owned);
    let mut admitted = match state.admission.admit(source, request).await {
        Ok(admitted) => admitted,
        Err(answer) => return answer,
    };
    // What a workflow sends by GET stands in the query.
    if admitted.body.is_empty()
        && state.entrance == Entrance::TokenOfWorkflow
        && let Some(query) = query
    {
        admitted.body = Bytes::from(query);
    }
    let delivery = Delivery {
        headers: names_and_values(&admitted.headers),
        body: admitted.body,
        received_at: state.clock.now(),
        correlation: admitted.correlation,
    };
    let keeping = state.intake.accept(&*state.source, &claim, delivery);
    match state.admission.keep(admitted.patience, keeping).await {
        Ok(Ok(Taken::Event(accepted))) => {
            count(source, outcome(&accepted));
            accepted_reply(&accepted)
        }
        Ok(Ok(Taken::Late(event))) => {
            count(source, "late");
            Json(json!({ "event": event, "late": true })).into_response()
        }
        Ok(Ok(Taken::Handshake)) => {
            count(source, "handshake");
            Json(json!({ "handshake": true })).into_response()
        }
        Ok(Err(Rejected::Refused(refusal))) => refused_reply(&state.admission, source, refusal),
        Ok(Err(Rejected::Unkept(error))) => unkept_reply(source, &error),
        Err(answer) => answer,
    }
}

/// What the path says about who sends.
fn claim(entrance: Entrance, path: &RawPathParams) -> Claim {
    let last = || path.iter().last().map(|(_, value)| value.to_owned()).unwrap_or_default();
    match entrance {
        Entrance::Headers => Claim::Headers,
        Entrance::Token | Entrance::TokenOfWorkflow => Claim::Token(last()),
        Entrance::Connection => Claim::Connection(last()),
    }
}

/// The hub's health tells loudly what is wrong, once; here it is one of many.
fn unkept_reply(source: &'static str, error: &StorageError) -> Response {
    count(source, "unkept");
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::debug!(source, %error, cause, "a delivery cannot be kept; it is asked to come again");
    let message = "the event cannot be kept now; send it again after the time in Retry-After";
    later(message, RETRY_AFTER)
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
    let name = [(correlation::HEADER, correlation::value(&accepted.correlation))];
    (name, Json(reply)).into_response()
}

fn refused_reply(admission: &Admission, source: &'static str, refusal: Refusal) -> Response {
    count(source, refusal.name());
    admission.note_refusal(source, refusal.name());
    let status = match refusal {
        Refusal::Unsigned | Refusal::Malformed | Refusal::Mismatch | Refusal::UnknownKey => {
            StatusCode::UNAUTHORIZED
        }
        Refusal::NotPermitted | Refusal::Foreign => StatusCode::FORBIDDEN,
        Refusal::Ambiguous
        | Refusal::NotConnected
        | Refusal::NoSecret
        | Refusal::SecretUnreadable => StatusCode::BAD_REQUEST,
        Refusal::TooMany => {
            let wait = [(header::RETRY_AFTER, NEXT_MINUTE)];
            let reply = problem(StatusCode::TOO_MANY_REQUESTS, &refusal.to_string());
            return (wait, reply).into_response();
        }
    };
    problem(status, &refusal.to_string())
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

/// Counts what became of a delivery.
pub(crate) fn count(source: &'static str, outcome: &'static str) {
    ::metrics::counter!("highwire_deliveries_total", "source" => source, "outcome" => outcome)
        .increment(1);
}

#[cfg(test)]
mod tests;
