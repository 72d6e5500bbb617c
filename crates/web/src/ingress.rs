//! `POST /webhooks/…`: takes one delivery, and answers 200 only when its event is durable (stop 1).
//!
//! What the vendor may ever see: 200, 401 for a signature that does not hold, 413 for a body that is
//! too large, and 429 where the event cannot be kept now, since that is the one answer after which
//! HighLevel sends it again under every published rule (`facts/engine.md` 5.1).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{Clock, Delivery, Refusal, Source, Storage, StorageError};
use engine::{Accepted, Intake, Rejected};
use serde_json::json;

use crate::{
    admission::Admission,
    answers::{RETRY_AFTER, later, problem},
    correlation,
};

/// What one door needs.
pub(crate) struct State<S> {
    pub(crate) intake: Intake<S>,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Admission,
}

/// Takes one delivery.
pub(crate) async fn receive<S: Storage>(
    Shared(state): Shared<Arc<State<S>>>,
    request: Request,
) -> Response {
    let source = state.source.name();
    let admitted = match state.admission.admit(source, request).await {
        Ok(admitted) => admitted,
        Err(answer) => return answer,
    };
    let delivery = Delivery {
        headers: names_and_values(&admitted.headers),
        body: admitted.body,
        received_at: state.clock.now(),
        correlation: admitted.correlation,
    };
    let keeping = state.intake.accept(&*state.source, delivery);
    match state.admission.keep(admitted.patience, keeping).await {
        Ok(Ok(accepted)) => {
            count(source, outcome(&accepted));
            accepted_reply(&accepted)
        }
        Ok(Err(Rejected::Refused(refusal))) => refused_reply(&state.admission, source, refusal),
        Ok(Err(Rejected::Unkept(error))) => unkept_reply(source, &error),
        Err(answer) => answer,
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
    problem(StatusCode::UNAUTHORIZED, &refusal.to_string())
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
