//! Errors in Notion's shape (`facts/notion.md` 6).

use serde_json::{Map, Value, json};

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Strings or arrays of strings.
    pub(crate) additional_data: Map<String, Value>,
    /// In seconds; also a header.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            additional_data: Map::new(),
            retry_after: None,
        }
    }

    /// What the request asks for makes no sense.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "validation_error", message)
    }

    /// No such route.
    pub(crate) fn url() -> Self {
        Self::new(400, "invalid_request_url", "Invalid request URL.")
    }

    /// An object that is absent or not shared; the two look the same.
    pub(crate) fn not_found(object: &str, id: impl std::fmt::Display) -> Self {
        Self::new(
            404,
            "object_not_found",
            format!(
                "Could not find {object} with ID: {id}. Make sure the relevant pages and databases \
                 are shared with your integration."
            ),
        )
    }

    /// Too many requests; `reason` is one of the four of `facts/notion.md` 6.
    pub(crate) fn rate_limited(retry_after: Option<u64>, reason: &str) -> Self {
        Self::new(
            429,
            "rate_limited",
            "You have been rate limited. Please try again in a few minutes.",
        )
        .with("rate_limit_reason", json!(reason))
        .after(retry_after)
    }

    /// Adds a key to the additional data.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.additional_data.insert(key.to_owned(), value);
        self
    }

    /// Says when to try again, in the header and in the body.
    pub(crate) fn after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after = seconds;
        match seconds {
            Some(seconds) => self.with("retry_after", json!(seconds.to_string())),
            None => self,
        }
    }

    /// The body.
    pub(crate) fn body(&self, request_id: &str) -> Value {
        let mut body = json!({
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "request_id": request_id,
        });
        if !self.additional_data.is_empty() {
            body["additional_data"] = Value::Object(self.additional_data.clone());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_repeats_what_the_header_says() {
        let refusal = Refusal::rate_limited(Some(7), "public_api_request_rate_limit");
        let body = refusal.body("r-1");
        assert_eq!(
            body,
            json!({
                "object": "error",
                "status": 429,
                "code": "rate_limited",
                "message": "You have been rate limited. Please try again in a few minutes.",
                "request_id": "r-1",
                "additional_data": {
                    "rate_limit_reason": "public_api_request_rate_limit",
                    "retry_after": "7",
                },
            })
        );
    }

    #[test]
    fn additional_data_is_absent_where_there_is_none() {
        let body = Refusal::url().body("r-1");
        assert_eq!(body.get("additional_data"), None);
    }
}
