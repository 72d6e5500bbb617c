//! Carries out what installations mean for connections: accounts come and go, and tokens are given up.

use std::collections::BTreeSet;

use domain::{
    Access, AccountKey, Actor, ConnectionProfile, CredentialKey, NewAudit, Outcome, Standing,
    Storage, StorageError, Tenant,
};
use endpoint::{Timer, Transport};
use highlevel::{CompanyId, Error};

use super::{account, granted::installed_locations};
use crate::{
    Connecting, SafeError,
    highlevel::{Broker, BrokerError},
};

/// Why a connection stands still whose app was removed.
const REMOVED: &str = "the app was removed at HighLevel";

/// Carries it out. Cheap to clone.
#[derive(Clone)]
pub struct Installs<S> {
    store: S,
    connecting: Connecting<S>,
}

/// A connection that stands on an installed app, as its profile tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The connection.
    pub tenant: Tenant,
    /// The app's id.
    pub app: String,
    /// The account that its tokens are for.
    pub own: AccountKey,
    /// Whether locations come with it.
    pub is_bulk: bool,
}

/// Why something was not carried out; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum InstallsError {
    /// The store failed.
    #[error("the store did not work")]
    Storage(#[from] StorageError),
    /// The tokens could not be removed.
    #[error("the tokens could not be removed")]
    Safe(#[from] SafeError),
    /// No calls can be made through the connection.
    #[error("the connection makes no calls")]
    Broker(#[from] BrokerError),
    /// The list of installations was not read.
    #[error("the list of installations was not read")]
    Asked(#[from] Error),
}

impl<S: Storage> Installs<S> {
    /// Works on this store.
    #[must_use]
    pub fn new(store: S, connecting: Connecting<S>) -> Self {
        Self { store, connecting }
    }

    /// Every connection that stands on an installed app and has its tokens.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn installed(&self) -> Result<Vec<Installed>, StorageError> {
        let profiles = self.store.profiles(None).await?;
        Ok(profiles.iter().filter_map(installed).collect())
    }

    /// Gives an account to a connection; whether it is its own now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connect(&self, tenant: &Tenant, key: &AccountKey) -> Result<bool, InstallsError> {
        let is_its = self.connecting.connect(tenant, key.clone()).await?;
        if is_its {
            self.note(tenant, "account.connected", key, "the app was installed").await?;
        }
        Ok(is_its)
    }

    /// Takes an account from a connection, since the app was removed there: its token is worth
    /// nothing any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn disconnect(&self, tenant: &Tenant, key: &AccountKey) -> Result<(), InstallsError> {
        if self.store.disconnect_account(tenant, key).await? {
            self.note(tenant, "token.revoked", key, REMOVED).await?;
        }
        Ok(())
    }

    /// Takes everything from a connection whose app was removed: accounts and tokens. What a person
    /// needs to agree again stays.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke(&self, installed: &Installed) -> Result<(), InstallsError> {
        let tenant = &installed.tenant;
        let pair = CredentialKey::new(tenant, CredentialKey::TOKEN_PAIR);
        self.connecting.safe().remove(&pair, &Actor::Hub).await?;
        let now = self.connecting.now();
        let standing = Standing::NeedsConsent { since: now, reason: REMOVED.to_owned() };
        self.store.set_standing(tenant, standing, now).await?;
        self.note(tenant, "token.revoked", &installed.own, REMOVED).await?;
        // The account that tells of the removal goes last: until then this is begun anew.
        let listing = self.store.listing().await?;
        let own = listing.accounts.iter().filter(|one| one.tenant == *tenant);
        let mut keys: Vec<&AccountKey> = own.map(|one| &one.key).collect();
        keys.sort_by_key(|key| **key == installed.own);
        for key in keys {
            self.store.disconnect_account(tenant, key).await?;
        }
        Ok(())
    }

    /// The locations that have the app, as HighLevel lists them for the company.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn list<T, C>(
        &self,
        broker: &Broker<S, T, C>,
        installed: &Installed,
    ) -> Result<BTreeSet<AccountKey>, InstallsError>
    where
        T: Transport + Clone + 'static,
        C: Timer + Clone + 'static,
    {
        let client = broker.client(&installed.tenant, None).await?;
        let company = CompanyId::new(&installed.own.id);
        let ids = installed_locations(&client, &company, &installed.app).await?;
        Ok(ids.iter().map(|id| account(id)).collect())
    }

    async fn note(
        &self,
        tenant: &Tenant,
        act: &str,
        key: &AccountKey,
        why: &str,
    ) -> Result<(), StorageError> {
        let noted = NewAudit {
            at: self.connecting.now(),
            organization: Some(tenant.organization.clone()),
            connection: Some(tenant.connection.clone()),
            actor: Actor::Hub,
            act: act.to_owned(),
            outcome: Outcome::Done,
            subject: Some(key.id.clone()),
            detail: Some(why.to_owned()),
        };
        self.store.note_audit(vec![noted]).await
    }
}

fn installed(profile: &ConnectionProfile) -> Option<Installed> {
    if profile.access != Access::OAuth || profile.standing != Standing::Ready {
        return None;
    }
    let client_id = profile.setting(ConnectionProfile::CLIENT_ID)?;
    let location = profile.setting(ConnectionProfile::LOCATION_ID);
    let own = location.or_else(|| profile.setting(ConnectionProfile::COMPANY_ID))?;
    Some(Installed {
        tenant: profile.tenant.clone(),
        app: client_id.split('-').next().unwrap_or_default().to_owned(),
        own: account(own),
        is_bulk: profile.setting(ConnectionProfile::INSTALL) == Some("bulk"),
    })
}
