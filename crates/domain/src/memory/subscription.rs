//! Subscriptions in memory: a map by their ids.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::{
    Dropped, OrganizationId, StorageError, Subscription, SubscriptionId, SubscriptionState,
    Subscriptions, Tenant,
};

#[derive(Default)]
pub(super) struct SubscriptionStates {
    rows: BTreeMap<SubscriptionId, Subscription>,
}

impl SubscriptionStates {
    /// How many an organization has.
    pub(super) fn of(&self, organization: &OrganizationId) -> u64 {
        self.rows.values().filter(|row| row.organization == *organization).count() as u64
    }
}

impl Subscriptions for Memory {
    async fn put_subscription(&self, subscription: Subscription) -> Result<bool, StorageError> {
        let mut state = self.lock();
        let has_owner = state.organizations.has(&subscription.organization);
        let known = state.subscriptions.rows.get(&subscription.id);
        if !has_owner || subscription.revision != known.map_or(0, |known| known.revision) + 1 {
            return Ok(false);
        }
        state.subscriptions.rows.insert(subscription.id.clone(), subscription);
        state.connections.note_change();
        Ok(true)
    }

    async fn subscription(
        &self,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>, StorageError> {
        Ok(self.lock().subscriptions.rows.get(id).cloned())
    }

    async fn subscriptions(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Vec<Subscription>, StorageError> {
        let state = self.lock();
        let asked = |row: &&Subscription| organization.is_none_or(|own| row.organization == *own);
        let mut found: Vec<_> = state.subscriptions.rows.values().filter(asked).cloned().collect();
        found.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(found)
    }

    async fn remove_subscription(
        &self,
        id: &SubscriptionId,
        dropped: Dropped,
    ) -> Result<bool, StorageError> {
        let state = &mut *self.lock();
        let Some(removed) = state.subscriptions.rows.remove(id) else { return Ok(false) };
        let connection = id.destination();
        state.outbox.drop_open(&connection, &dropped);
        state.replays.rows.remove(id);
        state.credentials.remove_of(&Tenant { organization: removed.organization, connection });
        state.connections.note_change();
        Ok(true)
    }

    async fn note_failing(
        &self,
        id: &SubscriptionId,
        since: Option<Timestamp>,
    ) -> Result<(), StorageError> {
        if let Some(row) = self.lock().subscriptions.rows.get_mut(id) {
            row.failing_since = since.map(|since| row.failing_since.unwrap_or(since));
        }
        Ok(())
    }

    async fn due_subscriptions(&self, now: Timestamp) -> Result<Vec<SubscriptionId>, StorageError> {
        let state = self.lock();
        let is_active = |row: &&Subscription| row.state == SubscriptionState::Active;
        let active = state.subscriptions.rows.values().filter(is_active).map(|row| &row.id);
        let due = active.filter(|id| state.outbox.is_due(&id.destination(), now));
        Ok(due.cloned().collect())
    }
}
