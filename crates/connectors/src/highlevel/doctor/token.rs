//! What the token looks like, and whose it is.

use domain::{Finding, Verdict};
use highlevel::auth::TokenForm;

use super::{Keeper, Patient};

/// What its form says, before anything is asked.
pub(super) fn looks(patient: &Patient<'_>) -> Finding {
    let (verdict, found) = match (patient.form, patient.keeper) {
        (TokenForm::PrivateToken, _) => (Verdict::Good, "a private integration token"),
        (TokenForm::AccessToken { .. }, Keeper::Installation) => {
            (Verdict::Good, "an access token of the app, which the hub renews")
        }
        (TokenForm::AccessToken { .. }, _) => {
            (Verdict::Warning, "an access token of an app, which ends within a day")
        }
        (TokenForm::RetiredKey, _) => {
            (Verdict::Warning, "a key of HighLevel's first API, which is retired")
        }
        (TokenForm::BareUuid, _) => {
            (Verdict::Warning, "a UUID alone: private tokens begin with `pit-`")
        }
        (TokenForm::Unknown, _) => {
            (Verdict::Warning, "it looks like no token of HighLevel: cut, quoted, or another's")
        }
    };
    // What is no token at all is refused with the first call, and that refusal says what to change.
    let may_count = matches!(patient.form, TokenForm::AccessToken { .. });
    let hint = (verdict != Verdict::Good && may_count).then(|| patient.replace_token());
    Finding { subject: "token form".to_owned(), verdict, found: found.to_owned(), hint }
}

/// Whose it is, which the first answer told.
pub(super) fn class(patient: &Patient<'_>, is_agency: bool) -> Finding {
    let (verdict, found, hint) = match (is_agency, patient.location, patient.keeper) {
        (false, _, _) => (Verdict::Good, "a location's", None),
        (true, None, _) => (Verdict::Good, "an agency's", None),
        (true, Some(_), Keeper::Installation) => {
            (Verdict::Good, "an agency's; the hub exchanges it for each location's", None)
        }
        (true, Some(_), _) => (
            Verdict::Bad,
            "an agency's, which opens no contacts and nothing else of a location",
            Some(patient.replace_token()),
        ),
    };
    Finding { subject: "token class".to_owned(), verdict, found: found.to_owned(), hint }
}
