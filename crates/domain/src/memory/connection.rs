//! Connections in memory: maps that count their changes.

use std::collections::BTreeMap;

use super::Memory;
use crate::{
    Account, AccountKey, Connection, ConnectionProfile, Connections, Installation, InstallationKey,
    Listing, OrganizationId, Revision, StorageError, Tenant,
};

#[derive(Default)]
pub(super) struct ConnectionState {
    pub(super) revision: Revision,
    pub(super) connections: BTreeMap<Tenant, Connection>,
    pub(super) profiles: BTreeMap<Tenant, ConnectionProfile>,
    accounts: BTreeMap<AccountKey, Account>,
    installations: BTreeMap<InstallationKey, Installation>,
}

impl ConnectionState {
    pub(super) fn note_change(&mut self) {
        self.revision.0 += 1;
    }

    /// How many connections an organization has.
    pub(super) fn of(&self, organization: &OrganizationId) -> u64 {
        self.connections.keys().filter(|tenant| tenant.organization == *organization).count() as u64
    }

    pub(super) fn put_installation(&mut self, installation: Installation) {
        self.installations.insert(installation.key.clone(), installation);
        self.note_change();
    }
}

impl Connections for Memory {
    async fn put_connection(&self, connection: Connection) -> Result<(), StorageError> {
        let state = &mut self.lock().connections;
        state.connections.insert(connection.tenant.clone(), connection);
        state.note_change();
        Ok(())
    }

    async fn remove_connection(&self, tenant: &Tenant) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let removed = state.connections.connections.remove(tenant).is_some();
        if removed {
            state.connections.accounts.retain(|_, account| account.tenant != *tenant);
            state.connections.profiles.remove(tenant);
            state.credentials.remove_of(tenant);
            state.watermarks.retain(|(owner, _), _| owner != tenant);
            state.connections.note_change();
        }
        Ok(removed)
    }

    async fn connect_account(&self, account: Account) -> Result<bool, StorageError> {
        let state = &mut self.lock().connections;
        let owner = state.accounts.get(&account.key).map(|known| &known.tenant);
        match owner {
            Some(owner) if *owner != account.tenant => return Ok(false),
            Some(_) => return Ok(true),
            None => {}
        }
        state.accounts.insert(account.key.clone(), account);
        state.note_change();
        Ok(true)
    }

    async fn disconnect_account(
        &self,
        tenant: &Tenant,
        account: &AccountKey,
    ) -> Result<bool, StorageError> {
        let state = &mut self.lock().connections;
        let owned = state.accounts.get(account).is_some_and(|known| known.tenant == *tenant);
        if owned {
            state.accounts.remove(account);
            state.note_change();
        }
        Ok(owned)
    }

    async fn listing(&self) -> Result<Listing, StorageError> {
        let state = &self.lock().connections;
        Ok(Listing {
            revision: state.revision,
            connections: state.connections.values().cloned().collect(),
            accounts: state.accounts.values().cloned().collect(),
            installations: state.installations.values().cloned().collect(),
        })
    }

    async fn revision(&self) -> Result<Revision, StorageError> {
        Ok(self.lock().connections.revision)
    }
}
