//! Lets a person install the app, and makes a connection of what comes back.
//!
//! The command asks and the hub answers, or the command does both on a listener of its own; what was
//! asked stands in the store, so that either finds it. The pair of tokens is stored before anything
//! is called with it: its code works once. So what HighLevel then shows, good or bad, is told and
//! takes nothing back.

mod failure;
mod secrets;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    Access, Actor, CONSENT_LIFETIME, Clock, Connection, ConnectionId, ConnectionProfile,
    ConsentOutcome, ConsentRequest, CredentialKey, Finding, KeyHash, NewAudit, OrganizationId,
    Outcome, SecretSealer, Standing, Storage, Tenant,
};
use endpoint::{Secret, Timer, Transport};
use highlevel::{
    Tenant as Place,
    auth::{
        Callback, CallbackOutcome, CodeExchange, ConsentHost, ConsentPage, Grant, Install,
        OAuthApp, Verifier, exchange_code,
    },
};
use jiff::Timestamp;

pub use self::failure::ConsentFailure;
use self::secrets::ConsentSecrets;
use super::{Line, account, granted, whose};
use crate::{Connecting, NewConnection, highlevel::HighLevel};

/// How many random bytes a consent is made of: 32 for its state, 32 for its proof key.
pub const RANDOM: usize = 64;

/// The app that a person installs.
#[derive(Clone, Debug)]
pub struct App {
    /// Its client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Its version, where it is not published.
    pub version_id: Option<String>,
    /// Where its consent page is.
    pub host: ConsentHost,
    /// Where the page leads back to, as it is registered with the app.
    pub redirect_url: String,
    /// What it asks to be allowed.
    pub scopes: Vec<String>,
}

/// Who asks for a consent, and for which connection.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The connection to be made or renewed.
    pub tenant: Tenant,
    /// What it is called.
    pub name: String,
    /// Whether it is there and is to be renewed.
    pub renews: bool,
    /// Who asks.
    pub actor: Actor,
}

/// A consent that was asked for.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The address to open in a browser. It holds the state.
    pub url: Secret,
    /// What leads to the consent in the store.
    pub state_hash: KeyHash,
    /// Until when somebody may agree.
    pub ends_at: Timestamp,
}

/// A connection that a person agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The connection.
    pub connection: Connection,
    /// What the vendor calls the account.
    pub account_name: Option<String>,
    /// Whether it was there before.
    pub renewed: bool,
    /// What a look at it showed.
    pub findings: Vec<Finding>,
}

/// Where the connections of people go who begin in the marketplace, without a state.
#[derive(Clone, Debug)]
pub struct Walkins {
    /// The app.
    pub app: App,
    /// Whose the connections are.
    pub organization: OrganizationId,
}

/// Asks for consents, and takes what comes back. Cheap to clone.
#[derive(Clone)]
pub struct ConsentDesk<S, T, C> {
    store: S,
    connecting: Connecting<S>,
    sealer: Arc<dyn SecretSealer>,
    clock: Arc<dyn Clock>,
    line: Line<T, C>,
}

/// What a consent is about, once it is known who came back.
struct Matter {
    asked: Asked,
    app: OAuthApp,
    app_settings: BTreeMap<String, String>,
    redirect_url: String,
    verifier: Option<Verifier>,
    line_url: Option<String>,
}

