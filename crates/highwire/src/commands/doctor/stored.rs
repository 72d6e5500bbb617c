//! Connections whose credentials are stored: what those open.

use std::sync::Arc;

use connectors::{
    Safe,
    highlevel::{
        BrokerError, HighLevel,
        doctor::{self as exam, Keeper, Patient},
    },
    model::check::{self as model, Depth},
    notion::{self as notes, Notion},
    repairshopr::{self as shop, RepairShopr},
};
use domain::{
    Access, Actor, Connection, ConnectionProfile, CredentialKey, Finding, Profiles, SecretSealer,
};
use endpoint::{Secret, http::HttpTransport};
use highlevel::auth::TokenForm;
use store::Sqlite;

use super::{described, report::Section};
use crate::{
    broker::{self, HighLevelBroker},
    clock::{self, Timer},
    failure::Failure,
    settings::Settings,
};

/// What stored connections are examined with.
pub(crate) struct Instruments<'a> {
    settings: &'a Settings,
    store: &'a Sqlite,
    safe: Safe<Sqlite>,
    actor: Actor,
    broker: HighLevelBroker,
}

impl<'a> Instruments<'a> {
    /// For what this store keeps; credentials are opened in the name of `actor`.
    ///
    /// # Errors
    /// Where the budgets of the data folder cannot be opened.
    pub(crate) fn new(
        settings: &'a Settings,
        store: &'a Sqlite,
        sealer: &Arc<dyn SecretSealer>,
        actor: Actor,
    ) -> Result<Self, Failure> {
        let broker = broker::open(settings, store, Arc::clone(sealer), actor.clone())?;
        Ok(Self::with(broker, (settings, store), sealer, actor))
    }

    /// With the broker that the process has already.
    pub(crate) fn with(
        broker: HighLevelBroker,
        (settings, store): (&'a Settings, &'a Sqlite),
        sealer: &Arc<dyn SecretSealer>,
        actor: Actor,
    ) -> Self {
        let safe = Safe::new(store.clone(), Arc::clone(sealer), clock::system());
        Self { settings, store, safe, actor, broker }
    }

    /// Examines a connection. One without a profile only takes events.
    ///
    /// # Errors
    /// Where the store fails.
    pub(crate) async fn examine(&self, connection: &Connection) -> Result<Section, Failure> {
        let section = Section::of(connection);
        let Some(profile) = self.store.profile(&connection.tenant).await? else {
            let why = "nothing is stored to call with: events come in, and that is all";
            return Ok(Section { findings: vec![Finding::skipped("credential", why)], ..section });
        };
        let (findings, calls) = match connection.vendor.as_str() {
            HighLevel::NAME => self.highlevel(&profile).await,
            vendor => match self.credential(&profile).await {
                Ok(credential) => self.other(vendor, &profile, &credential).await?,
                Err(finding) => (vec![finding], 0),
            },
        };
        Ok(Section { findings, calls, ..section })
    }

    async fn highlevel(&self, profile: &ConnectionProfile) -> (Vec<Finding>, usize) {
        let client = match self.broker.client(&profile.tenant, None).await {
            Ok(client) => client,
            Err(error) => return (vec![no_client(&error)], 0),
        };
        let (form, keeper) = match profile.access {
            Access::OAuth => (TokenForm::AccessToken { class: None }, Keeper::Installation),
            _ => (TokenForm::PrivateToken, Keeper::PrivateToken),
        };
        let patient = Patient {
            form,
            keeper,
            location: profile.setting(ConnectionProfile::LOCATION_ID),
            company: profile.setting(ConnectionProfile::COMPANY_ID),
            granted: (profile.access == Access::OAuth).then_some(profile.scopes.as_slice()),
        };
        let examination = exam::examine(&client, &patient, clock::now).await;
        (examination.findings, examination.calls)
    }

    /// The one credential of a vendor that has no broker.
    async fn credential(&self, profile: &ConnectionProfile) -> Result<Secret, Finding> {
        let kind = match profile.access {
            Access::Open => return Ok(Secret::new("")),
            Access::PrivateToken => CredentialKey::PRIVATE_TOKEN,
            Access::Browser => CredentialKey::BROWSER_TOKEN,
            Access::OAuth | Access::ApiKey => CredentialKey::API_KEY,
        };
        let key = CredentialKey::new(&profile.tenant, kind);
        let subject = "credential";
        match self.safe.open(&key, &self.actor).await {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => Err(Finding::bad(subject, "none is stored", "connect it again")),
            Err(error) => {
                let hint = "give the hub its master key again: `highwire keys status` names it";
                Err(Finding::bad(subject, format!("it cannot be opened: {error}"), hint))
            }
        }
    }

    async fn other(
        &self,
        vendor: &str,
        profile: &ConnectionProfile,
        credential: &Secret,
    ) -> Result<(Vec<Finding>, usize), Failure> {
        let transport = described::transport()?;
        Ok(match (vendor, chat::Provider::named(vendor)) {
            (Notion::NAME, _) => self.notion(profile, credential, transport).await,
            (RepairShopr::NAME, _) => {
                let named = profile.setting(ConnectionProfile::SUBDOMAIN).unwrap_or_default();
                let url = profile.url.clone().or_else(|| repairshopr::base_url(named));
                let settings =
                    repairshopr::Settings::new(url.unwrap_or_default(), credential.clone());
                let budget = crate::shop::budget(self.settings)?;
                let client = repairshopr::Client::new(transport, Timer, settings, budget);
                counted(shop::check::check(&client, clock::now()).await)
            }
            (_, Some(provider)) => {
                let mut settings = chat::Settings::new(provider, credential.clone());
                if let Some(url) = &profile.url {
                    settings = settings.at(url);
                }
                let client = chat::Client::new(transport, Timer, settings);
                let named = profile.setting(ConnectionProfile::MODEL);
                counted(model::check(&client, named, Depth::Listing).await)
            }
            _ => (vec![Finding::skipped("vendor", "nothing is known to examine it with")], 0),
        })
    }

    async fn notion(
        &self,
        profile: &ConnectionProfile,
        token: &Secret,
        transport: HttpTransport,
    ) -> (Vec<Finding>, usize) {
        let named = &self.settings.notion;
        let settings = notion::Settings {
            base_url: profile.url.clone().unwrap_or(notion::Settings::default().base_url),
            requests_per_minute: named.requests_per_minute,
            ..notion::Settings::new(token.clone())
        };
        let client = notion::Client::new(transport, Timer, settings);
        counted(notes::connect::look(&client).await)
    }
}

/// Nobody counts these calls for the hub: each finding is worth about one.
fn counted(findings: Vec<Finding>) -> (Vec<Finding>, usize) {
    let calls = findings.iter().filter(|finding| finding.verdict != domain::Verdict::Skipped);
    let calls = calls.count();
    (findings, calls)
}

/// Why there is no client, and what to do.
fn no_client(error: &BrokerError) -> Finding {
    let subject = match error {
        BrokerError::NeedsConsent { .. } => "consent",
        BrokerError::Address(_) => "address",
        _ => "credential",
    };
    let text = error.to_string();
    let cause = std::error::Error::source(error).map(|cause| format!(" ({cause})"));
    match text.split_once("; ") {
        Some((found, hint)) => {
            Finding::bad(subject, format!("{found}{}", cause.unwrap_or_default()), hint)
        }
        None => {
            let hint = "`highwire keys status` and the hub's log say more";
            Finding::bad(subject, format!("{text}{}", cause.unwrap_or_default()), hint)
        }
    }
}
