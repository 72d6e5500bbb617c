//! The connections that calls can go through, as the caller sees them.

use std::collections::BTreeSet;

use domain::{
    Access, ConnectionId, ConnectionProfile, Connections, Profiles, Realm, StorageError, Tenant,
};

use super::{Described, allow::Allowlist};
use crate::highlevel::{HighLevel, snapshot::Snapshots};

/// The setting of a connection that says what may be called through it, in place of the hub's.
const ALLOW: &str = "proxy_allow";

/// A connection, and what a call through it can be about.
#[derive(Clone, Debug)]
pub(super) struct Connected {
    pub(super) tenant: Tenant,
    pub(super) access: Access,
    /// Every account that it has.
    pub(super) accounts: BTreeSet<String>,
    /// The location that counts where a call names none.
    pub(super) location: Option<String>,
    /// The agency, where it has one.
    pub(super) company: Option<String>,
    /// What may be called through it, where it says so itself; `Err` where nobody can read that.
    pub(super) allow: Option<Result<Allowlist, String>>,
    /// The host under which its people know the application.
    pub(super) white_label_host: Option<String>,
}

/// Finds connections.
pub(super) struct Directory<S> {
    snapshots: Snapshots<S>,
    described: Option<Described>,
}

impl<S: Connections + Profiles> Directory<S> {
    pub(super) fn new(store: S, described: Option<Described>) -> Self {
        Self { snapshots: Snapshots::new(store), described }
    }

    /// The connection with this id that the realm holds. For the whole installation, the only one of
    /// that id.
    pub(super) async fn find(
        &self,
        realm: &Realm,
        id: &str,
    ) -> Result<Option<Connected>, StorageError> {
        let snapshot = self.snapshots.now().await?;
        let listing = &snapshot.listing;
        let wanted = ConnectionId::new(id);
        let is_it = |tenant: &&Tenant| tenant.connection == wanted && realm.holds(Some(tenant));
        let stored = listing.connections.iter().filter(|it| it.vendor == HighLevel::NAME);
        let stored = stored.map(|connection| &connection.tenant).filter(is_it);
        let described = self.described.as_ref().map(|described| &described.tenant).filter(is_it);
        let found: BTreeSet<&Tenant> = stored.chain(described).collect();
        let (Some(tenant), 1) = (found.first(), found.len()) else { return Ok(None) };
        let profile = snapshot.profiles.iter().find(|profile| profile.tenant == **tenant);
        let mut connected = match profile {
            Some(profile) => Connected::of(profile),
            None => Connected::bare((*tenant).clone()),
        };
        let own = listing.accounts.iter().filter(|account| account.tenant == connected.tenant);
        let own = own.filter(|account| account.key.vendor == HighLevel::NAME);
        connected.accounts.extend(own.map(|account| account.key.id.clone()));
        if let Some(described) = self.described.as_ref().filter(|it| it.tenant == **tenant) {
            connected.add(described);
        }
        Ok(Some(connected))
    }
}

impl Connected {
    fn bare(tenant: Tenant) -> Self {
        Self {
            tenant,
            access: Access::PrivateToken,
            accounts: BTreeSet::new(),
            location: None,
            company: None,
            allow: None,
            white_label_host: None,
        }
    }

    fn of(profile: &ConnectionProfile) -> Self {
        let setting = |name| profile.setting(name).map(str::to_owned);
        let location = setting(ConnectionProfile::LOCATION_ID);
        let company = setting(ConnectionProfile::COMPANY_ID);
        let allow = profile
            .setting(ALLOW)
            .map(|list| list.parse::<Allowlist>().map_err(|error| error.to_string()));
        Self {
            accounts: location.iter().chain(&company).cloned().collect(),
            white_label_host: setting(ConnectionProfile::WHITE_LABEL_HOST),
            access: profile.access,
            tenant: profile.tenant.clone(),
            location,
            company,
            allow,
        }
    }

    fn add(&mut self, described: &Described) {
        self.accounts.extend(described.accounts.iter().cloned());
        self.location = self.location.take().or_else(|| described.location.clone());
        self.company = self.company.take().or_else(|| described.company.clone());
    }

    /// The location that a call is for which names none: the connection's own, or its only one.
    pub(super) fn usual_location(&self) -> Option<&str> {
        let mut locations = self.accounts.iter().filter(|it| Some(*it) != self.company.as_ref());
        let only = match (locations.next(), locations.next()) {
            (Some(only), None) => Some(only.as_str()),
            _ => None,
        };
        self.location.as_deref().or(only)
    }
}
