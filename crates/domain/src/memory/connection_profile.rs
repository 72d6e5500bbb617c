//! Profiles of connections in memory: a map beside that of the connections.

use jiff::Timestamp;

use super::Memory;
use crate::{ConnectionProfile, OrganizationId, Profiles, Standing, StorageError, Tenant};

impl Profiles for Memory {
    async fn put_profile(&self, profile: ConnectionProfile) -> Result<bool, StorageError> {
        let state = &mut self.lock().connections;
        let is_there = state.connections.contains_key(&profile.tenant);
        if is_there {
            state.profiles.insert(profile.tenant.clone(), profile);
            state.note_change();
        }
        Ok(is_there)
    }

    async fn profile(&self, tenant: &Tenant) -> Result<Option<ConnectionProfile>, StorageError> {
        Ok(self.lock().connections.profiles.get(tenant).cloned())
    }

    async fn profiles(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Vec<ConnectionProfile>, StorageError> {
        let state = &self.lock().connections;
        let is_wanted = |profile: &&ConnectionProfile| {
            organization.is_none_or(|organization| profile.tenant.organization == *organization)
        };
        Ok(state.profiles.values().filter(is_wanted).cloned().collect())
    }

    async fn set_standing(
        &self,
        tenant: &Tenant,
        standing: Standing,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let state = &mut self.lock().connections;
        let Some(profile) = state.profiles.get_mut(tenant) else { return Ok(false) };
        if profile.standing.name() == standing.name() {
            return Ok(false);
        }
        (profile.standing, profile.revised_at) = (standing, now);
        state.note_change();
        Ok(true)
    }
}