impl<S, T, C> ConsentDesk<S, T, C>
where
    S: Storage,
    T: Transport + Clone,
    C: Timer + Clone,
{
    /// A desk over this store; consents call by this line.
    #[must_use]
    pub fn new(
        store: S,
        connecting: Connecting<S>,
        (sealer, clock): (Arc<dyn SecretSealer>, Arc<dyn Clock>),
        line: Line<T, C>,
    ) -> Self {
        Self { store, connecting, sealer, clock, line }
    }

    /// Asks for a consent: gives the address to open, and remembers what was asked.
    ///
    /// # Errors
    /// Where it cannot be remembered.
    pub async fn begin(
        &self,
        app: &App,
        asked: Asked,
        random: [u8; RANDOM],
    ) -> Result<Begun, ConsentFailure> {
        let (state, proof) = random.split_at(RANDOM / 2);
        let state = Secret::new(&BASE64_URL_SAFE_NO_PAD.encode(state));
        let verifier = Verifier::from_random(proof.try_into().expect("it is the other half"));
        let secrets = ConsentSecrets::new(&app.client_secret, &verifier);
        let key = CredentialKey::new(&asked.tenant, ConsentSecrets::KIND);
        let sealed = self.sealer.seal(&key, &secrets.to_text()).await;
        let made_at = self.clock.now();
        let request = ConsentRequest {
            state_hash: KeyHash::of(state.expose()),
            tenant: asked.tenant,
            renews: asked.renews,
            vendor: HighLevel::NAME.to_owned(),
            name: asked.name,
            url: self.line.url.clone(),
            app: app_settings(app),
            secrets: sealed.map_err(ConsentFailure::Sealer)?,
            actor: asked.actor,
            made_at,
            ends_at: made_at.saturating_add(CONSENT_LIFETIME).unwrap_or(Timestamp::MAX),
            outcome: ConsentOutcome::Open,
        };
        let begun = Begun {
            url: Secret::new(&page(app, &state, &verifier).url()),
            state_hash: request.state_hash,
            ends_at: request.ends_at,
        };
        self.store.add_consent(request).await?;
        Ok(begun)
    }

    /// Takes what came back from a consent page: exchanges the code, stores the connection, and
    /// looks at it. `id` is the connection's where nobody asked and somebody walked in.
    ///
    /// # Errors
    /// Why there is no connection. Whoever waits for the consent is told as well.
    pub async fn finish(
        &self,
        callback: &Callback,
        walkins: Option<(&Walkins, ConnectionId)>,
    ) -> Result<Agreed, ConsentFailure> {
        let Some(state) = &callback.state else {
            let matter = walked_in(walkins, self.line.url.clone(), &self.line.base_url())?;
            return self.settle(callback, matter).await;
        };
        let state = KeyHash::of(state.expose());
        let taken = self.store.take_consent(&state, self.clock.now()).await?;
        let request = taken.map_err(ConsentFailure::State)?;
        let done = match self.matter(&request).await {
            Ok(matter) => self.settle(callback, matter).await,
            Err(failure) => Err(failure),
        };
        let outcome = match &done {
            Ok(agreed) => ConsentOutcome::Connected {
                connection: agreed.connection.tenant.connection.clone(),
                findings: agreed.findings.clone(),
            },
            Err(failure) => ConsentOutcome::Failed(failure.sentence()),
        };
        self.store.end_consent(&state, outcome).await?;
        done
    }

    /// What was asked, with its secrets.
    async fn matter(&self, request: &ConsentRequest) -> Result<Matter, ConsentFailure> {
        let stored = domain::Credential {
            key: CredentialKey::new(&request.tenant, ConsentSecrets::KIND),
            content: request.secrets.clone(),
            stored_at: request.made_at,
        };
        let opened = self.sealer.open(&stored).await.map_err(ConsentFailure::Sealer)?;
        let secrets = ConsentSecrets::parse(&opened).ok_or(ConsentFailure::Unreadable)?;
        let setting = |name: &str| request.app.get(name).cloned().unwrap_or_default();
        let line = Line { url: request.url.clone(), ..self.line.clone() };
        Ok(Matter {
            asked: Asked {
                tenant: request.tenant.clone(),
                name: request.name.clone(),
                renews: request.renews,
                actor: request.actor.clone(),
            },
            app: OAuthApp {
                base_url: line.base_url(),
                client_id: setting(ConnectionProfile::CLIENT_ID),
                client_secret: secrets.client_secret,
            },
            redirect_url: setting(ConnectionProfile::REDIRECT_URL),
            app_settings: request.app.clone(),
            verifier: Some(secrets.verifier),
            line_url: request.url.clone(),
        })
    }

    async fn settle(&self, callback: &Callback, matter: Matter) -> Result<Agreed, ConsentFailure> {
        let code = match &callback.outcome {
            CallbackOutcome::Code(code) => code,
            CallbackOutcome::Refused(word) => return Err(ConsentFailure::Refused(word.clone())),
        };
        let exchange = CodeExchange {
            code,
            redirect_url: &matter.redirect_url,
            user_type: None,
            verifier: matter.verifier.as_ref(),
        };
        let line = Line { url: matter.line_url.clone(), ..self.line.clone() };
        let grant = exchange_code(&line.transport, &line.timer, &matter.app, &exchange)
            .await
            .map_err(|error| ConsentFailure::Exchange(Box::new(error)))?;
        let matter = self.same_account(matter, &grant).await?;
        let mut new = self.connection(&matter, &grant).await?;
        match matter.asked.renews {
            true => self.connecting.renew(&new, &matter.asked.actor).await?,
            false => self.connecting.add(&new, &matter.asked.actor).await?,
        }
        self.note(&matter, &grant).await?;
        let granted = granted::look(&line, &grant, &new.profile.scopes, matter.app.app_id()).await;
        new.findings = granted.findings;
        new.findings.extend(self.connect_all(&new, granted.locations).await?);
        new.profile.account_name = granted.name;
        self.store.put_profile(new.profile.clone()).await?;
        Ok(Agreed {
            account_name: new.profile.account_name,
            connection: new.connection,
            renewed: matter.asked.renews,
            findings: new.findings,
        })
    }

    /// Somebody who installs the app again where it is connected renews that connection; and what
    /// is to be renewed stays with its account, or the events of two would be mixed.
    async fn same_account(
        &self,
        mut matter: Matter,
        grant: &Grant,
    ) -> Result<Matter, ConsentFailure> {
        let found = grant.pair.tenant.to_string();
        if matter.asked.renews {
            let known = self.store.profile(&matter.asked.tenant).await?;
            let wanted = known.as_ref().and_then(place);
            return match wanted {
                Some(wanted) if wanted != grant.pair.tenant => {
                    Err(ConsentFailure::OtherAccount { wanted: wanted.to_string(), found })
                }
                _ => Ok(matter),
            };
        }
        let organization = &matter.asked.tenant.organization;
        let is_it = |profile: &&ConnectionProfile| {
            profile.access == Access::OAuth
                && profile.setting(ConnectionProfile::CLIENT_ID) == Some(&*matter.app.client_id)
                && place(profile).as_ref() == Some(&grant.pair.tenant)
        };
        let profiles = self.store.profiles(Some(organization)).await?;
        if let Some(known) = profiles.iter().find(is_it) {
            matter.asked.tenant = known.tenant.clone();
            matter.asked.renews = true;
        }
        Ok(matter)
    }

    async fn connection(
        &self,
        matter: &Matter,
        grant: &Grant,
    ) -> Result<NewConnection, ConsentFailure> {
        let now = self.clock.now();
        let tenant = matter.asked.tenant.clone();
        let listing = self.store.listing().await?;
        let known = listing.connections.into_iter().find(|one| one.tenant == tenant);
        let connection = known.unwrap_or_else(|| Connection {
            tenant: tenant.clone(),
            vendor: HighLevel::NAME.to_owned(),
            name: matter.asked.name.clone(),
            created_at: now,
        });
        let (location, company) = match &grant.pair.tenant {
            Place::Location(id) => (Some(id.as_str()), grant.pair.company_id.as_ref()),
            Place::Company(id) => (None, Some(id)),
        };
        let company = company.map(|id| id.as_str());
        let mut settings = matter.app_settings.clone();
        settings.extend(whose(location, company));
        settings.insert(ConnectionProfile::INSTALL.to_owned(), install(&grant.install).to_owned());
        let scopes: std::collections::BTreeSet<&str> =
            grant.pair.scope.split_whitespace().collect();
        Ok(NewConnection {
            profile: ConnectionProfile {
                tenant,
                access: Access::OAuth,
                url: matter.line_url.clone(),
                settings,
                account_name: None,
                scopes: scopes.into_iter().map(str::to_owned).collect(),
                standing: Standing::Ready,
                revised_at: now,
            },
            connection,
            credentials: vec![
                (CredentialKey::TOKEN_PAIR, grant.pair.to_json()),
                (CredentialKey::APP_SECRET, matter.app.client_secret.clone()),
            ],
            accounts: location.or(company).map(account).into_iter().collect(),
            findings: Vec::new(),
        })
    }

    /// Gives the locations of an installation in bulk to the connection; the first that belong to
    /// another stay there, and that is told.
    async fn connect_all(
        &self,
        new: &NewConnection,
        locations: Vec<String>,
    ) -> Result<Option<Finding>, ConsentFailure> {
        let mut kept_back = Vec::new();
        for id in locations {
            if !self.connecting.connect(&new.connection.tenant, account(&id)).await? {
                kept_back.push(id);
            }
        }
        let more = |count: usize| if count > 3 { " and more" } else { "" };
        Ok((!kept_back.is_empty()).then(|| {
            let shown: Vec<&str> = kept_back.iter().take(3).map(String::as_str).collect();
            let shown = format!("{}{}", shown.join(", "), more(kept_back.len()));
            Finding::warning(
                "installations",
                format!("{} stay with another connection: {shown}", kept_back.len()),
                "disconnect them there with `highwire connections disconnect-account`, and connect again",
            )
        }))
    }

    async fn note(&self, matter: &Matter, grant: &Grant) -> Result<(), ConsentFailure> {
        let tenant = &matter.asked.tenant;
        let noted = NewAudit {
            at: self.clock.now(),
            organization: Some(tenant.organization.clone()),
            connection: Some(tenant.connection.clone()),
            actor: matter.asked.actor.clone(),
            act: "token.issued".to_owned(),
            outcome: Outcome::Done,
            subject: Some(grant.pair.tenant.to_string()),
            detail: Some(format!("a code was exchanged, installed as {}", install(&grant.install))),
        };
        Ok(self.store.note_audit(vec![noted]).await?)
    }
}

