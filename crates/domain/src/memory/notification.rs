//! Notifications in memory: rows of the outbox.

use jiff::Timestamp;

use super::Memory;
use crate::{
    Action, ActionId, NotificationPage, Notifications, StorageError, SubscriptionId, Tracked,
};

impl Notifications for Memory {
    async fn enqueue(&self, actions: Vec<Action>) -> Result<(), StorageError> {
        let outbox = &mut self.lock().outbox;
        for action in actions {
            outbox.put(action, false);
        }
        Ok(())
    }

    async fn notifications(
        &self,
        subscription: &SubscriptionId,
        page: NotificationPage,
    ) -> Result<Vec<Tracked>, StorageError> {
        let (outbox, destination) = (&self.lock().outbox, subscription.destination());
        let place = |id: &ActionId| {
            let found = outbox.rows.iter().find(|row| row.tracked.action.id == *id);
            found.map_or(0, |row| row.place)
        };
        let before = page.before.as_ref().map_or(u64::MAX, place);
        let asked = |row: &&super::outbox::Row| {
            row.tracked.action.destination == destination
                && row.place < before
                && page.state.is_none_or(|state| row.tracked.state == state)
        };
        let tracked = |row: &super::outbox::Row| row.tracked.clone();
        Ok(outbox.rows.iter().rev().filter(asked).take(page.limit).map(tracked).collect())
    }

    async fn redeliver(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> Result<Vec<ActionId>, StorageError> {
        let outbox = &mut self.lock().outbox;
        let mut again = Vec::new();
        for id in actions {
            if outbox.redeliver(id, now) {
                again.push(id.clone());
            }
        }
        Ok(again)
    }
}
