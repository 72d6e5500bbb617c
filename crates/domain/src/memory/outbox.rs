//! The outbox in memory: a list of actions, and for each the time of its next attempt.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::Memory;
use crate::{
    Action, ActionId, ActionState, Attempt, Claimed, ConnectionId, Decisions, Dropped, EventId,
    Lanes, OrganizationId, Outbox, Sequence, Settlement, Stop, StorageError, Tracked,
};

#[derive(Default)]
pub(super) struct OutboxState {
    cursor: Sequence,
    ahead: Lanes,
    restored_at: Option<Timestamp>,
    /// The place that the next action gets; each has its own, also after others were dropped.
    next_place: u64,
    pub(super) rows: Vec<Row>,
    /// Whose turn was last, by destination.
    turns: HashMap<ConnectionId, OrganizationId>,
}

pub(super) struct Row {
    pub(super) place: u64,
    pub(super) tracked: Tracked,
    pub(super) due_at: Timestamp,
    pub(super) failures: u32,
    look_first: bool,
    /// Present while the action is dead or dropped.
    pub(super) death: Option<Death>,
}

pub(super) struct Death {
    pub(super) at: Timestamp,
    pub(super) reason: String,
    pub(super) holds_until: Option<Timestamp>,
    pub(super) dropped: Option<Dropped>,
}

impl OutboxState {
    /// Adds an action; false where it is there, and then nothing changed.
    pub(super) fn put(&mut self, action: Action, look_first: bool) -> bool {
        if self.rows.iter().any(|row| row.tracked.action.id == action.id) {
            return false;
        }
        self.next_place += 1;
        self.rows.push(new_row(self.next_place, action, look_first));
        true
    }

    /// Makes a finished or dead action due again; whether it was one.
    pub(super) fn redeliver(&mut self, id: &ActionId, now: Timestamp) -> bool {
        let ended = |row: &&mut Row| row.tracked.action.id == *id && !row.is_open();
        let Some(row) = self.rows.iter_mut().find(ended) else { return false };
        (row.tracked.state, row.due_at) = (ActionState::Waiting, now);
        (row.failures, row.death) = (0, None);
        true
    }

    /// Marks what is open at a destination as dropped.
    pub(super) fn drop_open(&mut self, destination: &ConnectionId, dropped: &Dropped) {
        let ours = |row: &&mut Row| row.tracked.action.destination == *destination;
        for row in self.rows.iter_mut().filter(ours).filter(|row| row.is_open()) {
            row.tracked.state = ActionState::Dropped;
            let reason = Dropped::UNWANTED.to_owned();
            let (at, dropped) = (dropped.at, Some(dropped.clone()));
            row.death = Some(Death { at, reason, holds_until: None, dropped });
        }
    }

    /// Whether a lane of a destination may go at `now`.
    pub(super) fn is_due(&self, destination: &ConnectionId, now: Timestamp) -> bool {
        heads(&self.rows, destination).any(|(due_at, _)| due_at <= now)
    }
}

impl Row {
    fn is_open(&self) -> bool {
        !matches!(self.tracked.state, ActionState::Done | ActionState::Dead | ActionState::Dropped)
    }

    /// Until when the later actions of its lane wait for it.
    fn holds_until(&self) -> Option<Timestamp> {
        self.death.as_ref().filter(|death| death.dropped.is_none())?.holds_until
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
            Settlement::Dead { ambiguous, holds_until, reason } => {
                self.look_first |= ambiguous;
                let (at, said) = (finished_at, reason.clone());
                self.death.get_or_insert(Death { at, reason: said, holds_until, dropped: None });
                (ActionState::Dead, "dead", reason)
            }
        };
        // What was dropped while it was tried stays so.
        if self.is_open() {
            self.tracked.state = state;
        }
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
        let state = &mut *self.lock();
        let (outbox, parking) = (&mut state.outbox, &mut state.parking);
        if outbox.cursor != decisions.from || outbox.ahead != decisions.lanes.from {
            return Err(StorageError::Moved { expected: decisions.from, found: outbox.cursor });
        }
        outbox.cursor = decisions.to;
        outbox.ahead = decisions.lanes.to;
        for action in decisions.actions {
            let look_first = decisions.look_first.contains(&action.id);
            outbox.put(action, look_first);
        }
        parking.park(decisions.parked);
        for sequence in decisions.freed {
            parking.free(sequence, Stop::Decide);
        }
        Ok(())
    }

    async fn recover(&self, now: Timestamp) -> Result<u64, StorageError> {
        let mut recovered = 0;
        let state = &mut *self.lock();
        state.parking.recover();
        for row in &mut state.outbox.rows {
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
        let mut due: BTreeMap<OrganizationId, BTreeSet<(Timestamp, usize)>> = BTreeMap::new();
        for head in heads(&outbox.rows, destination).filter(|(due_at, _)| *due_at <= now) {
            let organization = &outbox.rows[head.1].tracked.action.tenant.organization;
            due.entry(organization.clone()).or_default().insert(head);
        }
        let mut claimed = Vec::new();
        while claimed.len() < limit {
            let last = outbox.turns.get(destination);
            let after = last.and_then(|last| due.keys().find(|organization| *organization > last));
            let Some(organization) = after.or(due.keys().next()).cloned() else { break };
            if let Some((_, index)) = due.get_mut(&organization).and_then(BTreeSet::pop_first) {
                claimed.push(outbox.rows[index].start(now));
            }
            due.retain(|_, heads| !heads.is_empty());
            outbox.turns.insert(destination.clone(), organization);
        }
        Ok(claimed)
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
        Ok(heads(&outbox.rows, destination).map(|(due_at, _)| due_at).min())
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

/// The heads of a destination's lanes that are not being tried: when each may go, and where it is.
/// A lane waits for the dead actions before its head that hold it.
fn heads<'a>(
    rows: &'a [Row],
    destination: &ConnectionId,
) -> impl Iterator<Item = (Timestamp, usize)> + use<'a> {
    let ours = |row: &&Row| row.tracked.action.destination == *destination;
    let started = |row: &&Row| row.tracked.state == ActionState::Started;
    let busy = rows.iter().filter(ours).filter(started);
    // A lane with an attempt under way has no other head, wherever in the lane that attempt is.
    let mut passed: HashSet<&str> = busy.map(|row| row.tracked.action.lane.as_str()).collect();
    let mut held = HashMap::<&str, Timestamp>::new();
    let mut heads = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| ours(row)) {
        let action = &row.tracked.action;
        if let Some(until) = row.holds_until() {
            let held = held.entry(action.lane.as_str()).or_insert(until);
            *held = until.max(*held);
        }
        if row.is_open() && passed.insert(action.lane.as_str()) {
            let held = held.get(action.lane.as_str()).copied();
            heads.push((held.map_or(row.due_at, |held| held.max(row.due_at)), index));
        }
    }
    heads.into_iter()
}

fn new_row(place: u64, action: Action, look_first: bool) -> Row {
    Row {
        place,
        due_at: action.decided_at,
        failures: 0,
        look_first,
        death: None,
        tracked: Tracked { action, state: ActionState::Ready, attempts: Vec::new() },
    }
}
