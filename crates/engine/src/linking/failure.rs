//! What a failure of the CRM or of the store means for a pair.

use domain::{Failure, Link, Next, QueryError, StorageError, crm::CrmError};

/// The pair can never be made equal as things are.
pub(super) fn refused(reason: &str) -> Failure {
    Failure { next: Next::GiveUp, ambiguous: false, reason: reason.to_owned() }
}

/// The store failed.
pub(super) fn of_store(error: &StorageError) -> Failure {
    Failure { next: Next::Hold(None), ambiguous: true, reason: error.to_string() }
}

/// The mapping's condition cannot be asked.
pub(super) fn of_query(error: &QueryError) -> Failure {
    let next = match error {
        QueryError::Refused(_) => Next::GiveUp,
        QueryError::TooLong(_) => Next::Retry,
        QueryError::Storage(_) => Next::Hold(None),
    };
    let reason =
        format!("the condition `only.sql` of the mapping: {error}; correct it in its file");
    Failure { next, ambiguous: false, reason }
}

/// Somebody else stored the link, or has one of its ends.
pub(super) fn taken(link: &Link) -> Failure {
    let which = match (&link.record, &link.row) {
        (Some(record), Some(row)) => format!("record {record} and row {row}"),
        (Some(record), None) => format!("record {record}"),
        (None, row) => format!("row {}", row.as_deref().unwrap_or("(none)")),
    };
    Failure {
        next: Next::Retry,
        ambiguous: true,
        reason: format!(
            "the link of {which} was changed meanwhile, or one of them has another link; where it \
             stays so, two rows stand for one record: remove one of them"
        ),
    }
}

/// The row is changed faster than it can be merged.
pub(super) fn behind() -> Failure {
    let reason = "the row changed each time before it could be written; it is tried again";
    Failure { next: Next::Retry, ambiguous: false, reason: reason.to_owned() }
}

/// The CRM did not do it.
pub(super) fn of_crm(error: &CrmError) -> Failure {
    let (next, ambiguous) = match error {
        CrmError::UsedUp { wait } => (Next::Hold(Some(*wait)), false),
        CrmError::Unavailable { wait: Some(wait) } => (Next::Hold(Some(*wait)), true),
        CrmError::NeedsConsent { .. }
        | CrmError::NotConnected { .. }
        | CrmError::NotPermitted { .. } => (Next::Hold(None), false),
        CrmError::Unavailable { wait: None } | CrmError::InDoubt | CrmError::Storage(_) => {
            (Next::Retry, true)
        }
        CrmError::Changed { .. } => (Next::Retry, false),
        CrmError::NotFound(_)
        | CrmError::TwoContacts { .. }
        | CrmError::Exists { .. }
        | CrmError::Ambiguous { .. }
        | CrmError::SlotTaken
        | CrmError::OptedOut(_)
        | CrmError::Invalid(_) => (Next::GiveUp, false),
    };
    Failure { next, ambiguous, reason: sentence(error) }
}

/// What happened and what to do, with the fields that cannot be as they are.
pub(super) fn sentence(error: &CrmError) -> String {
    let problems = match error {
        CrmError::Invalid(problems) => problems
            .iter()
            .map(|problem| format!(" ({}: {})", problem.pointer, problem.message))
            .collect(),
        _ => String::new(),
    };
    format!("{error}{problems}; {}", error.hint())
}
