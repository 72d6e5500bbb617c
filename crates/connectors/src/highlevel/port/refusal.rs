//! What a failed call of HighLevel means to an application.

use domain::crm::{Channel, CrmError};
use endpoint::{Retry, TransportError};
use highlevel::{Error, Kind};

/// The error of a call about a record of this kind.
pub(super) fn refusal(error: &Error, what: &'static str) -> CrmError {
    if error.is_ambiguous() {
        tracing::warn!(%error, "a call of the port is in doubt");
        return CrmError::InDoubt;
    }
    let Some(kind) = error.kind() else { return unanswered(error) };
    let wait = match error.retry() {
        Retry::After(wait) => Some(wait),
        Retry::Backoff | Retry::Never => None,
    };
    match kind {
        // A record of another location is one that is not there.
        Kind::NotFound | Kind::WrongTenant => CrmError::NotFound(what),
        Kind::MissingScope { scope } => CrmError::NotPermitted { scope: scope.map(str::to_owned) },
        Kind::WrongTokenClass
        | Kind::UnsupportedTokenClass
        | Kind::Unauthorized
        | Kind::Forbidden
        | Kind::Blocked => CrmError::NotPermitted { scope: None },
        Kind::Expired | Kind::InvalidToken | Kind::BadGrant => {
            CrmError::NeedsConsent { link: None }
        }
        Kind::InactiveLocation => CrmError::NotConnected { hint: kind.hint().to_owned() },
        Kind::Throttled | Kind::DailyLimit => {
            CrmError::UsedUp { wait: wait.unwrap_or(std::time::Duration::from_secs(10)) }
        }
        Kind::DuplicateContact { contact_id, .. } => CrmError::Exists {
            what: "contact",
            ids: contact_id.iter().map(ToString::to_string).collect(),
        },
        Kind::DuplicateOpportunity { existing_id } => CrmError::Exists {
            what: "opportunity",
            ids: existing_id.iter().map(ToString::to_string).collect(),
        },
        Kind::OptedOut { channel } => CrmError::OptedOut(match channel {
            highlevel::Channel::Email => Channel::Email,
            _ => Channel::Sms,
        }),
        Kind::SlotTaken => CrmError::SlotTaken,
        Kind::Invalid => CrmError::invalid("", said(error)),
        _ => {
            tracing::warn!(%error, "a call of the port failed");
            CrmError::Unavailable { wait }
        }
    }
}

/// What is left where HighLevel did not refuse anything.
fn unanswered(error: &Error) -> CrmError {
    match error.call() {
        Some(endpoint::Error::Build { problem, .. }) => CrmError::invalid("", problem.clone()),
        Some(endpoint::Error::Send { source: TransportError::Connect { .. }, .. }) => {
            CrmError::Unavailable { wait: None }
        }
        _ => {
            tracing::warn!(%error, "a call of the port failed");
            CrmError::Unavailable { wait: None }
        }
    }
}

/// What HighLevel says is wrong; whoever sent the values may read them.
fn said(error: &Error) -> String {
    match error.messages() {
        [] => "the CRM does not take these values".to_owned(),
        messages => format!("the CRM says: {}", messages.join("; ")),
    }
}
