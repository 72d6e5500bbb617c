//! Why the port did not do what it was asked, and what to do about it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::StorageError;

/// A refusal or a failure of the port. No message holds a value of the request, or a secret.
#[derive(Debug, thiserror::Error)]
pub enum CrmError {
    /// Nothing is there, or nothing of this tenant.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A request that would merge two people. Nothing was changed.
    #[error("the e-mail address belongs to one contact and the phone number to another")]
    TwoContacts {
        /// The id of who has the e-mail address.
        by_email: String,
        /// The id of who has the phone number.
        by_phone: String,
    },
    /// There is one already, and there may be no second. Nothing was changed.
    #[error("there is such a {what} already")]
    Exists {
        /// What.
        what: &'static str,
        /// The ids of those that there are, as far as they are known.
        ids: Vec<String>,
    },
    /// The request fits several records, and nobody says which one is meant.
    #[error("the request fits several {what}")]
    Ambiguous {
        /// What, in the plural.
        what: &'static str,
        /// Their ids.
        ids: Vec<String>,
    },
    /// The time of a calendar is not free. Nothing was booked.
    #[error("the slot is not free")]
    SlotTaken,
    /// The person does not want messages on this channel. None was sent.
    #[error("the contact wants no messages on {}", .0.name())]
    OptedOut(Channel),
    /// The record is another than the caller has seen. Nothing was changed.
    #[error("the record has changed since it was read")]
    Changed {
        /// Its version now.
        version: String,
    },
    /// Values that make no sense. Nothing was changed.
    #[error("{} of the request cannot be used", fields(.0))]
    Invalid(Vec<FieldProblem>),
    /// The hub's credential of this connection does not allow it.
    #[error("the connection's credential does not allow this")]
    NotPermitted {
        /// What it lacks, in the vendor's spelling, where that is known.
        scope: Option<String>,
    },
    /// The connection's credential is no good any more: a person has to connect it again.
    #[error("the connection has lost its access")]
    NeedsConsent {
        /// Where a person gives consent, where that is known.
        link: Option<String>,
    },
    /// There is no CRM behind the connection, or not this account of it.
    #[error("the connection does not lead to a CRM that can be called")]
    NotConnected {
        /// What to do about it.
        hint: String,
    },
    /// The calls that the vendor allows are used up. Nothing was done.
    #[error("the calls that the CRM allows are used up")]
    UsedUp {
        /// How long to wait.
        wait: Duration,
    },
    /// The CRM may have done it and did not say so. It is not repeated without a look.
    #[error("the CRM did not say whether it did this")]
    InDoubt,
    /// The CRM does not answer, or fails. Nothing was done, or repeating it does no harm.
    #[error("the CRM cannot be reached, or failed")]
    Unavailable {
        /// How long to wait, where that is known.
        wait: Option<Duration>,
    },
    /// The hub's own store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What is wrong with one value of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldProblem {
    /// The value's place in the body, as a JSON Pointer, or the name of a parameter.
    pub pointer: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl CrmError {
    /// One value that makes no sense.
    #[must_use]
    pub fn invalid(pointer: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::new(pointer, message)])
    }

    /// What kind of refusal it is, as a word of a URL: `two-contacts`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not-found",
            Self::TwoContacts { .. } => "two-contacts",
            Self::Exists { .. } => "exists",
            Self::Ambiguous { .. } => "ambiguous",
            Self::SlotTaken => "slot-taken",
            Self::OptedOut(_) => "opted-out",
            Self::Changed { .. } => "changed",
            Self::Invalid(_) => "invalid",
            Self::NotPermitted { .. } => "not-permitted",
            Self::NeedsConsent { .. } => "needs-consent",
            Self::NotConnected { .. } => "not-connected",
            Self::UsedUp { .. } => "used-up",
            Self::InDoubt => "in-doubt",
            Self::Unavailable { .. } => "unavailable",
            Self::Storage(_) => "store-unavailable",
        }
    }

    /// The ids of the records that stand against it.
    #[must_use]
    pub fn records(&self) -> Vec<&str> {
        match self {
            Self::TwoContacts { by_email, by_phone } => vec![by_email, by_phone],
            Self::Exists { ids, .. } | Self::Ambiguous { ids, .. } => {
                ids.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::NotFound(_) => "check the id, and that the key may see the connection",
            Self::TwoContacts { .. } => {
                "let a person decide whether the two are one; then send one of the two values, or \
                 change one contact by its id"
            }
            Self::Exists { .. } => "change the one that there is by its id",
            Self::Ambiguous { .. } => "name the one that is meant by its id",
            Self::SlotTaken => "read the free slots again, and send one exactly as it is given",
            Self::OptedOut(_) => "do not repeat it: the contact has to opt in first",
            Self::Changed { .. } => "read the record with fresh=true, and send its new version",
            Self::Invalid(_) => "correct what `errors` names",
            Self::NotPermitted { scope: Some(scope) } => {
                return format!("give the connection's credential the scope {scope}");
            }
            Self::NotPermitted { scope: None } => {
                "check what the connection's credential may do; `highwire doctor` tells"
            }
            Self::NeedsConsent { link: Some(link) } => {
                return format!("let a person connect it again: {link}");
            }
            Self::NeedsConsent { link: None } => "let a person connect it again",
            Self::NotConnected { hint } => hint,
            Self::UsedUp { .. } => "send it again after the time that `Retry-After` names",
            Self::InDoubt => "look whether it was done before sending it again",
            Self::Unavailable { .. } => "send it again later",
            Self::Storage(_) => "try again later; the hub's log says more",
        };
        hint.to_owned()
    }
}

impl FieldProblem {
    /// A problem at a place.
    #[must_use]
    pub fn new(pointer: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.into() }
    }
}

fn fields(problems: &[FieldProblem]) -> String {
    match problems {
        [one] => format!("`{}`", one.pointer),
        several => format!("{} values", several.len()),
    }
}
