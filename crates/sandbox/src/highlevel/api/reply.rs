//! Answers on their way out: the five headers of the limits, `traceId` in every body, and what faults ask for.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Content},
    limiter::Budget,
    refusal::Refusal,
};
use crate::{
    fault::{
        FaultAction,
        disguise::{disguise, page},
    },
    line::Line,
};

/// An answer before it has a trace id.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) result: Result<Answer, Refusal>,
    /// None where no token was known.
    pub(crate) budget: Option<Budget>,
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self { result: Err(refusal), budget: None }
    }
}

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        match &self.result {
            Ok(answer) => answer.status,
            Err(refusal) => refusal.status,
        }
    }

    /// As it goes over the wire.
    pub(crate) fn into_response(self, trace_id: &str) -> Response<Body> {
        let status = self.status();
        let content = match self.result {
            Ok(answer) => answer.content,
            Err(refusal) => Content::Json(refusal.into_body()),
        };
        let mut response = match content {
            Content::Json(mut body) => {
                if let Some(fields) = body.as_object_mut() {
                    fields.insert("traceId".to_owned(), json!(trace_id));
                }
                whole(status, "application/json; charset=utf-8", body.to_string())
            }
            Content::Bytes { kind, bytes } => {
                let mut response = whole(status, "application/octet-stream", bytes);
                if let Ok(kind) = HeaderValue::from_str(&kind) {
                    response.headers_mut().insert(header::CONTENT_TYPE, kind);
                }
                response
            }
            Content::Html(page) => whole(status, "text/html; charset=utf-8", page),
            Content::Redirect(address) => {
                let mut response = whole(status, "text/html; charset=utf-8", String::new());
                if let Ok(address) = HeaderValue::from_str(&address) {
                    response.headers_mut().insert(header::LOCATION, address);
                }
                response
            }
        };
        if let Some(budget) = self.budget {
            tell(budget, &mut response);
        }
        response
    }
}

fn whole(status: u16, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn tell(budget: Budget, response: &mut Response<Body>) {
    let headers = response.headers_mut();
    for (name, number) in [
        ("x-ratelimit-limit-daily", budget.limits.daily),
        ("x-ratelimit-daily-remaining", budget.daily_remaining),
        ("x-ratelimit-interval-milliseconds", budget.limits.interval_milliseconds),
        ("x-ratelimit-max", budget.limits.burst),
        ("x-ratelimit-remaining", budget.remaining),
    ] {
        headers.insert(name, HeaderValue::from(number));
    }
}

/// The answer to a request that a fault befell or did not; `reply` is of the operation, where it
/// took effect.
pub(crate) fn after_fault(
    action: Option<&FaultAction>,
    reply: Option<Reply>,
    (trace_id, line): (&str, &Line),
) -> Response<Body> {
    let refused = reply.as_ref().is_some_and(|reply| reply.result.is_err());
    let answer = reply.map(|reply| reply.into_response(trace_id));
    match (action, answer) {
        (None, answer) => answer.unwrap_or_default(),
        // What was refused anyway stays refused.
        (Some(FaultAction::Status { .. }), Some(answer)) if refused => answer,
        (Some(FaultAction::Status { status, retry_after, reason, .. }), _) => {
            of_fault(*status, *retry_after, reason.as_deref(), trace_id)
        }
        (Some(action), answer) => disguise(action, answer, line),
    }
}

/// What a fault answers; 502 comes from the edge, which speaks HTML.
fn of_fault(
    status: u16,
    retry_after: Option<u32>,
    reason: Option<&str>,
    trace_id: &str,
) -> Response<Body> {
    let mut response = match status {
        502 => page(status),
        _ => {
            let code = StatusCode::from_u16(status).ok();
            let words = code.and_then(|code| code.canonical_reason()).unwrap_or("Error");
            let refusal = Refusal::new(status, Value::from(reason.unwrap_or(words)));
            Reply::from(refusal).into_response(trace_id)
        }
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
