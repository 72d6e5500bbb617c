//! `GET /openapi.json` and `GET /docs`: the document of the API, for programs and for people.

mod page;
mod shape;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// What the page says to the browser: it loads nothing, runs nothing, and stands in no frame.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The document as it is sent. Clones share it.
#[derive(Clone)]
pub(crate) struct Document {
    json: Bytes,
    page: Bytes,
}

impl Document {
    /// Writes it down, in both forms.
    pub(crate) fn new(document: &Value) -> Self {
        let json = serde_json::to_vec_pretty(document).expect("a JSON value is JSON");
        Self { json: json.into(), page: page::of(document).into() }
    }
}

/// Sends the document.
pub(crate) async fn document(State(document): State<Document>) -> Response {
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    std::future::ready((json, document.json).into_response()).await
}

/// Sends the page.
pub(crate) async fn page(State(document): State<Document>) -> Response {
    std::future::ready((HEADERS, document.page).into_response()).await
}
