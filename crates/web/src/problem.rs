//! A problem in the form of RFC 9457: what is wrong, and what to do about it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{StorageError, crm::FieldProblem};
use policy::access::Denial;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of every problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// What every name of a kind begins with: a name and no address, so that nobody has to be online.
const NAMES: &str = "urn:highwire:problem:";

/// What kind of problem it is. Programs decide by it, people read [`Problem::detail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// The request cannot be read.
    Malformed,
    /// Nobody knows who asks.
    Unauthorized,
    /// Who asks may not.
    Forbidden,
    /// It is not there, or not for who asks.
    NotFound,
    /// The path is there, and not for this method.
    MethodNotAllowed,
    /// What is there speaks against it.
    Conflict,
    /// The e-mail address and the phone number belong to two contacts.
    TwoContacts,
    /// The contact wants no such messages.
    OptedOut,
    /// The slot of a calendar is not free.
    SlotTaken,
    /// The connection cannot be used as it stands.
    ConnectionUnready,
    /// A request with the same idempotency key is being answered.
    InProgress,
    /// A request with the same idempotency key was cut off.
    Interrupted,
    /// It is another version than the one that was asked for.
    PreconditionFailed,
    /// The body is too large.
    TooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The body is JSON, and its fields are not as declared.
    Invalid,
    /// The idempotency key was used for another request.
    KeyReused,
    /// The key asked too often.
    TooMany,
    /// The hub failed.
    Internal,
    /// A vendor answered what the hub cannot use.
    BadGateway,
    /// Nobody knows whether a vendor did it.
    InDoubt,
    /// It cannot be done now; nothing was done.
    Unavailable,
    /// A vendor did not answer in time.
    GatewayTimeout,
}

impl Kind {
    /// Every kind, in order of status.
    pub(crate) const ALL: [Self; 23] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::TwoContacts,
        Self::OptedOut,
        Self::SlotTaken,
        Self::ConnectionUnready,
        Self::InProgress,
        Self::Interrupted,
        Self::PreconditionFailed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Invalid,
        Self::KeyReused,
        Self::TooMany,
        Self::Internal,
        Self::BadGateway,
        Self::InDoubt,
        Self::Unavailable,
        Self::GatewayTimeout,
    ];

    /// Its status, its name, and its title.
    fn face(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "cannot be read"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "who asks is unknown"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "who asks may not"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "it is not there"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "not with this method")
            }
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "what is there speaks against it"),
            Self::TwoContacts => {
                (StatusCode::CONFLICT, "two-contacts", "these values belong to two contacts")
            }
            Self::OptedOut => {
                (StatusCode::CONFLICT, "opted-out", "the contact wants no such messages")
            }
            Self::SlotTaken => (StatusCode::CONFLICT, "slot-taken", "the slot is not free"),
            Self::ConnectionUnready => (
                StatusCode::CONFLICT,
                "connection-unready",
                "the connection cannot be used as it stands",
            ),
            Self::InProgress => (StatusCode::CONFLICT, "in-progress", "it is being done"),
            Self::Interrupted => (StatusCode::CONFLICT, "interrupted", "it was cut off"),
            Self::PreconditionFailed => {
                (StatusCode::PRECONDITION_FAILED, "precondition-failed", "it has changed")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large"),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "the body is not JSON",
            ),
            Self::Invalid => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "fields are not as declared")
            }
            Self::KeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "key-reused",
                "the idempotency key was used for another request",
            ),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", "asked too often"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "the hub failed"),
            Self::BadGateway => (StatusCode::BAD_GATEWAY, "bad-gateway", "a vendor failed"),
            Self::InDoubt => {
                (StatusCode::BAD_GATEWAY, "in-doubt", "nobody knows whether it was done")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "not now; nothing was done")
            }
            Self::GatewayTimeout => {
                (StatusCode::GATEWAY_TIMEOUT, "gateway-timeout", "a vendor did not answer in time")
            }
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        self.face().0
    }

    /// The name that programs compare.
    pub(crate) fn name(self) -> String {
        format!("{NAMES}{}", self.face().1)
    }

    pub(crate) fn title(self) -> &'static str {
        self.face().2
    }
}

