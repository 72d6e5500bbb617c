//! The broker: gives clients of connections to HighLevel, and keeps their tokens fresh.
//!
//! It is the only place where a stored credential becomes a client. One broker in a process has one
//! client for each connection, so that its calls share a budget and its tokens are refreshed once;
//! brokers of other processes on the same store take turns with it.

mod error;
mod link;
mod pair_store;
mod steady;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{
    Access, AccountKey, Actor, Budgets, ConnectionProfile, Revision, Standing, Storage,
    Tenant as Owner,
};
use endpoint::{Secret, Timer, Transport};
use highlevel::{Client, Tenant, auth::TokenSource as _, ledger::CallLedger};

pub use self::error::BrokerError;
use self::{
    link::{Ground, Link, Reach},
    steady::Tasks,
};
use super::{HighLevel, SharedLedger, snapshot::Snapshots};
use crate::Safe;

/// Gives clients of connections. Cheap to clone; clones share them.
pub struct Broker<S, T, C> {
    shared: Arc<Shared<S, T, C>>,
}

/// What a broker is made of.
pub struct BrokerParts<S, T, C, B> {
    /// Where connections, credentials and leases are.
    pub store: S,
    /// Opens and seals the credentials of that store.
    pub safe: Safe<S>,
    /// What has been spent of HighLevel's limits.
    pub budgets: B,
    /// Carries calls.
    pub transport: T,
    /// Carries refreshes and exchanges. No call of it may take longer than
    /// [`TOKEN_CALL_TIMEOUT`].
    pub token_transport: T,
    /// Tells the time.
    pub timer: C,
    /// In whose name credentials are opened.
    pub actor: Actor,
    /// Names this process among all on the store, such as by random digits.
    pub process: String,
    /// Decides how repetitions spread; another one in each process.
    pub jitter_seed: u64,
    /// The connection that the settings describe, where they do. A stored one with its id counts
    /// more.
    pub configured: Option<Configured>,
}

/// How long one call for a token may take, so that it ends before the turn to refresh does.
pub const TOKEN_CALL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(8);

/// A connection that the settings describe: a private token.
#[derive(Clone, Debug)]
pub struct Configured {
    /// Which connection.
    pub tenant: Owner,
    /// The address of the API.
    pub url: String,
    /// The token.
    pub token: Secret,
    /// The location or company that it is for, where the settings name it.
    pub account: Option<Tenant>,
}

struct Shared<S, T, C> {
    snapshots: Snapshots<S>,
    store: S,
    safe: Safe<S>,
    ledgers: Ledgers,
    transport: T,
    token_transport: T,
    timer: C,
    actor: Actor,
    process: String,
    jitter_seed: u64,
    configured: Option<Configured>,
    links: Mutex<HashMap<Owner, Kept<T, C>>>,
    /// One at a time makes links, so that no connection has two.
    making: tokio::sync::Mutex<()>,
    tasks: Tasks,
    holders: AtomicU64,
}

/// The ledger of an app's calls by its client id, or that of private tokens.
type Ledgers = Box<dyn Fn(Option<&str>) -> Arc<dyn CallLedger> + Send + Sync>;

/// A link, and up to when it is known to be good.
struct Kept<T, C> {
    link: Arc<Link<T, C>>,
    /// None for what the settings describe.
    ground: Option<Ground>,
    standing: Standing,
    revision: Revision,
}

