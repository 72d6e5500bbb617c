//! The codes by which Notion names its errors.

use std::fmt;

/// Notion's word for what went wrong (`facts/notion.md` 6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// 400: the body is not JSON.
    InvalidJson,
    /// 400: the path or the query is not one of Notion's.
    InvalidRequestUrl,
    /// 400: the request is not supported.
    InvalidRequest,
    /// 400: the body does not fit the operation or the data source's columns; the message says how.
    ValidationError,
    /// 400: the `Notion-Version` header is missing.
    MissingVersion,
    /// 400: the beta header is not one of Notion's.
    InvalidBeta,
    /// 400: an OAuth code or refresh token is not valid.
    InvalidGrant,
    /// 401: the token is not valid.
    Unauthorized,
    /// 403: a capability is missing, or the workspace's plan is full.
    RestrictedResource,
    /// 404: the object does not exist, or is not shared with the connection.
    ObjectNotFound,
    /// 409: a transaction collided with another.
    ConflictError,
    /// 409: the data source takes no more rows.
    RowLimitExceeded,
    /// 429: too many calls.
    RateLimited,
    /// 500: Notion failed.
    InternalServerError,
    /// 502: Notion's edge failed.
    BadGateway,
    /// 503: Notion is not available; a write may have been committed.
    ServiceUnavailable,
    /// 503: Notion's storage is not available.
    DatabaseConnectionUnavailable,
    /// 504: Notion took too long; a write may have been committed.
    GatewayTimeout,
    /// 529: Notion is overloaded.
    ServiceOverload,
    /// A code that this crate does not know.
    Other(String),
}

const KNOWN: [(&str, Code); 19] = [
    ("invalid_json", Code::InvalidJson),
    ("invalid_request_url", Code::InvalidRequestUrl),
    ("invalid_request", Code::InvalidRequest),
    ("validation_error", Code::ValidationError),
    ("missing_version", Code::MissingVersion),
    ("invalid_beta", Code::InvalidBeta),
    ("invalid_grant", Code::InvalidGrant),
    ("unauthorized", Code::Unauthorized),
    ("restricted_resource", Code::RestrictedResource),
    ("object_not_found", Code::ObjectNotFound),
    ("conflict_error", Code::ConflictError),
    ("row_limit_exceeded", Code::RowLimitExceeded),
    ("rate_limited", Code::RateLimited),
    ("internal_server_error", Code::InternalServerError),
    ("bad_gateway", Code::BadGateway),
    ("service_unavailable", Code::ServiceUnavailable),
    ("database_connection_unavailable", Code::DatabaseConnectionUnavailable),
    ("gateway_timeout", Code::GatewayTimeout),
    ("service_overload", Code::ServiceOverload),
];

impl Code {
    pub(super) fn parse(text: &str) -> Self {
        let known = KNOWN.into_iter().find(|(name, _)| *name == text);
        known.map_or_else(|| Self::Other(text.to_owned()), |(_, code)| code)
    }

    /// The code as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(text) => text,
            known => {
                let entry = KNOWN.iter().find(|(_, code)| code == known);
                entry.map_or("", |(name, _)| name)
            }
        }
    }

    /// What a person can do about it; none where that depends on the operation.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ValidationError => Some("change what the message names"),
            Self::Unauthorized | Self::InvalidGrant => Some("give a new token"),
            Self::RestrictedResource => Some(
                "give the connection the capability that it lacks, or, where the message speaks \
                 of blocks, make room in the workspace's plan",
            ),
            Self::ObjectNotFound => {
                Some("share the page or database with the connection, or correct its id")
            }
            Self::RowLimitExceeded => {
                Some("move rows out of the data source, or start another one")
            }
            Self::ConflictError => Some("read the object again, then repeat it"),
            Self::RateLimited => Some("wait, or lower the requests per minute"),
            Self::ServiceOverload => Some("repeat it later"),
            Self::InvalidJson
            | Self::InvalidRequestUrl
            | Self::InvalidRequest
            | Self::MissingVersion
            | Self::InvalidBeta => {
                Some("report it with the request id: the client speaks another version than Notion")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
