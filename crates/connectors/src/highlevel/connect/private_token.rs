//! With a token that a person made in HighLevel's settings, for a location or for an agency.

use domain::{Access, Connection, ConnectionProfile, CredentialKey, Finding, Standing};
use endpoint::{Secret, Timer, Transport};
use highlevel::{CompanyId, Error, LocationId, Tenant, auth::TokenForm};

use super::{Line, account, whose};
use crate::{
    NewConnection,
    highlevel::{
        Owner,
        doctor::{self, Keeper, Patient},
        owner,
    },
};

/// What a person gave.
#[derive(Clone, Copy, Debug)]
pub struct GivenToken<'a> {
    /// The token.
    pub token: &'a Secret,
    /// The location that it is for, where the person says so.
    pub location: Option<&'a str>,
    /// The agency that it is for, where the person says so.
    pub company: Option<&'a str>,
    /// Whether HighLevel is asked about it.
    pub is_checked: bool,
}

/// Why a token makes no connection.
#[derive(Debug, thiserror::Error)]
pub enum TokenProblem {
    /// There is nothing of it.
    #[error("read the token: there is none; give it as --token - on standard input")]
    Empty,
    /// HighLevel does not take it, or was not reached.
    #[error("ask HighLevel about the token")]
    Asked(#[source] Box<Error>),
    /// Nothing tells which location it is for.
    #[error(
        "find the location of the token: it may not read it; say it with --location, or give the token \
         the scope locations.readonly"
    )]
    NoLocation,
    /// Nothing tells which agency it is for.
    #[error(
        "find the agency of the token: it may not read it; say it with --company, or give the token \
         the scope companies.readonly"
    )]
    NoCompany,
    /// Nothing tells whether it is a location's or an agency's.
    #[error("tell whose the token is; say so with --location or --company")]
    NoClass,
    /// It is for another account than the person says.
    #[error(
        "use the token for {wanted}: it belongs to {found}; leave out the id, or give that account's token"
    )]
    OtherAccount {
        /// What the person said.
        wanted: String,
        /// Whose it is.
        found: String,
    },
}

/// The connection that the token makes. HighLevel is asked by calls that only read; where it is not,
/// the person's word counts.
///
/// # Errors
/// Why it makes none.
pub async fn with_private_token<T: Transport + Clone, C: Timer + Clone>(
    line: &Line<T, C>,
    given: GivenToken<'_>,
    connection: Connection,
) -> Result<NewConnection, TokenProblem> {
    if given.token.is_empty() {
        return Err(TokenProblem::Empty);
    }
    let form = TokenForm::of(given.token);
    let found = match given.is_checked {
        true => {
            let client = line.client(given.token, LocationId::new("a token's").into());
            let asked = owner(&client, form, given.location).await;
            asked.map_err(|error| TokenProblem::Asked(Box::new(error)))?
        }
        false => Owner::default(),
    };
    let (location, company) = account_of(&found, given)?;
    let patient = Patient {
        form,
        keeper: Keeper::PrivateToken,
        location: location.as_deref(),
        company: company.as_deref(),
        granted: None,
    };
    let findings = match given.is_checked {
        true => {
            let client = line.client(given.token, place(&location, &company));
            doctor::examine(&client, &patient, || line.timer.now()).await.findings
        }
        false => vec![Finding::skipped("account", "HighLevel was not asked, as you wanted")],
    };
    let id = location.as_deref().or(company.as_deref()).expect("one of them is known by now");
    let profile = ConnectionProfile {
        tenant: connection.tenant.clone(),
        access: Access::PrivateToken,
        url: line.url.clone(),
        settings: whose(location.as_deref(), company.as_deref()),
        account_name: found.name.clone(),
        scopes: Vec::new(),
        standing: Standing::Ready,
        revised_at: connection.created_at,
    };
    Ok(NewConnection {
        accounts: vec![account(id)],
        credentials: vec![(CredentialKey::PRIVATE_TOKEN, given.token.clone())],
        connection,
        profile,
        findings,
    })
}

/// On whose behalf the calls are made.
fn place(location: &Option<String>, company: &Option<String>) -> Tenant {
    match (location, company) {
        (Some(location), _) => LocationId::new(location).into(),
        (None, company) => CompanyId::new(company.as_deref().unwrap_or_default()).into(),
    }
}

/// The location, of a location's token, and the agency.
fn account_of(
    found: &Owner,
    given: GivenToken<'_>,
) -> Result<(Option<String>, Option<String>), TokenProblem> {
    let is_agency = match (found.class, given.location, given.company) {
        (Some(class), _, _) => class.is_agency(),
        (None, Some(_), _) => false,
        (None, None, Some(_)) => true,
        (None, None, None) => return Err(TokenProblem::NoClass),
    };
    let own = |id: Option<&str>| id.map(str::to_owned);
    if is_agency {
        let company = same(given.company, found.company.as_deref(), "agency")?;
        return match (company, given.location) {
            (Some(company), _) => Ok((None, Some(company))),
            (None, _) => Err(TokenProblem::NoCompany),
        };
    }
    let location = same(given.location, found.location.as_deref(), "location")?;
    let company = found.company.clone().or(own(given.company));
    match location {
        Some(location) => Ok((Some(location), company)),
        None => Err(TokenProblem::NoLocation),
    }
}

/// The id that HighLevel tells, and otherwise the person's.
fn same(
    wanted: Option<&str>,
    found: Option<&str>,
    kind: &str,
) -> Result<Option<String>, TokenProblem> {
    match (wanted, found) {
        (Some(wanted), Some(found)) if wanted != found => Err(TokenProblem::OtherAccount {
            wanted: format!("the {kind} {wanted}"),
            found: format!("the {kind} {found}"),
        }),
        (wanted, found) => Ok(found.or(wanted).map(str::to_owned)),
    }
}
