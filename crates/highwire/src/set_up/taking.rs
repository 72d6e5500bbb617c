//! Takes an offer: what a person filled in becomes a connection, or the way to the vendor's consent page.

use std::collections::BTreeMap;

use aws_lc_rs::rand;
use chat::Provider;
use connectors::{
    NewConnection,
    highlevel::{
        HighLevel,
        connect::{
            GivenToken, Line, TokenProblem,
            consent::{App, Asked, RANDOM},
            with_private_token,
        },
    },
    model::check::{self as model, Depth},
    notion::{self as notes, Notion},
    repairshopr::{self as shop, RepairShopr},
};
use domain::{
    Access, Connection, ConnectionProfile, CredentialKey, Finding, Standing, Tenant, Verdict,
};
use endpoint::{
    Secret,
    http::{self, Guard, HttpTransport},
    reach::Reach,
};
use highlevel::auth::ConsentHost;
use notion::resources::GetMe;
use secrecy::{ExposeSecret, SecretString};
use web::{
    CALLBACK_PATH,
    set_up::{Connected, Outcome, Refused, Who},
};

use super::{HubSetUp, offers, refused};
use crate::{
    clock::{self, Timer},
    commands::connect,
    connection as calls,
};

/// What was filled in, by the names of the fields.
struct Given(BTreeMap<String, SecretString>);

impl Given {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.expose_secret().trim()).filter(|text| !text.is_empty())
    }

    fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name).unwrap_or_default())
    }
}

impl HubSetUp {
    /// Takes one offer.
    pub(super) async fn take(
        &self,
        who: &Who,
        offer: &str,
        fields: BTreeMap<String, SecretString>,
    ) -> Result<Outcome, Refused> {
        let given = Given(fields);
        let new = match offer {
            offers::HIGHLEVEL_APP => return self.ask_consent(who, &given).await,
            offers::HIGHLEVEL_TOKEN => self.with_token(who, &given).await?,
            offers::NOTION => self.with_notion(who, &given).await?,
            offers::REPAIRSHOPR => self.with_repairshopr(who, &given).await?,
            offers::OPENAI => self.with_model(who, Provider::OpenAi, &given).await?,
            offers::ANTHROPIC => self.with_model(who, Provider::Anthropic, &given).await?,
            offers::CUSTOM => self.with_model(who, Provider::Custom, &given).await?,
            _ => return Err(Refused::Absent),
        };
        self.keep(who, new).await
    }

    /// Stores what was looked at. What does not work is not stored.
    async fn keep(&self, who: &Who, new: NewConnection) -> Result<Outcome, Refused> {
        if let Some(bad) = new.findings.iter().find(|finding| finding.verdict == Verdict::Bad) {
            let hint = bad.hint.clone().unwrap_or_default();
            return Err(Refused::because(format!("{}: {}", bad.subject, bad.found), hint));
        }
        self.connecting.add(&new, &who.actor).await.map_err(|error| {
            let text = error.to_string();
            let (reason, hint) = text.split_once("; ").unwrap_or((&text, "try again"));
            Refused::because(reason, hint)
        })?;
        let id = new.connection.tenant.connection;
        Ok(Outcome::Connected(Connected { id, findings: new.findings }))
    }

    /// A connection that nobody has yet, under a name that is free.
    async fn fresh(&self, who: &Who, vendor: &str) -> Result<Connection, Refused> {
        let own = self.own(who).await?;
        let name = connect::free_name(vendor, |name| own.iter().any(|one| one.name == name));
        Ok(Connection {
            tenant: Tenant {
                organization: who.organization.clone(),
                connection: connect::draw_id().map_err(|failure| refused(&failure))?,
            },
            vendor: vendor.to_owned(),
            name,
            created_at: clock::now(),
        })
    }

    fn line(&self) -> Result<Line<HttpTransport, Timer>, Refused> {
        let line = calls::line(&self.settings).map_err(|failure| refused(&failure))?;
        let ledger = calls::ledger(&self.settings.data_dir).map_err(|failure| refused(&failure))?;
        Ok(Line { ledger, ..line })
    }

    async fn with_token(&self, who: &Who, given: &Given) -> Result<NewConnection, Refused> {
        let connection = self.fresh(who, HighLevel::NAME).await?;
        let token = given.secret("token");
        let given = GivenToken {
            token: &token,
            location: given.text("location"),
            company: None,
            is_checked: true,
        };
        let made = with_private_token(&self.line()?, given, connection).await;
        made.map_err(|problem| match &problem {
            TokenProblem::Asked(error) => {
                Refused::because("HighLevel does not take the token", error.hint())
            }
            _ => {
                let text = problem.to_string();
                let (reason, hint) = text.split_once("; ").unwrap_or((&text, "see the form"));
                Refused::because(reason, hint)
            }
        })
    }

    async fn ask_consent(&self, who: &Who, given: &Given) -> Result<Outcome, Refused> {
        let connection = self.fresh(who, HighLevel::NAME).await?;
        let host = ConsentHost::parse(given.text("consent_host").unwrap_or("standard"));
        let named = &self.settings.highlevel;
        let redirect = named.redirect_url.trim();
        let own = || format!("{}{CALLBACK_PATH}", self.public_url);
        let app = App {
            client_id: given.text("client_id").unwrap_or_default().to_owned(),
            client_secret: given.secret("client_secret"),
            version_id: given.text("version_id").map(str::to_owned),
            host: host
                .map_err(|error| Refused::because("the consent page is none", error.to_string()))?,
            redirect_url: if redirect.is_empty() { own() } else { redirect.to_owned() },
            scopes: named.scopes.clone(),
        };
        let asked = Asked {
            tenant: connection.tenant,
            name: connection.name,
            renews: false,
            actor: who.actor.clone(),
        };
        let mut random = [0; RANDOM];
        rand::fill(&mut random).expect("the system has random bytes, as it had at the start");
        let begun = self.consents.begin(&app, asked, random).await;
        let begun = begun.map_err(|failure| Refused::Because {
            reason: failure.reason(),
            hint: failure.hint().to_owned(),
            is_ours: failure.is_ours(),
        })?;
        Ok(Outcome::Consent(SecretString::from(begun.url.expose())))
    }

