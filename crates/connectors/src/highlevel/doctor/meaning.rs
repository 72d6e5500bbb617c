//! What a refusal means, and the one thing to change: status and message become words for people.
//!
//! The table of refusals is HighLevel's own (`facts/highlevel.md` 2.5); [`Kind`] tells them apart, and
//! here each gets its meaning for this connection.

use domain::{Finding, Verdict};
use endpoint::TransportError;
use highlevel::{Error, Kind, auth::TokenForm};

use super::{Answer, Keeper, Patient};

/// A refusal in words.
pub(super) struct Meaning {
    verdict: Verdict,
    found: String,
    hint: String,
    /// Whether every other call would end in the same way.
    pub(super) is_of_everything: bool,
    /// Whether only a scope is missing, which not every connection needs.
    pub(super) is_of_scopes: bool,
}

impl Meaning {
    /// The finding about one subject.
    pub(super) fn finding(&self, subject: &str) -> Finding {
        Finding {
            subject: subject.to_owned(),
            verdict: self.verdict,
            found: self.found.clone(),
            hint: Some(self.hint.clone()),
        }
    }

    fn bad(found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Bad,
            found: found.into(),
            hint: hint.into(),
            is_of_everything: false,
            is_of_scopes: false,
        }
    }

    fn later(found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, ..Self::bad(found, hint) }
    }

    fn of_everything(self) -> Self {
        Self { is_of_everything: true, ..self }
    }
}

/// Whether the host of the API answers.
pub(super) fn host(answer: &Answer) -> Finding {
    let subject = "host";
    match &answer.outcome {
        Err(error) if answer.is_silent() => silence(error).finding(subject),
        _ => Finding::good(subject, "the API answers"),
    }
}

/// What a failed call means.
pub(super) fn of(error: &Error, patient: &Patient<'_>) -> Meaning {
    let Some(kind) = error.kind() else { return silence(error) };
    match kind {
        Kind::Expired => expired(patient).of_everything(),
        Kind::InvalidToken => Meaning::bad(
            "HighLevel does not know this private token: it was mistyped, deleted or rotated",
            patient.replace_token(),
        )
        .of_everything(),
        Kind::BadGrant => Meaning::bad(
            "the installation's refresh token is used up or too old, so there is no new access token",
            "let whoever installed the app install it again: `highwire connect highlevel` prints the \
             link",
        )
        .of_everything(),
        Kind::MissingScope { scope } => missing_scope(*scope, patient),
        Kind::WrongTokenClass => wrong_class(patient),
        Kind::UnsupportedTokenClass => Meaning::bad(
            "HighLevel takes no token of this kind here: only those of an installed app",
            "connect the app by OAuth: `highwire connect highlevel`",
        ),
        Kind::WrongTenant => Meaning::bad(
            "the token belongs to another location",
            patient.name_location(None),
        ),
        Kind::InactiveLocation => Meaning::bad(
            "the location is suspended, so HighLevel gives no new token for it",
            "ask the agency to activate the location; the connection goes on by itself then",
        )
        .of_everything(),
        Kind::Throttled | Kind::DailyLimit | Kind::Stopped | Kind::ServerFault => busy(error, kind),
        _ => odd(error, kind),
    }
}

/// A location that is not named, or is not the token's. `own` is the token's own, where that is known.
pub(super) fn place(patient: &Patient<'_>, own: Option<&str>) -> Finding {
    let found = match (patient.location, own) {
        (None, Some(own)) => format!("no location is set; the token belongs to {own}"),
        (None, None) => "no location is set, and the token does not tell whose it is".to_owned(),
        (Some(named), Some(own)) => {
            format!("the token belongs to location {own}, and {named} is set")
        }
        (Some(named), None) => format!("the token belongs to another location than {named}"),
    };
    Finding::bad("location", found, patient.name_location(own))
}

impl Patient<'_> {
    /// Where a new private token comes from and where it goes.
    pub(super) fn replace_token(&self) -> String {
        let made =
            "make a private token in HighLevel, in the location's Settings, Private Integrations";
        match self.keeper {
            Keeper::Settings => format!("{made}, and set it as highlevel.token (GHL_API_KEY)"),
            Keeper::PrivateToken => {
                format!("{made}, and give it to `highwire connect highlevel --token`")
            }
            Keeper::Installation => {
                "install the app again: `highwire connect highlevel` prints the link".to_owned()
            }
        }
    }

    fn name_location(&self, own: Option<&str>) -> String {
        match (self.keeper, own) {
            (Keeper::Settings, Some(own)) => {
                format!("set highlevel.location_id (GHL_LOCATION_ID) to {own}")
            }
            (Keeper::Settings, None) => "set highlevel.location_id (GHL_LOCATION_ID) to the id \
                                         that stands in the address of the location in HighLevel"
                .to_owned(),
            (_, Some(own)) => format!("connect location {own} in its place, or give its own token"),
            (_, None) => self.replace_token(),
        }
    }

    /// How a scope is added.
    fn add_scope(&self, scope: &str) -> String {
        match self.keeper {
            Keeper::Installation => {
                format!("add {scope} to the scopes of the app, and install it again")
            }
            Keeper::Settings | Keeper::PrivateToken => format!(
                "tick {scope} in HighLevel, Settings, Private Integrations; the token stays the same"
            ),
        }
    }
}

