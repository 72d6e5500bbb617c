//! What a refused call means on the command line: HighLevel's words, and the next command to type.

use endpoint::catalogue::Edition;
use highlevel::{Error, Kind};

use crate::{commands::operations::access, failure::Failure};

/// What is known about a call besides its refusal.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) edition: Edition<'a>,
    /// The id of the stored connection that it goes through.
    pub(super) connection: Option<&'a str>,
}

/// The failure that a person can act on.
pub(super) fn failure(error: &Error, called: Called<'_>) -> Failure {
    let hint = hint(error, called);
    let attempted = match error.status() {
        Some(status) => format!("{} was answered with status {status}", error.operation()),
        None => {
            let whole = error.to_string();
            whole.strip_suffix(&format!("; {}", error.hint())).unwrap_or(&whole).to_owned()
        }
    };
    let code = error.code().map(|code| format!("code {code}"));
    let trace = error.trace_id().map(|id| format!("trace id {id}"));
    let details = error.messages().iter().cloned().chain(code).chain(trace);
    let failure = Failure::user(attempted, hint).with_details(details);
    match std::error::Error::source(error) {
        Some(source) => failure.because(source.to_string()),
        None => failure,
    }
}

fn hint(error: &Error, Called { edition, connection }: Called<'_>) -> String {
    if error.is_ambiguous() {
        return error.hint().to_owned();
    }
    let general = error.hint();
    match error.kind() {
        Some(Kind::DuplicateContact { contact_id: Some(id), matching_field }) => {
            let field = matching_field.as_deref().unwrap_or("e-mail or phone");
            format!(
                "contact {id} has this {field}: `highwire call contacts.update-contact \
                 --contact-id {id}` changes it"
            )
        }
        Some(Kind::DuplicateOpportunity { existing_id: Some(id) }) => format!(
            "opportunity {id} is there: `highwire call opportunities.update-opportunity --id {id}` \
             changes it"
        ),
        Some(Kind::MissingScope { .. }) => {
            format!("{general}: {}", access(edition))
        }
        Some(Kind::WrongTokenClass | Kind::UnsupportedTokenClass) => {
            format!("{general}; this operation takes {}", access(edition))
        }
        Some(Kind::InvalidToken | Kind::Expired | Kind::Unauthorized | Kind::BadGrant) => {
            match connection {
                Some(id) => format!("{general}: `highwire connect highlevel --again {id}`"),
                None => format!("{general}: highlevel.token, or GHL_API_KEY in the environment"),
            }
        }
        Some(Kind::Forbidden | Kind::WrongTenant) => {
            format!("{general}; the location is highlevel.location_id, or what --location-id names")
        }
        Some(Kind::SlotTaken) => {
            format!("{general}: `highwire call calendars.get-slots` lists them")
        }
        _ => general.to_owned(),
    }
}
