//! What a person granted: the first pair of tokens, and on what the app was installed.

use endpoint::{Secret, Timer, Transport};

use super::{OAuthApp, TokenPair, Verifier, form::Form};
use crate::{Error, LocationId};

/// The field of RFC 7636.
const VERIFIER: &str = "code_verifier";

/// Whom a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserType {
    /// An agency.
    Company,
    /// A location.
    Location,
}

/// A code that a consent page handed over, to be exchanged.
#[derive(Clone, Debug)]
pub struct CodeExchange<'a> {
    /// The code.
    pub code: &'a Secret,
    /// Where the consent page led back to, character by character.
    pub redirect_url: &'a str,
    /// Whom the token shall be for; HighLevel takes it from the installation where it is not said.
    pub user_type: Option<UserType>,
    /// Whose challenge was given to the consent page.
    pub verifier: Option<&'a Verifier>,
}

/// What the app was installed on (`facts/highlevel.md` 2.2, the paths of an installation).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Install {
    /// One location, whoever of it or of its agency did it: the token is the location's.
    Location,
    /// Locations of an agency in bulk: the token is the company's, and buys each location's.
    Bulk {
        /// The locations that were chosen, where the reply names them; it usually does not.
        approved: Vec<LocationId>,
        /// Whether locations of the future get the app by themselves.
        for_future_locations: bool,
    },
    /// The agency itself, without its locations: the token is for what only an agency may do.
    Agency,
}

/// What a person granted.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The first pair of tokens, which says whose it is.
    pub pair: TokenPair,
    /// What the app was installed on.
    pub install: Install,
}

impl UserType {
    /// Its word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Location => "Location",
        }
    }
}

/// Buys the first pair of an installation with the code that the consent page handed over.
///
/// The pair says whose it is. Store it before using it: the code works once.
///
/// The verifier is sent along and, where HighLevel says that it knows no such field, the code is
/// exchanged without it: the refusal of a field comes before a code is used, and a server that
/// refuses the verifier was not going to compare it (`facts/highlevel.md` 2.2 names no proof keys).
///
/// # Errors
/// [`crate::Kind::BadGrant`] when the code is unknown, used or too old.
pub async fn exchange_code<T: Transport, C: Timer>(
    transport: &T,
    timer: &C,
    app: &OAuthApp,
    exchange: &CodeExchange<'_>,
) -> Result<Grant, Error> {
    let mut fields = vec![
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.expose()),
        ("grant_type", "authorization_code"),
        ("code", exchange.code.expose()),
        ("redirect_uri", exchange.redirect_url),
    ];
    if let Some(user_type) = exchange.user_type {
        fields.push(("user_type", user_type.as_str()));
    }
    let plain = fields.clone();
    if let Some(verifier) = exchange.verifier {
        fields.push((VERIFIER, verifier.secret().expose()));
    }
    match redeem(transport, timer, app, &Form { fields: &fields }).await {
        Err(error) if knows_no_verifier(&error) => {
            redeem(transport, timer, app, &Form { fields: &plain }).await
        }
        done => done,
    }
}

async fn redeem<T: Transport, C: Timer>(
    transport: &T,
    timer: &C,
    app: &OAuthApp,
    form: &Form<'_>,
) -> Result<Grant, Error> {
    let issued = form.send(transport, timer, &app.base_url).await?;
    let install = issued.install();
    let pair = issued.first(timer.now()).ok_or_else(Form::incomplete)?;
    Ok(Grant { pair, install })
}

/// Bad input is told field by field (`facts/highlevel.md` 2.2).
fn knows_no_verifier(error: &Error) -> bool {
    let names_it = |message: &String| message.contains(VERIFIER);
    matches!(error.status(), Some(400 | 422)) && error.messages().iter().any(names_it)
}

#[cfg(test)]
mod tests;
