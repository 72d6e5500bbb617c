//! The dead letters in memory: rows of the outbox that were given up.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Memory;
use crate::{
    ActionId, ActionState, Backlog, ConnectionId, DeadLetter, DeadLetters, Dropped, StorageError,
};

impl DeadLetters for Memory {
    async fn dead_letters(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StorageError> {
        let outbox = &self.lock().outbox;
        let numbered = (1..).zip(&outbox.rows).filter(|(place, _)| *place > after);
        let letter = |(place, row): (u64, &super::outbox::Row)| {
            let death = row.death.as_ref()?;
            Some(DeadLetter {
                place,
                action: row.tracked.action.clone(),
                died_at: death.at,
                reason: death.reason.clone(),
                attempts: row.tracked.attempts.len() as u32,
                holds_until: death.holds_until,
                dropped: death.dropped.clone(),
            })
        };
        Ok(numbered.filter_map(letter).take(limit).collect())
    }

    async fn replay_dead(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> Result<Vec<ActionId>, StorageError> {
        let mut replayed = Vec::new();
        for row in &mut self.lock().outbox.rows {
            if actions.contains(&row.tracked.action.id) && row.death.take().is_some() {
                row.tracked.state = ActionState::Waiting;
                row.due_at = now;
                row.failures = 0;
                replayed.push(row.tracked.action.id.clone());
            }
        }
        Ok(replayed)
    }

    async fn drop_dead(
        &self,
        actions: &[ActionId],
        dropped: Dropped,
    ) -> Result<Vec<ActionId>, StorageError> {
        let mut marked = Vec::new();
        for row in &mut self.lock().outbox.rows {
            let asked = actions.contains(&row.tracked.action.id);
            if let Some(death) = row.death.as_mut().filter(|death| asked && death.dropped.is_none())
            {
                death.dropped = Some(dropped.clone());
                row.tracked.state = ActionState::Dropped;
                marked.push(row.tracked.action.id.clone());
            }
        }
        Ok(marked)
    }

    async fn backlog(&self) -> Result<BTreeMap<ConnectionId, Backlog>, StorageError> {
        let mut backlog: BTreeMap<ConnectionId, Backlog> = BTreeMap::new();
        for row in &self.lock().outbox.rows {
            let Some(death) = row.death.as_ref().filter(|death| death.dropped.is_none()) else {
                continue;
            };
            let empty = Backlog { count: 0, oldest: death.at };
            let entry = backlog.entry(row.tracked.action.destination.clone()).or_insert(empty);
            entry.count += 1;
            entry.oldest = entry.oldest.min(death.at);
        }
        Ok(backlog)
    }
}
