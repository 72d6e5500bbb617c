//! Answers on their way out: JSON, a plain text, or nothing.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::Value;

use super::refusal::Refusal;

/// A successful answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// 200.
    Ok(Value),
    /// 201.
    Created(Value),
    /// 200 with a text that is no JSON.
    Text(&'static str),
}

/// As it goes over the wire.
pub(crate) fn respond(answer: Result<Reply, Refusal>) -> Response<Body> {
    let (status, body) = match answer {
        Ok(Reply::Ok(body)) => (200, body.to_string()),
        Ok(Reply::Created(body)) => (201, body.to_string()),
        Ok(Reply::Text(text)) => return with(200, "text/plain; charset=utf-8", text.to_owned()),
        Err(Refusal { status, body: Value::Null }) => {
            return with(status, "text/html", String::new());
        }
        Err(Refusal { status, body }) => (status, body.to_string()),
    };
    with(status, "application/json; charset=utf-8", body)
}

fn with(status: u16, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
