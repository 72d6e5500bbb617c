//! A link: what a connection's profile and credentials make of the client, as long as they stay the same.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Access, ConnectionProfile, CredentialKey, CredentialSummary, Storage, Tenant as Owner,
};
use endpoint::{Timer, Transport};
use highlevel::{
    Client, CompanyId, LocationId, Tenant,
    auth::{Installed, OAuth, OAuthApp, PrivateToken, TokenSource, TokenStore},
    ledger::CallLedger,
};
use jiff::Timestamp;

use super::{Broker, BrokerError, Configured, pair_store::PairStore, steady::Steady};
use crate::highlevel::address::base_url;

/// Stands for the account of a private token that nobody has named: HighLevel knows which it is.
const OF_THE_TOKEN: &str = "the token's";

/// A connection that calls can be made through.
pub(super) struct Link<T, C> {
    pub(super) client: Client<T, C>,
    pub(super) reach: Reach,
    /// The tokens, where they are refreshed.
    pub(super) oauth: Option<Arc<OAuth<T, C>>>,
}

/// Which accounts a connection reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This one alone.
    One(Tenant),
    /// A company, and the locations below it that have the app.
    Below(CompanyId),
    /// Whichever the token is for: nobody has said.
    Unknown,
}

impl Reach {
    /// The account of calls that name none.
    pub(super) fn own(&self) -> Tenant {
        match self {
            Self::One(tenant) => tenant.clone(),
            Self::Below(company) => Tenant::Company(company.clone()),
            Self::Unknown => LocationId::new(OF_THE_TOKEN).into(),
        }
    }

    pub(super) fn includes(&self, account: &Tenant) -> bool {
        match (self, account) {
            (Self::One(own), account) => own == account,
            (Self::Below(company), Tenant::Company(other)) => company == other,
            (Self::Below(_), Tenant::Location(_)) | (Self::Unknown, _) => true,
        }
    }
}

/// What a link was made of: it stays good as long as this does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    access: Access,
    url: Option<String>,
    settings: BTreeMap<String, String>,
    /// The credentials that are not refreshed, and when each was stored.
    stored: Vec<(String, Timestamp)>,
}

impl Ground {
    pub(super) fn of(profile: &ConnectionProfile, credentials: &[CredentialSummary]) -> Self {
        let lasting = credentials.iter().filter(|one| one.key.kind != CredentialKey::TOKEN_PAIR);
        Self {
            access: profile.access,
            url: profile.url.clone(),
            settings: profile.settings.clone(),
            stored: lasting.map(|one| (one.key.kind.clone(), one.stored_at)).collect(),
        }
    }
}

impl<S, T, C> Broker<S, T, C>
where
    S: Storage,
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    /// Links the connection that the settings describe.
    pub(super) fn link_configured(
        &self,
        configured: &Configured,
    ) -> Result<Link<T, C>, BrokerError> {
        let tokens = Arc::new(PrivateToken::new(configured.token.expose()));
        let reach = configured.account.clone().map_or(Reach::Unknown, Reach::One);
        self.link(Some(&configured.url), tokens, (self.shared.ledgers)(None), reach)
    }

    /// Links a stored connection.
    pub(super) async fn link_stored(
        &self,
        profile: &ConnectionProfile,
    ) -> Result<Link<T, C>, BrokerError> {
        match profile.access {
            Access::PrivateToken => self.link_private(profile).await,
            Access::OAuth => self.link_oauth(profile).await,
            Access::ApiKey | Access::Browser | Access::Open => {
                Err(BrokerError::Unknown(profile.tenant.connection.clone()))
            }
        }
    }

    async fn link_private(&self, profile: &ConnectionProfile) -> Result<Link<T, C>, BrokerError> {
        let token = self.open(&profile.tenant, CredentialKey::PRIVATE_TOKEN).await?;
        let location = profile.setting(ConnectionProfile::LOCATION_ID).map(LocationId::new);
        let company = profile.setting(ConnectionProfile::COMPANY_ID).map(CompanyId::new);
        let reach = match (location, company) {
            (Some(location), _) => Reach::One(location.into()),
            (None, Some(company)) => Reach::One(company.into()),
            (None, None) => Reach::Unknown,
        };
        let tokens = Arc::new(PrivateToken::new(token.expose()));
        self.link(profile.url.as_deref(), tokens, (self.shared.ledgers)(None), reach)
    }

    async fn link_oauth(&self, profile: &ConnectionProfile) -> Result<Link<T, C>, BrokerError> {
        let no_token = || BrokerError::NoToken(profile.tenant.connection.clone());
        let client_id = profile.setting(ConnectionProfile::CLIENT_ID).ok_or_else(no_token)?;
        let client_secret = self.open(&profile.tenant, CredentialKey::APP_SECRET).await?;
        let store = self.pair_store(&profile.tenant);
        let (pair, _) = store.read().await?.ok_or_else(no_token)?;
        let reach = match &pair.tenant {
            Tenant::Company(company) => Reach::Below(company.clone()),
            location @ Tenant::Location(_) => Reach::One(location.clone()),
        };
        let ledger = (self.shared.ledgers)(Some(client_id));
        let settings = self.settings(profile.url.as_deref(), Arc::clone(&ledger))?;
        let app = OAuthApp {
            base_url: settings.base_url.clone(),
            client_id: client_id.to_owned(),
            client_secret,
        };
        let store: Arc<dyn TokenStore> = Arc::new(store);
        let installed = Installed { app, pair, store };
        let (transport, timer) = (self.shared.token_transport.clone(), self.shared.timer.clone());
        let oauth = Arc::new(OAuth::new(transport, timer, installed, settings));
        let tasks = self.shared.tasks.clone();
        let tokens = Arc::new(Steady { oauth: Arc::clone(&oauth), tasks });
        let link = self.link(profile.url.as_deref(), tokens, ledger, reach)?;
        Ok(Link { oauth: Some(oauth), ..link })
    }

    fn pair_store(&self, tenant: &Owner) -> PairStore<S, C> {
        PairStore {
            store: self.shared.store.clone(),
            safe: self.shared.safe.clone(),
            timer: self.shared.timer.clone(),
            tenant: tenant.clone(),
            holder: self.next_holder(),
            actor: self.shared.actor.clone(),
            opened: Default::default(),
        }
    }

    fn link(
        &self,
        url: Option<&str>,
        tokens: Arc<dyn TokenSource>,
        ledger: Arc<dyn CallLedger>,
        reach: Reach,
    ) -> Result<Link<T, C>, BrokerError> {
        let settings = self.settings(url, ledger)?;
        let (transport, timer) = (self.shared.transport.clone(), self.shared.timer.clone());
        let client = Client::new(transport, timer, tokens, reach.own(), settings);
        Ok(Link { client, reach, oauth: None })
    }

    fn settings(
        &self,
        url: Option<&str>,
        ledger: Arc<dyn CallLedger>,
    ) -> Result<highlevel::Settings, BrokerError> {
        let defaults = highlevel::Settings::default();
        Ok(highlevel::Settings {
            base_url: base_url(url.unwrap_or(&defaults.base_url))?.to_owned(),
            jitter_seed: self.shared.jitter_seed,
            ledger: Some(ledger),
            ..defaults
        })
    }

    async fn open(&self, tenant: &Owner, kind: &str) -> Result<endpoint::Secret, BrokerError> {
        let key = CredentialKey::new(tenant, kind);
        let opened = self.shared.safe.open(&key, &self.shared.actor).await?;
        opened.ok_or_else(|| BrokerError::NoToken(tenant.connection.clone()))
    }
}