fn app_settings(app: &App) -> BTreeMap<String, String> {
    let named = [
        (ConnectionProfile::CLIENT_ID, Some(app.client_id.as_str())),
        (ConnectionProfile::VERSION_ID, app.version_id.as_deref()),
        (ConnectionProfile::REDIRECT_URL, Some(app.redirect_url.as_str())),
        (ConnectionProfile::CONSENT_HOST, Some(app.host.as_str())),
    ];
    let given =
        named.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.to_owned())));
    given.collect()
}

fn page<'a>(app: &'a App, state: &'a Secret, verifier: &'a Verifier) -> ConsentPage<'a> {
    ConsentPage {
        host: &app.host,
        client_id: &app.client_id,
        version_id: app.version_id.as_deref(),
        redirect_url: &app.redirect_url,
        scopes: &app.scopes,
        state: state.expose(),
        verifier: Some(verifier),
        in_same_window: true,
    }
}

/// Somebody who began in the marketplace brings no state (`facts/highlevel.md` 2.2), so nothing but
/// the settings says whose the connection is.
fn walked_in(
    walkins: Option<(&Walkins, ConnectionId)>,
    line_url: Option<String>,
    base_url: &str,
) -> Result<Matter, ConsentFailure> {
    let (walkins, connection) = walkins.ok_or(ConsentFailure::NobodyAsked)?;
    let tenant = Tenant { organization: walkins.organization.clone(), connection };
    let name = format!("highlevel {}", tenant.connection);
    Ok(Matter {
        asked: Asked { tenant, name, renews: false, actor: Actor::Hub },
        app: OAuthApp {
            base_url: base_url.to_owned(),
            client_id: walkins.app.client_id.clone(),
            client_secret: walkins.app.client_secret.clone(),
        },
        app_settings: app_settings(&walkins.app),
        redirect_url: walkins.app.redirect_url.clone(),
        verifier: None,
        line_url,
    })
}

/// The location or company that a profile is for.
fn place(profile: &ConnectionProfile) -> Option<Place> {
    let location = profile.setting(ConnectionProfile::LOCATION_ID);
    let company = profile.setting(ConnectionProfile::COMPANY_ID);
    match (location, company) {
        (Some(location), _) => Some(highlevel::LocationId::new(location).into()),
        (None, Some(company)) => Some(highlevel::CompanyId::new(company).into()),
        (None, None) => None,
    }
}

fn install(install: &Install) -> &'static str {
    match install {
        Install::Location => "location",
        Install::Bulk { .. } => "bulk",
        Install::Agency => "agency",
    }
}
