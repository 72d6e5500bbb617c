//! The line of callers that wait for the budget: who leaves next, and who asks the ledger for all.
//!
//! One caller, the leader, asks for calls; each one that is granted goes to whoever is first by
//! then, which may be somebody who came after the leader but is more urgent. A leader that has got
//! its own call, or gives up, leaves the lead to the next.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::oneshot::{self, Receiver, Sender};

/// After so many urgent calls in a row that overtook others, one of the others leaves.
const URGENT_IN_A_ROW: u32 = 4;

/// How urgent the calls of a client are, among those that wait for the budget of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits for the answer: leaves before [`Self::Bulk`].
    Interactive,
    /// Work that has time, such as an import. While interactive calls wait as well, every fifth
    /// call is one of these, so that they do not starve.
    Bulk,
}

/// The callers that wait for one tenant's budget.
#[derive(Default)]
pub(super) struct Line(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    interactive: VecDeque<Sender<Turn>>,
    bulk: VecDeque<Sender<Turn>>,
    urgent_in_a_row: u32,
    is_led: bool,
}

/// What happens to a caller that enters.
pub(super) enum Entry {
    /// It leads at once.
    Lead(Lead),
    /// It is told.
    Wait(Receiver<Turn>),
}

/// What a waiting caller is told.
pub(super) enum Turn {
    /// Its call was granted at this moment.
    Go(Timestamp),
    /// It leads from now on.
    Lead(Lead),
}

/// The lead. Dropping it leaves it to the next.
pub(super) struct Lead {
    line: Arc<Line>,
    own: Priority,
}

impl Line {
    /// A caller joins the end of its priority.
    pub(super) fn enter(self: &Arc<Self>, priority: Priority) -> Entry {
        let mut waiting = self.waiting();
        if !waiting.is_led {
            waiting.is_led = true;
            return Entry::Lead(Lead { line: Arc::clone(self), own: priority });
        }
        let (sender, receiver) = oneshot::channel();
        waiting.queue(priority).push_back(sender);
        Entry::Wait(receiver)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead {
    /// Gives a call that was granted at `at` to whoever is first; says whether that is the leader.
    pub(super) fn pass(&self, at: Timestamp) -> bool {
        loop {
            // A leader was first of its priority when it began to lead, and still is.
            let Some(first) = self.line.waiting().first(self.own) else { return true };
            if first.send(Turn::Go(at)).is_ok() {
                return false;
            }
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let next = self.line.waiting().next_leader();
        if let Some((own, sender)) = next {
            // Should the caller be gone, the lead comes back, and is dropped in turn.
            drop(sender.send(Turn::Lead(Self { line: Arc::clone(&self.line), own })));
        }
    }
}

impl Waiting {
    fn queue(&mut self, priority: Priority) -> &mut VecDeque<Sender<Turn>> {
        match priority {
            Priority::Interactive => &mut self.interactive,
            Priority::Bulk => &mut self.bulk,
        }
    }

    /// The first of the line, taken out of it; none where that is the leader.
    fn first(&mut self, leader: Priority) -> Option<Sender<Turn>> {
        self.drop_those_that_left();
        let any = |queue: &VecDeque<_>, priority| leader == priority || !queue.is_empty();
        let bulk = any(&self.bulk, Priority::Bulk);
        let first = match any(&self.interactive, Priority::Interactive) {
            true if !bulk || self.urgent_in_a_row < URGENT_IN_A_ROW => Priority::Interactive,
            _ => Priority::Bulk,
        };
        let overtakes = first == Priority::Interactive && bulk;
        self.urgent_in_a_row = if overtakes { self.urgent_in_a_row + 1 } else { 0 };
        if first == leader { None } else { self.queue(first).pop_front() }
    }

    fn next_leader(&mut self) -> Option<(Priority, Sender<Turn>)> {
        self.drop_those_that_left();
        let of = |priority| move |sender| (priority, sender);
        let urgent = self.interactive.pop_front().map(of(Priority::Interactive));
        let next = urgent.or_else(|| self.bulk.pop_front().map(of(Priority::Bulk)));
        self.is_led = next.is_some();
        next
    }

    /// Callers may give up while they wait.
    fn drop_those_that_left(&mut self) {
        for queue in [&mut self.interactive, &mut self.bulk] {
            while queue.front().is_some_and(Sender::is_closed) {
                queue.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use Priority::{Bulk, Interactive};

    use super::*;

    fn lead(line: &Arc<Line>, priority: Priority) -> Lead {
        match line.enter(priority) {
            Entry::Lead(lead) => lead,
            Entry::Wait(_) => panic!("somebody leads"),
        }
    }

    fn wait(line: &Arc<Line>, priority: Priority) -> Receiver<Turn> {
        match line.enter(priority) {
            Entry::Lead(_) => panic!("nobody leads"),
            Entry::Wait(receiver) => receiver,
        }
    }

    /// Passes calls until the leader gets one; gives the places of those that got one before.
    fn passed(lead: &Lead, waiting: &mut [Receiver<Turn>]) -> Vec<usize> {
        let mut order = Vec::new();
        while !lead.pass(Timestamp::UNIX_EPOCH) {
            let got = |it: &mut Receiver<Turn>| matches!(it.try_recv(), Ok(Turn::Go(_)));
            order.push(waiting.iter_mut().position(got).unwrap());
        }
        order
    }

    #[test]
    fn the_urgent_overtake_a_leader_that_has_time_and_each_other_they_do_not() {
        let line = Arc::default();
        let leader = lead(&line, Bulk);
        let mut waiting: Vec<_> = [Bulk, Interactive, Interactive].map(|it| wait(&line, it)).into();
        assert_eq!(passed(&leader, &mut waiting), [1, 2]);
    }

    #[test]
    fn every_fifth_call_is_one_that_has_time() {
        let line = Arc::default();
        let leader = lead(&line, Bulk);
        let mut waiting: Vec<_> = (0..9).map(|_| wait(&line, Interactive)).collect();
        assert_eq!(passed(&leader, &mut waiting), [0, 1, 2, 3]);
        drop(leader);
        let Ok(Turn::Lead(urgent)) = waiting[4].try_recv() else { panic!("no next leader") };
        assert!(passed(&urgent, &mut waiting).is_empty());
    }

    #[test]
    fn the_lead_goes_on_past_those_that_left_and_ends_with_the_last() {
        let line = Arc::default();
        let leader = lead(&line, Interactive);
        let (gone, mut next) = (wait(&line, Interactive), wait(&line, Bulk));
        drop(gone);
        drop(leader);
        let Ok(Turn::Lead(second)) = next.try_recv() else { panic!("no next leader") };
        let unread = wait(&line, Bulk);
        drop(second);
        drop(unread); // It was told to lead, and left without reading it.
        drop(lead(&line, Bulk));
    }
}
