//! The outbox in memory: a list of actions, and for each the time of its next attempt.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::Memory;
use crate::{
    Action, ActionId, ActionState, Attempt, Claimed, ConnectionId, Decisions, EventId, Lanes,
    Outbox, Sequence, Settlement, StorageError, Tracked,
};

#[derive(Default)]
pub(super) struct OutboxState {
    cursor: Sequence,
    ahead: Lanes,
    restored_at: Option<Timestamp>,
    /// The place that the next action gets; each has its own, also after others were dropped.
    next_place: u64,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) place: u64,
    pub(super) tracked: Tracked,
    due_at: Timestamp,
    failures: u32,
    look_first: bool,
}

impl Row {
    fn is_open(&self) -> bool {
        !matches!(self.tracked.state, ActionState::Done | ActionState::Dead)
    }

    fn start(&mut self, now: Timestamp) -> Claimed {
        let number = self.tracked.attempts.len() as u32 + 1;
        self.tracked.state = ActionState::Started;
        self.tracked.attempts.push(Attempt {
            number,
            started_at: now,
            finished_at: None,
            outcome: None,
            detail: None,
        });
        Claimed {
            action: self.tracked.action.clone(),
            attempt: number,
            failures: self.failures,
            look_first: self.look_first,
        }
    }

    fn finish(&mut self, finished_at: Timestamp, settlement: Settlement) {
        let (state, outcome, detail) = match settlement {
            Settlement::Done(receipt) => {
                let outcome = if receipt.adopted { "adopted" } else { "done" };
                (ActionState::Done, outcome, receipt.reference)
            }
            Settlement::Retry { at, counted, ambiguous, reason } => {
                self.due_at = at;
                self.failures += u32::from(counted);
                self.look_first |= ambiguous;
                (ActionState::Waiting, if counted { "retry" } else { "held" }, reason)
            }
            Settlement::Dead { reason } => (ActionState::Dead, "dead", reason),
        };
        self.tracked.state = state;
        if let Some(attempt) = self.tracked.attempts.last_mut() {
            attempt.finished_at = Some(finished_at);
            attempt.outcome = Some(outcome.to_owned());
            attempt.detail = Some(detail);
        }
    }
}

impl Outbox for Memory {
    async fn decided(&self) -> Result<Sequence, StorageError> {
        Ok(self.lock().outbox.cursor)
    }

    async fn decided_ahead(&self) -> Result<Lanes, StorageError> {
        Ok(self.lock().outbox.ahead.clone())
    }

    async fn decide(&self, decisions: Decisions) -> Result<(), StorageError> {
        let outbox = &mut self.lock().outbox;
        if outbox.cursor != decisions.from || outbox.ahead != decisions.lanes.from {
            return Err(StorageError::Moved { expected: decisions.from, found: outbox.cursor });
        }
        outbox.cursor = decisions.to;
        outbox.ahead = decisions.lanes.to;
        for action in decisions.actions {
            if outbox.rows.iter().any(|row| row.tracked.action.id == action.id) {
                continue;
            }
            outbox.next_place += 1;
            let look_first = decisions.look_first.contains(&action.id);
            outbox.rows.push(new_row(outbox.next_place, action, look_first));
        }
        Ok(())
    }

    async fn recover(&self, now: Timestamp) -> Result<u64, StorageError> {
        let mut recovered = 0;
        let outbox = &mut self.lock().outbox;
        for row in &mut outbox.rows {
            if row.tracked.state == ActionState::Started {
                row.tracked.state = ActionState::Waiting;
                row.due_at = now;
                row.look_first = true;
                recovered += 1;
            }
        }
        Ok(recovered)
    }

    async fn mark_restored(&self, at: Timestamp) -> Result<u64, StorageError> {
        let outbox = &mut self.lock().outbox;
        outbox.restored_at = Some(at);
        let mut marked = 0;
        for row in outbox.rows.iter_mut().filter(|row| !row.tracked.state.is_finished()) {
            row.look_first = true;
            marked += 1;
        }
        Ok(marked)
    }

    async fn restored_at(&self) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.lock().outbox.restored_at)
    }

    async fn claim(
        &self,
        destination: &ConnectionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StorageError> {
        let outbox = &mut self.lock().outbox;
        let mut lanes = HashSet::new();
        let open = |row: &&mut Row| row.is_open() && row.tracked.action.destination == *destination;
        let mut heads: Vec<&mut Row> = outbox
            .rows
            .iter_mut()
            .filter(open)
            .filter(|row| lanes.insert(row.tracked.action.lane.clone()))
            .filter(|row| row.tracked.state != ActionState::Started && row.due_at <= now)
            .collect();
        heads.sort_by_key(|row| row.due_at);
        Ok(heads.into_iter().take(limit).map(|row| row.start(now)).collect())
    }

    async fn settle(
        &self,
        action: &ActionId,
        finished_at: Timestamp,
        settlement: Settlement,
    ) -> Result<(), StorageError> {
        let outbox = &mut self.lock().outbox;
        if let Some(row) = outbox.rows.iter_mut().find(|row| row.tracked.action.id == *action) {
            row.finish(finished_at, settlement);
        }
        Ok(())
    }

    async fn next_due(
        &self,
        destination: &ConnectionId,
    ) -> Result<Option<Timestamp>, StorageError> {
        let outbox = &self.lock().outbox;
        let mut lanes = HashSet::new();
        let heads = outbox.rows.iter().filter(|row| {
            let action = &row.tracked.action;
            row.is_open() && action.destination == *destination && lanes.insert(action.lane.clone())
        });
        Ok(heads
            .filter(|row| row.tracked.state != ActionState::Started)
            .map(|row| row.due_at)
            .min())
    }

    async fn actions(&self, event: EventId) -> Result<Vec<Tracked>, StorageError> {
        let outbox = &self.lock().outbox;
        let of_event = outbox.rows.iter().filter(|row| row.tracked.action.event == event);
        Ok(of_event.map(|row| row.tracked.clone()).collect())
    }

    async fn action_counts(&self) -> Result<BTreeMap<ActionState, u64>, StorageError> {
        let mut counts = BTreeMap::new();
        for row in &self.lock().outbox.rows {
            *counts.entry(row.tracked.state).or_default() += 1;
        }
        Ok(counts)
    }
}

fn new_row(place: u64, action: Action, look_first: bool) -> Row {
    Row {
        place,
        due_at: action.decided_at,
        failures: 0,
        look_first,
        tracked: Tracked { action, state: ActionState::Ready, attempts: Vec::new() },
    }
}
