//! A problem as JSON: what is wrong, and what to do about it.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::StorageError;
use policy::access::Denial;
use serde_json::json;

/// An answer that is not what was asked for.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    error: String,
    hint: String,
}

impl Problem {
    /// A request that makes no sense.
    pub(crate) fn bad_request(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into(), hint: hint.into() }
    }

    /// Nothing is there, or nothing that the caller may know of: nobody can tell the two apart.
    pub(crate) fn absent(what: &str, hint: &str) -> Self {
        let error = format!("there is no such {what}");
        Self { status: StatusCode::NOT_FOUND, error, hint: hint.to_owned() }
    }
}

/// Who is unknown gets 401, whatever the reason; who is known and may not, 403.
impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let status = match denial {
            Denial::Unknown => StatusCode::UNAUTHORIZED,
            Denial::Role(_) | Denial::Scope(_) | Denial::Bound | Denial::Installation => {
                StatusCode::FORBIDDEN
            }
        };
        Self { status, error: denial.to_string(), hint: denial.hint() }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(%error, cause, "a request cannot be answered");
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            error: "the store cannot answer now".to_owned(),
            hint: "try again later; the hub's log says more".to_owned(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "hint": self.hint }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
