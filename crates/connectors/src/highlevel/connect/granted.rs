//! With what a person granted the app: whose the tokens are, what they may, and which locations come with them.

use domain::Finding;
use endpoint::{Timer, Transport};
use highlevel::{
    Client, CompanyId, Error, RawCall, Tenant,
    auth::{Grant, Install, TokenForm},
    resources::ListInstalledLocations,
};
use serde_json::Value;

use super::Line;
use crate::highlevel::doctor::{self, Keeper, Patient};

/// What people call the list of locations that have the app.
const INSTALLATIONS: &str = "installations";

/// The scopes that list installations and buy tokens for them (`facts/highlevel.md` 2.3).
const EXCHANGE: [&str; 2] = ["oauth.readonly", "oauth.write"];

/// What was granted, as far as HighLevel tells.
pub(super) struct Granted {
    /// What the vendor calls the account.
    pub(super) name: Option<String>,
    /// The locations that have the app, of an installation in bulk.
    pub(super) locations: Vec<String>,
    pub(super) findings: Vec<Finding>,
}

/// Looks at what was granted, by calls that only read. What cannot be read is a finding.
pub(super) async fn look<T: Transport + Clone, C: Timer + Clone>(
    line: &Line<T, C>,
    grant: &Grant,
    scopes: &[String],
    app_id: &str,
) -> Granted {
    let client = line.client(&grant.pair.access, grant.pair.tenant.clone());
    let mut findings = vec![installed_on(grant)];
    let name = match name(&client, &grant.pair.tenant).await {
        Ok(name) => {
            findings.push(Finding::good("account", name.as_deref().unwrap_or("has no name")));
            name
        }
        Err(error) => {
            findings.push(unread("account", &error));
            None
        }
    };
    let mut locations = Vec::new();
    if let (Install::Bulk { .. }, Tenant::Company(company)) = (&grant.install, &grant.pair.tenant) {
        findings.extend(exchange(scopes));
        match installed_locations(&client, company, app_id).await {
            Ok(found) => {
                findings.push(count(found.len()));
                locations = found;
            }
            Err(error) => findings.push(unread(INSTALLATIONS, &error)),
        }
    }
    findings.extend(
        doctor::examine(&client, &patient(grant, scopes), || line.timer.now()).await.findings,
    );
    Granted { name, locations, findings }
}

/// The locations of an agency that have the app, by pages.
///
/// # Errors
/// Where one of the pages cannot be read.
pub(crate) async fn installed_locations<T: Transport, C: Timer>(
    client: &Client<T, C>,
    company: &CompanyId,
    app_id: &str,
) -> Result<Vec<String>, Error> {
    let mut pages = client.pages(ListInstalledLocations::new(company.clone(), app_id));
    let mut locations = Vec::new();
    while let Some(page) = pages.next().await {
        locations.extend(page?.into_iter().map(|one| one.id.as_str().to_owned()));
    }
    Ok(locations)
}

fn patient<'a>(grant: &'a Grant, scopes: &'a [String]) -> Patient<'a> {
    let (location, company) = match &grant.pair.tenant {
        Tenant::Location(id) => (Some(id.as_str()), grant.pair.company_id.as_ref()),
        Tenant::Company(id) => (None, Some(id)),
    };
    Patient {
        form: TokenForm::of(&grant.pair.access),
        keeper: Keeper::Installation,
        location,
        company: company.map(CompanyId::as_str),
        granted: (!scopes.is_empty()).then_some(scopes),
    }
}

fn installed_on(grant: &Grant) -> Finding {
    let tenant = &grant.pair.tenant;
    let found = match &grant.install {
        Install::Location => format!("{tenant}"),
        Install::Agency => format!("{tenant}, without its locations"),
        Install::Bulk { for_future_locations: true, .. } => {
            format!("{tenant} in bulk, and locations of the future")
        }
        Install::Bulk { .. } => format!("{tenant} in bulk"),
    };
    Finding::good("installed on", found)
}

fn count(locations: usize) -> Finding {
    match locations {
        0 => Finding::warning(
            INSTALLATIONS,
            "no location has the app yet",
            "wait: each is connected when HighLevel tells of its installation",
        ),
        1 => Finding::good(INSTALLATIONS, "1 location has the app"),
        more => Finding::good(INSTALLATIONS, format!("{more} locations have the app")),
    }
}

/// What a company's token needs to stand for its locations.
fn exchange(scopes: &[String]) -> Option<Finding> {
    let is_missing = |scope: &&str| !scopes.is_empty() && !scopes.iter().any(|one| one == scope);
    let missing: Vec<&str> = EXCHANGE.into_iter().filter(is_missing).collect();
    (!missing.is_empty()).then(|| {
        let missing = missing.join(", ");
        Finding::warning(
            INSTALLATIONS,
            format!("nothing can be called for the locations without {missing}"),
            format!("add {missing} to the scopes of the app, and connect again"),
        )
    })
}

/// What could not be read, in the words for why.
fn unread(subject: &str, error: &Error) -> Finding {
    Finding::warning(subject, format!("not read: {error}"), error.hint())
}

async fn name<T: Transport, C: Timer>(
    client: &Client<T, C>,
    tenant: &Tenant,
) -> Result<Option<String>, Error> {
    let (operation, parameter, id, inside) = match tenant {
        Tenant::Location(id) => ("locations.get-location", "locationId", id.as_str(), "location"),
        Tenant::Company(id) => ("companies.get-company", "companyId", id.as_str(), "company"),
    };
    let call = RawCall::new(operation).expect("the catalogue has it").with(parameter, id);
    let reply = client.call(&call).await?;
    let content = reply.content();
    let record = content.get(inside).unwrap_or(content);
    let name = record.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    Ok(name.map(str::to_owned))
}
