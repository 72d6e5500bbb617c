//! What a failed call of HighLevel means for a list.

use domain::{ListError, crm::CrmError};
use highlevel::{Error, Kind};

/// The error of a page: whether it may be read later, or which of it cannot be read as things are.
pub(super) fn refusal(error: &Error) -> ListError {
    let said = error.to_string();
    match error.kind() {
        Some(
            Kind::MissingScope { .. }
            | Kind::UnknownRoute
            | Kind::VersionHeader
            | Kind::NotFound
            | Kind::Forbidden
            | Kind::Unauthorized
            | Kind::Invalid,
        ) => ListError::Part(said),
        Some(
            Kind::InvalidToken
            | Kind::WrongTokenClass
            | Kind::UnsupportedTokenClass
            | Kind::WrongTenant
            | Kind::BadGrant
            | Kind::NotInstalled
            | Kind::InactiveLocation
            | Kind::Blocked,
        ) => ListError::Account(said),
        _ if !error.problems().is_empty() => ListError::Part(said),
        _ => ListError::Later(said),
    }
}

/// Why there is no client.
pub(super) fn not_connected(error: &CrmError) -> ListError {
    match error {
        CrmError::Storage(_) | CrmError::Unavailable { .. } | CrmError::UsedUp { .. } => {
            ListError::Later(error.to_string())
        }
        _ => ListError::Account(error.to_string()),
    }
}