impl<S, T, C> Broker<S, T, C>
where
    S: Storage,
    T: Transport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    /// A broker over these parts. Nothing is read or sent.
    #[must_use]
    pub fn new<B: Budgets + Clone + 'static>(parts: BrokerParts<S, T, C, B>) -> Self {
        let budgets = parts.budgets;
        let ledgers: Ledgers = Box::new(move |client_id| match client_id {
            Some(client_id) => Arc::new(SharedLedger::for_app(client_id, budgets.clone())),
            None => Arc::new(SharedLedger::for_private_tokens(budgets.clone())),
        });
        let shared = Shared {
            snapshots: Snapshots::new(parts.store.clone()),
            store: parts.store,
            safe: parts.safe,
            ledgers,
            transport: parts.transport,
            token_transport: parts.token_transport,
            timer: parts.timer,
            actor: parts.actor,
            process: parts.process,
            jitter_seed: parts.jitter_seed,
            configured: parts.configured,
            links: Mutex::default(),
            making: tokio::sync::Mutex::default(),
            tasks: Tasks::default(),
            holders: AtomicU64::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The client of a connection, on behalf of a location or company that it reaches and that no other
    /// connection has, or of its own account. Nothing is sent: a token is fetched where a call needs one.
    ///
    /// A change of the connection counts from the next client on.
    ///
    /// # Errors
    /// Where calls cannot be made through the connection at all, and [`BrokerError`] says why. What
    /// HighLevel refuses shows in the call.
    pub async fn client(
        &self,
        connection: &Owner,
        account: Option<&Tenant>,
    ) -> Result<Client<T, C>, BrokerError> {
        let (link, standing) = self.linked(connection).await?;
        let account = account.cloned().unwrap_or_else(|| link.reach.own());
        if !link.reach.includes(&account) {
            let connection = connection.connection.clone();
            return Err(BrokerError::OtherAccount { connection, account });
        }
        if !matches!(link.reach, Reach::One(_)) && self.is_anothers(connection, &account).await? {
            let connection = connection.connection.clone();
            return Err(BrokerError::OtherAccount { connection, account });
        }
        match (standing, &link.oauth) {
            (Standing::NeedsConsent { since, reason }, Some(oauth))
                if self.shared.timer.now() >= oauth.pair().expires_at =>
            {
                let connection = connection.connection.clone();
                Err(BrokerError::NeedsConsent { connection, since, reason })
            }
            _ => Ok(link.client.for_tenant(account)),
        }
    }

    /// Refreshes what is due, of every connection, also of those that nobody calls through: a
    /// refresh token that is not used for a year is lost. What fails is told where it happens.
    ///
    /// # Errors
    /// Where the connections cannot be read.
    pub async fn tend(&self) -> Result<Tended, BrokerError> {
        let mut tended = Tended::default();
        for profile in self.shared.store.profiles(None).await? {
            if profile.access != Access::OAuth {
                continue;
            }
            tended.connections += 1;
            if let Ok((link, _)) = self.linked(&profile.tenant).await
                && let Some(oauth) = &link.oauth
            {
                let steady =
                    steady::Steady { oauth: Arc::clone(oauth), tasks: self.shared.tasks.clone() };
                // The store has been told what failed.
                drop(steady.access(&oauth.tenant()).await);
            }
        }
        let profiles = self.shared.store.profiles(None).await?;
        let needs = |profile: &&ConnectionProfile| profile.standing != Standing::Ready;
        tended.need_consent = profiles.iter().filter(needs).count();
        Ok(tended)
    }

    /// Waits until every refresh that is under way has ended.
    pub async fn settle(&self) {
        self.shared.tasks.settle().await;
    }

    /// The link of a connection as it stands now.
    async fn linked(&self, connection: &Owner) -> Result<(Arc<Link<T, C>>, Standing), BrokerError> {
        let revision = self.shared.store.revision().await?;
        if let Some(found) = self.known(connection, revision) {
            return Ok(found);
        }
        let _one = self.shared.making.lock().await;
        if let Some(found) = self.known(connection, revision) {
            return Ok(found);
        }
        let Some(profile) = self.shared.store.profile(connection).await? else {
            return self.configured(connection, revision);
        };
        let (organization, id) = (&connection.organization, Some(&connection.connection));
        let credentials = self.shared.store.credentials(organization, id).await?;
        let ground = Some(Ground::of(&profile, &credentials));
        let known = self
            .links()
            .get(connection)
            .map(|kept| (Arc::clone(&kept.link), kept.ground == ground));
        let link = match known {
            Some((link, true)) if self.take_up(&link).await => link,
            _ => match self.link_stored(&profile).await {
                Ok(link) => Arc::new(link),
                Err(error) => {
                    self.links().remove(connection);
                    return Err(error);
                }
            },
        };
        Ok(self.keep(connection, Kept { link, ground, standing: profile.standing, revision }))
    }

    /// Whether an account was given to another connection. A company's token reaches every location
    /// below it, whoever connected that, and HighLevel would answer.
    async fn is_anothers(&self, connection: &Owner, account: &Tenant) -> Result<bool, BrokerError> {
        let id = match account {
            Tenant::Location(location) => location.as_str(),
            Tenant::Company(company) => company.as_str(),
        };
        let known = self.shared.snapshots.now().await?;
        let is_it = |key: &AccountKey| key.vendor == HighLevel::NAME && key.id == id;
        let owner = known.listing.accounts.iter().find(|account| is_it(&account.key));
        Ok(owner.is_some_and(|owner| owner.tenant != *connection))
    }

    /// Looks whether another pair was stored; whether the link still fits.
    async fn take_up(&self, link: &Link<T, C>) -> bool {
        let Some(oauth) = &link.oauth else { return true };
        let own = oauth.tenant();
        oauth.look().await.is_ok() && oauth.tenant() == own
    }

    fn configured(
        &self,
        connection: &Owner,
        revision: Revision,
    ) -> Result<(Arc<Link<T, C>>, Standing), BrokerError> {
        let described =
            self.shared.configured.as_ref().filter(|described| described.tenant == *connection);
        let Some(described) = described else {
            self.links().remove(connection);
            return Err(BrokerError::Unknown(connection.connection.clone()));
        };
        if described.token.is_empty() {
            return Err(BrokerError::NoToken(connection.connection.clone()));
        }
        let known = self
            .links()
            .get(connection)
            .filter(|kept| kept.ground.is_none())
            .map(|kept| Arc::clone(&kept.link));
        let link = match known {
            Some(link) => link,
            None => Arc::new(self.link_configured(described)?),
        };
        let kept = Kept { link, ground: None, standing: Standing::Ready, revision };
        Ok(self.keep(connection, kept))
    }

    fn known(&self, connection: &Owner, revision: Revision) -> Option<(Arc<Link<T, C>>, Standing)> {
        let links = self.links();
        let kept = links.get(connection).filter(|kept| kept.revision >= revision)?;
        Some((Arc::clone(&kept.link), kept.standing.clone()))
    }

    fn keep(&self, connection: &Owner, kept: Kept<T, C>) -> (Arc<Link<T, C>>, Standing) {
        let found = (Arc::clone(&kept.link), kept.standing.clone());
        self.links().insert(connection.clone(), kept);
        found
    }

    fn next_holder(&self) -> String {
        let number = self.shared.holders.fetch_add(1, Ordering::Relaxed);
        format!("{}/{number}", self.shared.process)
    }

    fn links(&self) -> MutexGuard<'_, HashMap<Owner, Kept<T, C>>> {
        self.shared.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What looking after all connections found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// How many have tokens that are refreshed.
    pub connections: usize,
    /// How many can make no calls until a person agrees again.
    pub need_consent: usize,
}

impl<S, T, C> Clone for Broker<S, T, C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

#[cfg(test)]
mod tests;
