//! The credentials in memory: a map in the order of their keys.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use bytes::Bytes;

use super::Memory;
use crate::{
    ConnectionId, Credential, CredentialKey, CredentialSummary, Credentials, OrganizationId,
    SealedContent, StorageError, Tenant,
};

#[derive(Default)]
pub(super) struct CredentialState {
    pub(super) rows: BTreeMap<CredentialKey, Credential>,
}

impl CredentialState {
    pub(super) fn remove_of(&mut self, tenant: &Tenant) {
        self.rows.retain(|key, _| key.tenant != *tenant);
    }

    /// How many an organization has.
    pub(super) fn of(&self, organization: &OrganizationId) -> u64 {
        let own = |key: &&CredentialKey| key.tenant.organization == *organization;
        self.rows.keys().filter(own).count() as u64
    }
}

impl Credentials for Memory {
    async fn put_credential(&self, credential: Credential) -> Result<(), StorageError> {
        let mut state = self.lock();
        state.credentials.rows.insert(credential.key.clone(), credential);
        state.connections.note_change();
        Ok(())
    }

    async fn credential(&self, key: &CredentialKey) -> Result<Option<Credential>, StorageError> {
        Ok(self.lock().credentials.rows.get(key).cloned())
    }

    async fn credentials(
        &self,
        organization: &OrganizationId,
        connection: Option<&ConnectionId>,
    ) -> Result<Vec<CredentialSummary>, StorageError> {
        let rows = &self.lock().credentials.rows;
        let asked = |row: &&Credential| {
            let tenant = &row.key.tenant;
            tenant.organization == *organization
                && connection.is_none_or(|connection| tenant.connection == *connection)
        };
        Ok(rows.values().filter(asked).map(summary).collect())
    }

    async fn delete_credential(&self, key: &CredentialKey) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let removed = state.credentials.rows.remove(key).is_some();
        if removed {
            state.connections.note_change();
        }
        Ok(removed)
    }

    async fn credentials_not_under(
        &self,
        master_key: &str,
        after: Option<&CredentialKey>,
        limit: usize,
    ) -> Result<Vec<Credential>, StorageError> {
        let rows = &self.lock().credentials.rows;
        let page = (after.map_or(Unbounded, Excluded), Unbounded);
        let other = |row: &&Credential| row.content.master_key != master_key;
        let found = rows.range::<CredentialKey, _>(page).map(|(_, row)| row).filter(other);
        Ok(found.take(limit).cloned().collect())
    }

    async fn rewrap_credential(
        &self,
        key: &CredentialKey,
        from: &Bytes,
        to: SealedContent,
    ) -> Result<bool, StorageError> {
        match self.lock().credentials.rows.get_mut(key) {
            Some(row) if row.content.bytes == *from => {
                row.content = to;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn master_key_counts(&self) -> Result<BTreeMap<String, u64>, StorageError> {
        let mut counts = BTreeMap::new();
        for row in self.lock().credentials.rows.values() {
            *counts.entry(row.content.master_key.clone()).or_default() += 1;
        }
        Ok(counts)
    }
}

fn summary(credential: &Credential) -> CredentialSummary {
    CredentialSummary {
        key: credential.key.clone(),
        master_key: credential.content.master_key.clone(),
        stored_at: credential.stored_at,
    }
}