/// HighLevel found no such access token. What was given in its place shows in its form.
fn expired(patient: &Patient<'_>) -> Meaning {
    let (form, keeper) = (patient.form, patient.keeper);
    match (form, keeper) {
        (TokenForm::AccessToken { .. }, Keeper::Installation) => Meaning::bad(
            "the access token was refused, and so was every newer one",
            "install the app again: `highwire connect highlevel` prints the link",
        ),
        (TokenForm::AccessToken { .. }, _) => Meaning::bad(
            "this is an access token of an app, which is good for a day, and its day is over",
            "set a private token in its place, or connect the app: `highwire connect highlevel`",
        ),
        (TokenForm::RetiredKey, _) => Meaning::bad(
            "this is a key of HighLevel's first API, which is retired",
            patient.replace_token(),
        ),
        (TokenForm::BareUuid, _) => Meaning::bad(
            "this is a UUID alone: a private token begins with `pit-`, and the secret of an app is \
             no token",
            patient.replace_token(),
        ),
        (TokenForm::PrivateToken | TokenForm::Unknown, _) => {
            Meaning::bad("HighLevel takes this for no token of its own", patient.replace_token())
        }
    }
}

fn missing_scope(scope: Option<&str>, patient: &Patient<'_>) -> Meaning {
    let scope = scope.unwrap_or("the scope that the operation names");
    let found = format!("the token lacks {scope}");
    Meaning { is_of_scopes: true, ..Meaning::bad(found, patient.add_scope(scope)) }
}

fn wrong_class(patient: &Patient<'_>) -> Meaning {
    let hint = match patient.keeper {
        Keeper::Installation => "connect the location itself: the hub then exchanges the agency's \
                                 token for one of the location"
            .to_owned(),
        Keeper::Settings | Keeper::PrivateToken => patient.replace_token(),
    };
    Meaning::bad("the token is of the other class: an agency's, where a location's is needed", hint)
}

/// What passes by itself.
fn busy(error: &Error, kind: &Kind) -> Meaning {
    match kind {
        Kind::Throttled => {
            Meaning::later("too many calls in ten seconds", "run `highwire doctor` again later")
        }
        Kind::DailyLimit => Meaning::later(
            "the calls that HighLevel allows in a day are used up",
            "find out who calls so often: all programs with this app or location share the limit",
        )
        .of_everything(),
        _ => {
            let status =
                error.status().map_or("no answer".to_owned(), |status| format!("{status}"));
            Meaning::later(
                format!("HighLevel itself fails ({status})"),
                "run `highwire doctor` again in some minutes",
            )
        }
    }
}

/// What is about the program, the network, or nothing that is known.
fn odd(error: &Error, kind: &Kind) -> Meaning {
    match kind {
        Kind::Blocked => Meaning::bad(
            "HighLevel's edge turned the call away (error 1010): it does not like the sender",
            "take the proxy out that stands between the hub and HighLevel and changes its User-Agent",
        )
        .of_everything(),
        Kind::VersionHeader => Meaning::bad(
            "HighLevel refuses the version that the operation is called with",
            "update highwire, and report it where that does not help",
        ),
        Kind::UnknownRoute => Meaning::bad(
            "HighLevel offers no such operation to tokens",
            "update highwire, and report it where that does not help",
        ),
        Kind::NotFound => Meaning::bad(
            "HighLevel finds nothing under the id",
            "correct the id of the location in the settings or the connection",
        ),
        Kind::Invalid => Meaning::bad(
            "HighLevel does not take the values of the call",
            "check the ids of the location and the agency",
        ),
        _ => {
            let status = error.status().unwrap_or_default();
            let trace = error.trace_id().map(|id| format!(", trace {id}")).unwrap_or_default();
            Meaning::bad(
                format!("HighLevel refuses without a reason that is known (status {status}{trace})"),
                "check the token, its scopes and its location, in this order",
            )
        }
    }
}

/// Nothing was refused: no answer arrived, or none of HighLevel's.
fn silence(error: &Error) -> Meaning {
    let sent = error.call();
    let meaning = match sent {
        Some(endpoint::Error::Send { source: TransportError::Connect { host, .. }, .. }) => {
            Meaning::bad(
                format!("nothing answers at {host}"),
                "check highlevel.url, and that this machine can reach that host",
            )
        }
        Some(endpoint::Error::Send {
            source: TransportError::Interrupted { host, .. }, ..
        }) => Meaning::bad(
            format!("{host} took the call and did not answer in time"),
            "run `highwire doctor` again; if it stays so, look at what stands between",
        ),
        Some(endpoint::Error::Decode { .. }) => Meaning::bad(
            "something else than HighLevel answers",
            "correct highlevel.url, or take out the proxy that answers in HighLevel's place",
        ),
        _ => Meaning::bad("the call could not be made", error.to_string()),
    };
    meaning.of_everything()
}
