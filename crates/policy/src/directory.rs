//! When an event comes in, then the directory says whose it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    Account, AccountKey, ApiKey, Connection, ConnectionId, Entity, Installation, InstallationKey,
    Listing, OrganizationId, Reading, Reason, Revision, Sender, Tenant,
};
use jiff::Timestamp;

/// What the settings say about whose events are whose.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The accounts that the settings name.
    pub accounts: Vec<Account>,
    /// The connections that the settings describe.
    pub connections: Vec<Connection>,
    /// The keys that the settings name, which nobody revokes.
    pub keys: Vec<ApiKey>,
    /// Whose the events of every other account are, where the hub takes them all.
    pub everybody: Option<Tenant>,
    /// The hub's own apps, by vendor. Of a vendor that is not here, every app counts as its own.
    pub apps: BTreeMap<String, BTreeSet<String>>,
}

/// Whose an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This tenant's.
    Owned(Tenant),
    /// Nobody's yet; it waits for its owner.
    Waiting(Reason),
    /// Nobody's for good: it names no account, or it tells the hub itself of an installation.
    Nobody,
    /// Another organization's than its sender's: it is refused.
    Foreign,
    /// One of several connections of its sender's organization, and nothing says which: it is refused,
    /// since as nobody's its organization would never see it.
    Ambiguous,
}

/// Who owns which account, and which of them still have an app of the hub's: a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    revision: Revision,
    everybody: Option<Tenant>,
    apps: BTreeMap<String, BTreeSet<String>>,
    accounts: HashMap<AccountKey, Tenant>,
    /// In order of their tenants.
    connections: Vec<(Tenant, String)>,
    companies: HashMap<AccountKey, String>,
    removed: HashMap<AccountKey, bool>,
}

impl Directory {
    /// The directory of a listing. Where settings and listing name one account, the settings win:
    /// whoever can write them owns the hub.
    #[must_use]
    pub fn new(rules: &Rules, listing: &Listing) -> Self {
        let stored = listing.accounts.iter().chain(&rules.accounts);
        let mut directory = Self {
            revision: listing.revision,
            everybody: rules.everybody.clone(),
            apps: rules.apps.clone(),
            accounts: stored.map(|one| (one.key.clone(), one.tenant.clone())).collect(),
            connections: connections(rules, listing),
            companies: HashMap::new(),
            removed: HashMap::new(),
        };
        let by_key: BTreeMap<&InstallationKey, &Installation> =
            listing.installations.iter().map(|one| (&one.key, one)).collect();
        for installation in &listing.installations {
            let account = &installation.key.account;
            if let Some(company) = &installation.company
                && *company != account.id
            {
                directory.companies.insert(account.clone(), company.clone());
            }
            // With two apps in one account, one that is installed is enough.
            let removed = is_removed(installation, &by_key);
            let known = directory.removed.entry(account.clone()).or_insert(true);
            *known = *known && removed;
        }
        directory
    }

    /// The listing's revision.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Whose an event is that its vendor has signed.
    #[must_use]
    pub fn standing(&self, reading: &Reading) -> Standing {
        let event = &reading.event;
        let is_ours = self.is_ours(&event.source, reading.app.as_deref());
        let tells_installation = event.kind.entity == Entity::App;
        // Other events may name a company in which the hub was never installed at their location.
        let company = reading.company.as_deref().filter(|_| tells_installation);
        let owner = event
            .account
            .as_deref()
            .and_then(|account| self.owner(&AccountKey::new(&event.source, account), company));
        match (&event.account, owner) {
            (Some(_), _) if !is_ours => Standing::Waiting(Reason::OtherApp),
            // It concerns the hub itself, whoever the account belongs to and however it stands.
            _ if tells_installation => {
                owner.or(self.everybody.as_ref()).map_or(Standing::Nobody, owned)
            }
            (Some(account), Some(tenant)) => {
                match self.is_removed(&AccountKey::new(&event.source, account)) {
                    true if self.everybody.is_none() => Standing::Waiting(Reason::NotConnected),
                    _ => owned(tenant),
                }
            }
            (account, None) => match (&self.everybody, account) {
                (Some(everybody), _) => owned(everybody),
                (None, Some(_)) => Standing::Waiting(Reason::NotConnected),
                (None, None) => Standing::Nobody,
            },
            (None, Some(tenant)) => owned(tenant),
        }
    }

