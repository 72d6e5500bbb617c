//! Finds out whose a token is: its class, and the location or the agency that it stands for.
//!
//! Two or three calls that only read. A connection asks it once, when somebody gives the token.

use endpoint::{Timer, Transport};
use highlevel::{Client, Error, Kind, RawCall, auth::TokenForm, catalogue::TokenClass};
use serde_json::Value;

/// An operation that only a location's token opens. It tells the class before it looks at scopes.
const OF_LOCATIONS: &str = "contacts.get-contacts";

/// Stands for a location that is not known yet: no token is refused for its class because of it.
const NO_LOCATION: &str = "unknown";

/// Whose a token is. What the token may not read stays unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The class. None where no answer tells it.
    pub class: Option<TokenClass>,
    /// The location, of a location's token.
    pub location: Option<String>,
    /// The agency: that of the location, or the one whose token it is.
    pub company: Option<String>,
    /// What the location or the agency is called.
    pub name: Option<String>,
    /// How many calls it took.
    pub calls: usize,
}

/// Asks HighLevel whose a token of this form is. `location` is the one that the caller believes it
/// to be; a location's token that belongs to another still tells its class, and then `location`
/// stays empty where HighLevel does not name the right one.
///
/// # Errors
/// Where HighLevel takes the token for none of its own, or does not answer.
pub async fn owner<T: Transport, C: Timer>(
    client: &Client<T, C>,
    form: TokenForm,
    location: Option<&str>,
) -> Result<Owner, Error> {
    let contacts =
        call(OF_LOCATIONS).with("locationId", location.unwrap_or(NO_LOCATION)).with("limit", 1);
    let told = client.call(&contacts).await;
    let is_agency = is_agency(told.as_ref().err().and_then(Error::kind));
    let is_agency = match (is_agency, told) {
        (Some(is_agency), _) => is_agency,
        (None, Ok(_)) => false,
        (None, Err(error)) => return Err(error),
    };
    let mut owner = Owner { class: form.class(is_agency), calls: 1, ..Owner::default() };
    if !is_agency && let Some(id) = location {
        owner.calls += 1;
        if let Ok(reply) = client.call(&call("locations.get-location").with("locationId", id)).await
        {
            owner.take(reply.content());
            owner.location = Some(id.to_owned());
            return Ok(owner);
        }
    }
    owner.calls += 1;
    let search = call("locations.search-locations").with("limit", "2");
    let Ok(reply) = client.call(&search).await else { return Ok(owner) };
    let rows = reply.content().as_array().cloned().unwrap_or_default();
    match (is_agency, rows.as_slice()) {
        (true, [first, ..]) => {
            owner.company = text(first, "companyId");
            owner.name_company(client).await;
        }
        (false, [only]) => {
            owner.take(only);
            owner.location = text(only, "id");
        }
        _ => {}
    }
    Ok(owner)
}

/// What an answer of an operation for locations says about the token's class: a success, and every
/// refusal that comes after the look at the class, say that it is a location's. None where the
/// refusal is about something else.
pub(crate) fn is_agency(refusal: Option<&Kind>) -> Option<bool> {
    match refusal? {
        Kind::WrongTokenClass => Some(true),
        Kind::MissingScope { .. }
        | Kind::WrongTenant
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::Invalid => Some(false),
        _ => None,
    }
}

impl Owner {
    fn take(&mut self, location: &Value) {
        self.company = text(location, "companyId");
        self.name = text(location, "name");
    }

    async fn name_company<T: Transport, C: Timer>(&mut self, client: &Client<T, C>) {
        let Some(company) = &self.company else { return };
        self.calls += 1;
        let get = call("companies.get-company").with("companyId", company.as_str());
        if let Ok(reply) = client.call(&get).await {
            self.name = text(reply.content(), "name");
        }
    }
}

/// A call of an operation that the catalogue has.
pub(crate) fn call(operation: &str) -> RawCall {
    RawCall::new(operation).expect("the catalogue has it, as a test of the probes says")
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use endpoint::{
        Secret,
        http::{HttpTransport, Settings as HttpSettings},
    };
    use highlevel::{LocationId, auth::PrivateToken};
    use sandbox::{
        SandboxClock,
        highlevel::{HighLevelSandbox, HighLevelSettings},
    };

    use super::*;
    use crate::stand_ins::RealTimer;

    async fn sandbox() -> HighLevelSandbox {
        let clock = SandboxClock::new(Arc::new(|| jiff::Timestamp::UNIX_EPOCH));
        HighLevelSandbox::start(HighLevelSettings::default(), clock).await.unwrap()
    }

    async fn ask(
        sandbox: &HighLevelSandbox,
        token: &str,
        location: Option<&str>,
    ) -> Result<Owner, Error> {
        let settings = highlevel::Settings { base_url: sandbox.url(), ..Default::default() };
        let tokens = Arc::new(PrivateToken::new(token));
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        let tenant = LocationId::new("a location");
        let client = Client::new(transport, RealTimer, tokens, tenant, settings);
        owner(&client, TokenForm::of(&Secret::new(token)), location).await
    }

    #[tokio::test]
    async fn a_locations_token_leads_to_its_location_and_agency() {
        let sandbox = sandbox().await;
        let (id, company) = (sandbox.location_id().to_owned(), sandbox.company_id().to_owned());
        for named in [None, Some(id.as_str()), Some(sandbox.other_location_id())] {
            let owner = ask(&sandbox, sandbox.token(), named).await.unwrap();
            assert_eq!(owner.class, Some(TokenClass::Location), "{named:?}");
            assert_eq!(owner.location.as_deref(), Some(id.as_str()), "{named:?}");
            assert_eq!(owner.company.as_deref(), Some(company.as_str()));
            assert!(owner.name.is_some(), "{named:?}");
        }
    }

    #[tokio::test]
    async fn an_agencys_token_leads_to_the_agency_alone() {
        let sandbox = sandbox().await;
        for named in [None, Some(sandbox.location_id())] {
            let owner = ask(&sandbox, sandbox.agency_token(), named).await.unwrap();
            assert_eq!(owner.class, Some(TokenClass::Agency));
            assert_eq!(
                (owner.location, owner.company.as_deref()),
                (None, Some(sandbox.company_id()))
            );
        }
    }

    #[tokio::test]
    async fn a_token_that_is_none_is_refused() {
        let sandbox = sandbox().await;
        let dead = "pit-00000000-0000-4000-8000-000000000000";
        let error = ask(&sandbox, dead, None).await.unwrap_err();
        assert_eq!(error.kind(), Some(&Kind::InvalidToken));
    }
}
