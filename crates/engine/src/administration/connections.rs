//! The links of an organization to vendors, with their accounts.

use domain::{
    Account, AccountKey, ApiKey, Connection, OrganizationId, Storage, StorageError, Tenant,
};

use super::{Administration, Refused};

/// What the settings describe: it is there without being stored, and counts more.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// The connections.
    pub connections: Vec<Connection>,
    /// The accounts that they name.
    pub accounts: Vec<Account>,
}

/// A connection with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The connection.
    pub connection: Connection,
    /// The ids of its accounts at the vendor, in order.
    pub accounts: Vec<String>,
    /// Whether the settings describe it, so that nobody can change it here.
    pub is_described: bool,
}

impl<S: Storage> Administration<'_, S> {
    /// The connections of an organization that they can see, in order of id.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn connections(
        &self,
        organization: &OrganizationId,
        described: &Described,
    ) -> Result<Vec<Held>, StorageError> {
        let listing = self.store.listing().await?;
        let stored: Vec<_> = listing.connections;
        let others = described
            .connections
            .iter()
            .filter(|one| stored.iter().all(|known| known.tenant != one.tenant));
        let all = stored.iter().map(|one| (one, false)).chain(others.map(|one| (one, true)));
        let realm = &self.by.principal.realm;
        let own = all.filter(|(one, _)| {
            one.tenant.organization == *organization && realm.holds(Some(&one.tenant))
        });
        let accounts = |tenant: &Tenant| {
            let all = described.accounts.iter().chain(&listing.accounts);
            let mut ids: Vec<_> =
                all.filter(|one| one.tenant == *tenant).map(|one| one.key.id.clone()).collect();
            ids.sort();
            ids.dedup();
            ids
        };
        let mut held: Vec<_> = own
            .map(|(one, is_described)| Held {
                connection: one.clone(),
                accounts: accounts(&one.tenant),
                is_described,
            })
            .collect();
        held.sort_by(|one, other| one.connection.tenant.cmp(&other.connection.tenant));
        Ok(held)
    }

    /// Removes a connection with its accounts and credentials, and revokes the API keys that are
    /// bound to it; how many those were.
    ///
    /// The keys go first: where this is cut off, none is left that opens something of a connection
    /// which is gone.
    ///
    /// # Errors
    /// Where there is none, or the settings describe it.
    pub async fn remove_connection(
        &self,
        tenant: &Tenant,
        described: &Described,
    ) -> Result<usize, Refused> {
        if self.held(tenant, described).await?.is_described {
            return Err(Refused::DescribedConnection(tenant.connection.clone()));
        }
        let Tenant { organization, connection } = tenant;
        let keys = self.store.api_keys(organization).await?;
        let is_its =
            |key: &&ApiKey| key.connection.as_ref() == Some(connection) && key.revoked_at.is_none();
        let mut revoked = 0;
        for key in keys.iter().filter(is_its) {
            self.revoke_key(organization, &key.id).await?;
            revoked += 1;
        }
        if !self.store.remove_connection(tenant).await? {
            return Err(Refused::NoConnection(connection.clone()));
        }
        let act = ("connection.removed", connection.as_str());
        self.note(Some(organization), act, Some(connection)).await?;
        Ok(revoked)
    }

    /// Gives an account to a connection, and what waited for it comes in.
    ///
    /// # Errors
    /// Where there is no such connection, or another has the account.
    pub async fn connect_account(
        &self,
        tenant: &Tenant,
        id: &str,
        described: &Described,
    ) -> Result<(), Refused> {
        let vendor = self.held(tenant, described).await?.connection.vendor;
        let key = AccountKey::new(&vendor, id);
        let is_named = described.accounts.iter().any(|one| one.key == key && one.tenant != *tenant);
        if is_named {
            return Err(Refused::AccountDescribed(id.to_owned()));
        }
        let account = Account { key, tenant: tenant.clone(), connected_at: self.now };
        if !self.store.connect_account(account).await? {
            return Err(Refused::AccountTaken(id.to_owned()));
        }
        let act = ("account.connected", id);
        Ok(self.note(Some(&tenant.organization), act, Some(&tenant.connection)).await?)
    }

    /// Takes an account from a connection: what comes from now on waits.
    ///
    /// # Errors
    /// Where the connection has it not, or the settings name it.
    pub async fn disconnect_account(
        &self,
        tenant: &Tenant,
        id: &str,
        described: &Described,
    ) -> Result<(), Refused> {
        let vendor = self.held(tenant, described).await?.connection.vendor;
        let key = AccountKey::new(&vendor, id);
        if !self.store.disconnect_account(tenant, &key).await? {
            return Err(Refused::NoAccount(id.to_owned()));
        }
        let act = ("account.disconnected", id);
        Ok(self.note(Some(&tenant.organization), act, Some(&tenant.connection)).await?)
    }

    async fn held(&self, tenant: &Tenant, described: &Described) -> Result<Held, Refused> {
        let all = self.connections(&tenant.organization, described).await?;
        let found = all.into_iter().find(|held| held.connection.tenant == *tenant);
        found.ok_or_else(|| Refused::NoConnection(tenant.connection.clone()))
    }
}
