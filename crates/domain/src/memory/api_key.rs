//! API keys in memory: a map by their ids.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::{Added, ApiKey, ApiKeyId, ApiKeys, KeyHash, OrganizationId, StorageError};

#[derive(Default)]
pub(super) struct ApiKeyState {
    rows: BTreeMap<ApiKeyId, ApiKey>,
}

impl ApiKeyState {
    /// How many of an organization are not revoked.
    pub(super) fn unrevoked_of(&self, organization: &OrganizationId) -> u64 {
        let counts = |row: &&ApiKey| row.organization == *organization && row.revoked_at.is_none();
        self.rows.values().filter(counts).count() as u64
    }

    fn oldest_first(&self, wanted: impl Fn(&ApiKey) -> bool) -> Vec<ApiKey> {
        let mut keys: Vec<_> = self.rows.values().filter(|row| wanted(row)).cloned().collect();
        keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        keys
    }
}

impl ApiKeys for Memory {
    async fn add_api_key(&self, key: ApiKey) -> Result<Added, StorageError> {
        let mut state = self.lock();
        if !state.organizations.has(&key.organization) {
            return Ok(Added::NoOrganization);
        }
        let rows = &mut state.api_keys.rows;
        let is_taken = |row: &ApiKey| row.id == key.id || row.secret_hash == key.secret_hash;
        if rows.values().any(is_taken) {
            return Err(StorageError::unavailable("add an API key", "its id is taken"));
        }
        rows.insert(key.id.clone(), key);
        state.connections.note_change();
        Ok(Added::New)
    }

    async fn api_key_by_hash(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StorageError> {
        let state = self.lock();
        Ok(state.api_keys.rows.values().find(|row| row.secret_hash == *hash).cloned())
    }

    async fn api_keys(&self, organization: &OrganizationId) -> Result<Vec<ApiKey>, StorageError> {
        Ok(self.lock().api_keys.oldest_first(|row| row.organization == *organization))
    }

    async fn api_keys_of_all(&self) -> Result<Vec<ApiKey>, StorageError> {
        Ok(self.lock().api_keys.oldest_first(|_| true))
    }

    async fn revoke_api_key(
        &self,
        organization: &OrganizationId,
        id: &ApiKeyId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let state = &mut *self.lock();
        let row = state.api_keys.rows.get_mut(id).filter(|row| row.organization == *organization);
        let Some(row) = row else { return Ok(false) };
        row.revoked_at.get_or_insert(now);
        state.connections.note_change();
        Ok(true)
    }

    async fn note_use(&self, uses: BTreeMap<ApiKeyId, Timestamp>) -> Result<(), StorageError> {
        let rows = &mut self.lock().api_keys.rows;
        for (id, used_at) in uses {
            if let Some(row) = rows.get_mut(&id) {
                row.last_used_at = row.last_used_at.max(Some(used_at));
            }
        }
        Ok(())
    }
}