    async fn with_notion(&self, who: &Who, given: &Given) -> Result<NewConnection, Refused> {
        let token = given.secret("token");
        let named = &self.settings.notion;
        let url = calls::safe_url(&named.url, "notion.url").map_err(|failure| refused(&failure))?;
        let settings = notion::Settings {
            base_url: url.to_owned(),
            requests_per_minute: named.requests_per_minute,
            ..notion::Settings::new(token.clone())
        };
        let client = notion::Client::new(transport(None)?, Timer, settings);
        let findings = notes::connect::look(&client).await;
        let me = client.call(&GetMe).await.ok();
        let connection = self.fresh(who, Notion::NAME).await?;
        let own = notion::Settings::default().base_url;
        let profile = ConnectionProfile {
            url: (url != own).then(|| url.to_owned()),
            account_name: me.and_then(|me| me.bot?.workspace_name),
            ..profile(&connection, Access::PrivateToken)
        };
        Ok(made(connection, profile, (CredentialKey::PRIVATE_TOKEN, token), findings))
    }

    async fn with_repairshopr(&self, who: &Who, given: &Given) -> Result<NewConnection, Refused> {
        let subdomain = given.text("subdomain").unwrap_or_default().to_ascii_lowercase();
        let url = repairshopr::base_url(&subdomain).ok_or_else(|| {
            let hint = "give the part of the address before `.repairshopr.com`";
            Refused::because("the subdomain is no part of an address", hint)
        })?;
        let key = given.secret("key");
        let settings = repairshopr::Settings::new(url, key.clone());
        let budget = crate::shop::budget(&self.settings).map_err(|failure| {
            let hint = "check the data folder of the hub; its log says more";
            Refused::because(failure.to_string(), hint)
        })?;
        let client = repairshopr::Client::new(transport(None)?, Timer, settings, budget);
        let findings = shop::check::check(&client, clock::now()).await;
        let connection = self.fresh(who, RepairShopr::NAME).await?;
        let mut profile = profile(&connection, Access::ApiKey);
        profile.account_name = Some(subdomain.clone());
        profile.settings.insert(ConnectionProfile::SUBDOMAIN.to_owned(), subdomain);
        Ok(made(connection, profile, (CredentialKey::API_KEY, key), findings))
    }

    /// Whoever fills in an address names it for the hub, so that only public ones are called.
    async fn with_model(
        &self,
        who: &Who,
        provider: Provider,
        given: &Given,
    ) -> Result<NewConnection, Refused> {
        let key = given.secret("key");
        let url = given.text("url").filter(|_| provider == Provider::Custom);
        let mut settings = chat::Settings::new(provider, key.clone());
        if let Some(url) = url {
            settings = settings.at(calls::safe_url(url, "the address").map_err(|it| refused(&it))?);
        }
        let guard = url.map(|_| Guard::new(Reach::default()));
        let client = chat::Client::new(transport(guard)?, Timer, settings);
        let named = given.text("model");
        let findings = model::check(&client, named, Depth::Listing).await;
        let connection = self.fresh(who, provider.name()).await?;
        let access = if key.is_empty() { Access::Open } else { Access::ApiKey };
        let mut profile = profile(&connection, access);
        profile.url = url.map(|url| url.trim_end_matches('/').to_owned());
        profile.account_name = named.map(str::to_owned);
        if let Some(model) = named {
            profile.settings.insert(ConnectionProfile::MODEL.to_owned(), model.to_owned());
        }
        let mut new = made(connection, profile, (CredentialKey::API_KEY, key), findings);
        new.credentials.retain(|(_, key)| !key.is_empty());
        Ok(new)
    }
}

/// A profile that says how the vendor is reached, and nothing else yet.
fn profile(connection: &Connection, access: Access) -> ConnectionProfile {
    ConnectionProfile {
        tenant: connection.tenant.clone(),
        access,
        url: None,
        settings: BTreeMap::new(),
        account_name: None,
        scopes: Vec::new(),
        standing: Standing::Ready,
        revised_at: connection.created_at,
    }
}

fn made(
    connection: Connection,
    profile: ConnectionProfile,
    credential: (&'static str, Secret),
    findings: Vec<Finding>,
) -> NewConnection {
    let (credentials, accounts) = (vec![credential], Vec::new());
    NewConnection { connection, profile, credentials, accounts, findings }
}

/// A transport for the look at a vendor; with a guard, it reaches only what that lets it.
fn transport(guard: Option<Guard>) -> Result<HttpTransport, Refused> {
    let settings = http::Settings {
        call_timeout: std::time::Duration::from_secs(20),
        guard,
        ..http::Settings::default()
    };
    HttpTransport::new(settings).map_err(|error| Refused::Because {
        reason: error.to_string(),
        hint: "see the hub's log".to_owned(),
        is_ours: true,
    })
}
