//! Organizations in memory: a map in the order of their ids, removed ones with their moment.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Memory, State};
use crate::{Added, Holdings, Organization, OrganizationId, Organizations, Removal, StorageError};

#[derive(Default)]
pub(super) struct OrganizationState {
    rows: BTreeMap<OrganizationId, Row>,
}

struct Row {
    organization: Organization,
    removed_at: Option<Timestamp>,
}

impl OrganizationState {
    /// Whether it is there, and not removed.
    pub(super) fn has(&self, id: &OrganizationId) -> bool {
        self.rows.get(id).is_some_and(|row| row.removed_at.is_none())
    }
}

impl Organizations for Memory {
    async fn add_organization(&self, organization: Organization) -> Result<Added, StorageError> {
        let rows = &mut self.lock().organizations.rows;
        if rows.contains_key(&organization.id) {
            return Ok(Added::Exists);
        }
        rows.insert(organization.id.clone(), Row { organization, removed_at: None });
        Ok(Added::New)
    }

    async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, StorageError> {
        let state = self.lock();
        let row = state.organizations.rows.get(id).filter(|row| row.removed_at.is_none());
        Ok(row.map(|row| row.organization.clone()))
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StorageError> {
        let state = self.lock();
        let rows = state.organizations.rows.values().filter(|row| row.removed_at.is_none());
        Ok(rows.map(|row| row.organization.clone()).collect())
    }

    async fn remove_organization(
        &self,
        id: &OrganizationId,
        now: Timestamp,
    ) -> Result<Removal, StorageError> {
        let mut state = self.lock();
        let holdings = holdings(&state, id);
        match state.organizations.rows.get_mut(id).filter(|row| row.removed_at.is_none()) {
            None => Ok(Removal::Absent),
            Some(_) if holdings != Holdings::default() => Ok(Removal::Owns(holdings)),
            Some(row) => {
                row.removed_at = Some(now);
                Ok(Removal::Removed)
            }
        }
    }
}

fn holdings(state: &State, id: &OrganizationId) -> Holdings {
    Holdings {
        members: state.members.of(id),
        connections: state.connections.of(id),
        api_keys: state.api_keys.unrevoked_of(id),
        credentials: state.credentials.of(id),
        subscriptions: state.subscriptions.of(id),
    }
}
