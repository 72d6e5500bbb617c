//! Notifications in memory: rows of the outbox.

use jiff::Timestamp;

use super::Memory;
use crate::{
    Action, ActionId, Delivered, NotificationPage, Notifications, StorageError, SubscriptionId,
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
    ) -> Result<Vec<Delivered>, StorageError> {
        let (outbox, destination) = (&self.lock().outbox, subscription.destination());
        let asked = |row: &&super::outbox::Row| {
            row.tracked.action.destination == destination
                && page.before.is_none_or(|before| row.place < before)
                && page.state.is_none_or(|state| row.tracked.state == state)
        };
        let delivered =
            |row: &super::outbox::Row| Delivered { place: row.place, tracked: row.tracked.clone() };
        Ok(outbox.rows.iter().rev().filter(asked).take(page.limit).map(delivered).collect())
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
