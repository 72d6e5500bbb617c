//! Replays in memory: a map by their subscriptions.

use std::collections::BTreeMap;

use super::Memory;
use crate::{Replay, ReplayStep, Replays, StorageError, SubscriptionId};

#[derive(Default)]
pub(super) struct ReplayState {
    pub(super) rows: BTreeMap<SubscriptionId, Replay>,
}

impl Replays for Memory {
    async fn ask_replay(&self, replay: Replay) -> Result<(), StorageError> {
        self.lock().replays.rows.insert(replay.subscription.clone(), replay);
        Ok(())
    }

    async fn next_replay(&self) -> Result<Option<Replay>, StorageError> {
        let state = self.lock();
        Ok(state.replays.rows.values().min_by_key(|replay| replay.after).cloned())
    }

    async fn replay(&self, subscription: &SubscriptionId) -> Result<Option<Replay>, StorageError> {
        Ok(self.lock().replays.rows.get(subscription).cloned())
    }

    async fn step_replay(&self, step: ReplayStep) -> Result<(), StorageError> {
        let ReplayStep { from, to, actions, now } = step;
        let state = &mut *self.lock();
        if state.replays.rows.get(&from.subscription) != Some(&from) {
            return Ok(());
        }
        for action in actions {
            let id = action.id.clone();
            if !state.outbox.put(action, false) {
                state.outbox.redeliver(&id, now);
            }
        }
        match to < from.until {
            true => {
                let replay = Replay { after: to, ..from };
                state.replays.rows.insert(replay.subscription.clone(), replay);
            }
            false => {
                state.replays.rows.remove(&from.subscription);
            }
        }
        Ok(())
    }
}
