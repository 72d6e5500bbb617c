//! Errors in HighLevel's shapes (`facts/highlevel.md` 2.5 and 4).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    body: Map<String, Value>,
}

impl Refusal {
    /// The default shape of HighLevel's framework.
    pub(crate) fn new(status: u16, message: impl Into<Value>) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
        let body = [
            ("statusCode", json!(status)),
            ("message", message.into()),
            ("error", json!(reason.unwrap_or("Error"))),
        ];
        let body = body.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { status, body }
    }

    /// What the validation of a request has to say, one sentence per complaint.
    pub(crate) fn unprocessable(messages: Vec<String>) -> Self {
        Self::new(422, messages)
    }

    pub(crate) fn bad_request(message: impl Into<Value>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(401, message)
    }

    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, format!("{what} with id {id} not found"))
    }

    /// Another tenant's record or location.
    pub(crate) fn wrong_location() -> Self {
        Self::new(403, "The token does not have access to this location.")
    }

    /// No sample of a live body was found; the status is what clients go by.
    pub(crate) fn too_many() -> Self {
        Self::new(429, "Too Many Requests")
    }

    /// The shape of the token endpoint.
    pub(crate) fn oauth(status: u16, error: &str, description: &str) -> Self {
        let body = [("error", error), ("error_description", description)];
        let body = body.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect();
        Self { status, body }
    }

    /// The same in the shape of the redesigned operations (`facts/highlevel.md` 1.4).
    pub(crate) fn in_envelope(mut self) -> Self {
        let (code, resolution) = match self.status {
            404 => ("RESOURCE_NOT_FOUND", "check the id, and that the token may see the record"),
            _ => ("INVALID_ARGUMENT", "correct the named argument and send the request again"),
        };
        let message = self.body.remove("message").unwrap_or_default();
        let error = json!({
            "code": code, "message": message, "details": {}, "resolution": resolution,
        });
        self.body = [("error".to_owned(), error)].into_iter().collect();
        self
    }

    /// The shape of a conversation's uploads: status and message alone.
    pub(crate) fn brief(status: u16, message: &str) -> Self {
        let body = [("status", json!(status)), ("message", json!(message))];
        let body = body.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { status, body }
    }

    /// Adds a key to the body.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.body.insert(key.to_owned(), value);
        self
    }

    pub(crate) fn into_body(self) -> Value {
        Value::Object(self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_a_list_and_other_messages_a_string() {
        let body = Refusal::unprocessable(vec!["a".to_owned()]).into_body();
        let expected =
            json!({ "statusCode": 422, "message": ["a"], "error": "Unprocessable Entity" });
        assert_eq!(body, expected);
        assert_eq!(Refusal::wrong_location().into_body()["error"], "Forbidden");
    }
}
