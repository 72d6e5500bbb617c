//! `GET /openapi.json`: the document of the API.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderName, header},
};
use serde_json::Value;

/// The document as it is sent. Clones share it.
#[derive(Clone)]
pub(crate) struct Document {
    json: Bytes,
}

impl Document {
    /// Writes it down.
    pub(crate) fn new(document: &Value) -> Self {
        let json = serde_json::to_vec_pretty(document).expect("a JSON value is JSON");
        Self { json: json.into() }
    }
}

/// Sends the document.
pub(crate) async fn document(
    State(document): State<Document>,
) -> ([(HeaderName, &'static str); 1], Bytes) {
    std::future::ready(([(header::CONTENT_TYPE, "application/json")], document.json)).await
}
