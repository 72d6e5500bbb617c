//! Clients of the RepairShopr accounts that are connected: address from the profile, key from the safe.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    Access, Actor, Audit, BoxFuture, ConnectionProfile, Connections, CredentialKey, Credentials,
    Profiles, Revision, Tenant,
};
use endpoint::{Timer, Transport};
use repairshopr::{AddressBudget, Client, Settings};

use super::RepairShopr;
use crate::Safe;

/// What is told where the store fails.
const UNREAD: &str = "the connections cannot be read; the hub's log says more";

/// Gives clients of connected accounts.
pub trait ShopClients<T, C>: Send + Sync {
    /// The client of a connection. Nothing is sent for it.
    ///
    /// # Errors
    /// A sentence that says what to do.
    fn client<'a>(&'a self, tenant: &'a Tenant) -> BoxFuture<'a, Result<Client<T, C>, String>>;

    /// The connections to a shop that calls can be made through, in order.
    ///
    /// # Errors
    /// A sentence that says what to do.
    fn shops(&self) -> BoxFuture<'_, Result<Vec<Tenant>, String>>;
}

/// What clients are made with.
pub struct StoredShops<S, T, C> {
    /// Where profiles are kept.
    pub store: S,
    /// Where keys are.
    pub safe: Safe<S>,
    /// How calls are sent.
    pub transport: T,
    /// How time is told.
    pub timer: C,
    /// What all calls from this machine's address are counted by.
    pub budget: AddressBudget,
    /// In whose name keys are taken out.
    pub actor: Actor,
}

/// Clients of what a store keeps, each made once until something about connections changes.
pub struct Shops<S, T, C> {
    parts: StoredShops<S, T, C>,
    known: Mutex<Known<T, C>>,
}

/// The clients, each with the revision of connections at which it was made.
type Known<T, C> = BTreeMap<Tenant, (Revision, Client<T, C>)>;

impl<S, T, C> Shops<S, T, C>
where
    S: Profiles + Connections + Credentials + Audit + Send + Sync,
    T: Transport + Clone,
    C: Timer + Clone,
{
    /// Clients of these parts. Nothing is sent.
    #[must_use]
    pub fn new(parts: StoredShops<S, T, C>) -> Arc<Self> {
        Arc::new(Self { parts, known: Mutex::default() })
    }

    async fn made(&self, tenant: &Tenant) -> Result<Client<T, C>, String> {
        let failed = |_| UNREAD.to_owned();
        let revision = self.parts.store.revision().await.map_err(failed)?;
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(tenant).filter(|(at, _)| *at == revision).map(|(_, client)| client.clone())
        };
        if let Some(client) = known {
            return Ok(client);
        }
        let profile = self.parts.store.profile(tenant).await.map_err(failed)?;
        let again = "connect it again: `highwire connect repairshopr`";
        let profile = profile.ok_or_else(|| format!("nothing is stored to call with; {again}"))?;
        let key = CredentialKey::new(tenant, CredentialKey::API_KEY);
        let opened = self.parts.safe.open(&key, &self.parts.actor).await;
        let key = opened
            .map_err(|error| format!("its key cannot be opened: {error}"))?
            .ok_or_else(|| format!("no key is stored; {again}"))?;
        let subdomain = profile.setting(ConnectionProfile::SUBDOMAIN).unwrap_or_default();
        let url = profile.url.clone().or_else(|| repairshopr::base_url(subdomain));
        let url = url.ok_or_else(|| format!("its address is not known; {again}"))?;
        let (transport, timer) = (self.parts.transport.clone(), self.parts.timer.clone());
        let settings = Settings::new(url, key);
        let client = Client::new(transport, timer, settings, self.parts.budget.clone());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(tenant.clone(), (revision, client.clone()));
        Ok(client)
    }
}

impl<S, T, C> ShopClients<T, C> for Shops<S, T, C>
where
    S: Profiles + Connections + Credentials + Audit + Send + Sync,
    T: Transport + Clone,
    C: Timer + Clone,
{
    fn client<'a>(&'a self, tenant: &'a Tenant) -> BoxFuture<'a, Result<Client<T, C>, String>> {
        Box::pin(self.made(tenant))
    }

    fn shops(&self) -> BoxFuture<'_, Result<Vec<Tenant>, String>> {
        Box::pin(async move {
            let store = &self.parts.store;
            let all = store.listing().await.map_err(|_| UNREAD.to_owned())?.connections;
            let profiles = store.profiles(None).await.map_err(|_| UNREAD.to_owned())?;
            let can_call = |tenant: &Tenant| {
                let profile = profiles.iter().find(|profile| profile.tenant == *tenant);
                profile.is_some_and(|profile| profile.access == Access::ApiKey)
            };
            let shops = all.into_iter().filter(|it| it.vendor == RepairShopr::NAME);
            Ok(shops.map(|shop| shop.tenant).filter(can_call).collect())
        })
    }
}