/// An answer that is not what was asked for. Its own JSON is for [`Problem::kept`]; what callers see is
/// [`Told`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    hint: String,
    /// After how many seconds the same request may be answered.
    retry_after: Option<u64>,
    /// Whether its connection ends with it: something of the request was not read.
    closes: bool,
    /// What is wrong with single values.
    errors: Vec<FieldProblem>,
    /// The ids of the records that stand against it.
    records: Vec<String>,
}

/// A problem as it is sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem", deny_unknown_fields)]
pub(crate) struct Told {
    /// The kind of problem, by a name that does not change.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// What to do about it.
    hint: String,
    /// The request's name in the hub's log, as in the header `X-Correlation-Id`.
    correlation_id: String,
    /// What is wrong with single values, where that is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// The ids of the records that stand against it, where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<String>,
}

impl Problem {
    /// A problem of this kind: what is wrong, and what to do.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            hint: hint.into(),
            retry_after: None,
            closes: false,
            errors: Vec::new(),
            records: Vec::new(),
        }
    }

    /// A request that makes no sense.
    pub(crate) fn bad_request(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, detail, hint)
    }

    /// Nothing is there, or nothing that the caller may know of: nobody can tell the two apart.
    pub(crate) fn absent(what: &str, hint: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}"), hint)
    }

    /// The same, with the seconds after which to come again.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same, with what is wrong with single values.
    pub(crate) fn with_errors(self, errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..self }
    }

    /// The same, with the ids of the records that stand against it.
    pub(crate) fn with_records(self, records: Vec<String>) -> Self {
        Self { records, ..self }
    }

    /// The same, as the last answer on its connection.
    pub(crate) fn and_close(self) -> Self {
        Self { closes: true, ..self }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What a store keeps of it, to give the same answer again.
    pub(crate) fn kept(&self) -> Bytes {
        serde_json::to_vec(self).expect("texts and numbers are JSON").into()
    }

    /// The problem that was kept.
    pub(crate) fn of_kept(kept: &[u8]) -> Self {
        serde_json::from_slice(kept).unwrap_or_else(|_| {
            let detail = "the first answer cannot be read any more";
            Self::new(Kind::Interrupted, detail, "look whether it was done, and use another key")
        })
    }

    fn told(&self, correlation: &HeaderValue) -> Told {
        Told {
            kind: self.kind.name(),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            hint: self.hint.clone(),
            correlation_id: correlation.to_str().unwrap_or_default().to_owned(),
            errors: self.errors.clone(),
            records: self.records.clone(),
        }
    }
}

/// Who is unknown gets 401, whatever the reason; who is known and may not, 403.
impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let kind = match denial {
            Denial::Unknown => Kind::Unauthorized,
            Denial::Role(_) | Denial::Scope(_) | Denial::Bound | Denial::Installation => {
                Kind::Forbidden
            }
        };
        Self::new(kind, denial.to_string(), denial.hint())
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(%error, cause, "a request cannot be answered");
        let hint = "try again later; the hub's log says more";
        Self::new(Kind::Unavailable, "the store cannot answer now", hint)
    }
}

/// The body is written by [`name`], which knows what the request is called.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        let headers = response.headers_mut();
        if self.kind == Kind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of a problem, with the name of its request; other answers stay as they are.
pub(crate) fn name(mut response: Response, correlation: &HeaderValue) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let body = serde_json::to_vec(&problem.told(correlation)).expect("texts and a number are JSON");
    // The router may have noted that there is no body.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own_and_stand_in_order_of_status() {
        let names: std::collections::BTreeSet<_> = Kind::ALL.map(Kind::name).into();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(Kind::ALL.map(|kind| kind.status().as_u16()).is_sorted());
    }

    #[tokio::test]
    async fn a_problem_says_what_where_and_what_to_do() {
        let problem = Problem::new(Kind::TooMany, "too many", "wait").after(7);
        let id = HeaderValue::from_static("req-1");
        let response = name(problem.into_response(), &id);
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let wanted = serde_json::json!({
            "type": "urn:highwire:problem:too-many", "title": "asked too often", "status": 429,
            "detail": "too many", "hint": "wait", "correlation_id": "req-1",
        });
        assert_eq!(told, wanted);
    }
}