    /// Whose an event is that came from this sender, about an account of this vendor.
    ///
    /// Only a vendor speaks of every account. Whoever holds a key speaks for its organization, so
    /// what it sends belongs there whatever account the body names, and is refused where that
    /// account is known to be somebody else's.
    #[must_use]
    pub fn standing_from(&self, sender: &Sender, vendor: &str, reading: &Reading) -> Standing {
        let Some(organization) = sender.organization() else {
            return self.standing(reading);
        };
        let owner = reading.event.account.as_deref().and_then(|account| {
            self.owner(&AccountKey::new(vendor, account), reading.company.as_deref())
        });
        match (sender, owner) {
            (_, Some(owner)) if owner.organization != *organization => Standing::Foreign,
            (Sender::Connection(tenant), _) => owned(tenant),
            (_, Some(owner)) => owned(owner),
            (_, None) => {
                let mut own = self.connections_of(organization, vendor);
                match (own.next(), own.next()) {
                    (Some(only), None) => owned(only),
                    _ => Standing::Ambiguous,
                }
            }
        }
    }

    /// The connections of an organization to a vendor, in their order.
    pub fn connections_of<'a>(
        &'a self,
        organization: &'a OrganizationId,
        vendor: &'a str,
    ) -> impl Iterator<Item = &'a Tenant> {
        let its = move |(tenant, its): &&(Tenant, String)| {
            tenant.organization == *organization && its == vendor
        };
        self.connections.iter().filter(its).map(|(tenant, _)| tenant)
    }

    /// The connection to a vendor with this id; none where no organization has it, or where two do.
    #[must_use]
    pub fn connection(&self, id: &ConnectionId, vendor: &str) -> Option<&Tenant> {
        let is_it = |(tenant, its): &&(Tenant, String)| tenant.connection == *id && its == vendor;
        let mut found = self.connections.iter().filter(is_it);
        match (found.next(), found.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        }
    }

    /// Every connection, in the order of their tenants.
    pub fn connections(&self) -> impl Iterator<Item = &Tenant> {
        self.connections.iter().map(|(tenant, _)| tenant)
    }

    /// Whose the events of an account are that were sent for an app; none while they have to wait.
    #[must_use]
    pub fn heir(&self, account: &AccountKey, app: Option<&str>) -> Option<&Tenant> {
        if !self.is_ours(&account.vendor, app) {
            return None;
        }
        match self.owner(account, None) {
            Some(_) if self.everybody.is_none() && self.is_removed(account) => None,
            Some(owner) => Some(owner),
            None => self.everybody.as_ref(),
        }
    }

    /// Whose an account is: its own owner's, else that of its company.
    fn owner(&self, account: &AccountKey, company: Option<&str>) -> Option<&Tenant> {
        self.accounts.get(account).or_else(|| {
            let company = company.or_else(|| self.companies.get(account).map(String::as_str))?;
            self.accounts.get(&AccountKey::new(&account.vendor, company))
        })
    }

    /// Whether every app of the hub's was removed from the account. Where none was ever told of, the
    /// word of whoever connected it stands.
    fn is_removed(&self, account: &AccountKey) -> bool {
        self.removed.get(account).copied().unwrap_or_default()
    }

    fn is_ours(&self, vendor: &str, app: Option<&str>) -> bool {
        match (self.apps.get(vendor), app) {
            (Some(ours), Some(app)) => ours.is_empty() || ours.contains(app),
            (None, _) | (_, None) => true,
        }
    }
}

fn connections(rules: &Rules, listing: &Listing) -> Vec<(Tenant, String)> {
    let all = listing.connections.iter().chain(&rules.connections);
    let by_tenant: BTreeMap<Tenant, String> =
        all.map(|one| (one.tenant.clone(), one.vendor.clone())).collect();
    by_tenant.into_iter().collect()
}

fn owned(tenant: &Tenant) -> Standing {
    Standing::Owned(tenant.clone())
}

/// Whether an installation is gone: by its own removal, or by a later one of its company's
/// (`facts/highlevel.md` 7.4).
fn is_removed(
    installation: &Installation,
    all: &BTreeMap<&InstallationKey, &Installation>,
) -> bool {
    let removed_at = |one: &Installation| -> Option<Timestamp> {
        (one.installed == Some(false)).then_some(one.state_at).flatten()
    };
    let company = installation.company.as_deref().and_then(|company| {
        let account = AccountKey::new(&installation.key.account.vendor, company);
        all.get(&InstallationKey { app: installation.key.app.clone(), account })
    });
    let company_removed_at = company.and_then(|company| removed_at(company));
    removed_at(installation).is_some()
        || company_removed_at.is_some_and(|at| installation.state_at.is_none_or(|own| own < at))
}

#[cfg(test)]
mod tests;
