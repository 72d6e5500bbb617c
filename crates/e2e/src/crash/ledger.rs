//! What was sent and what was said to it, noted before anybody can forget it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::verdict::Line;
use crate::{Fact, Signed};

/// Everything that was sent.
#[derive(Default)]
pub(super) struct Ledger {
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    /// By contact, the events in the order in which they first left.
    in_order: BTreeMap<u64, Vec<String>>,
    sent: BTreeSet<String>,
    acknowledged: BTreeSet<String>,
    cut_off: BTreeSet<String>,
    repeated: usize,
    put_off: usize,
    refused: BTreeSet<u16>,
    answers: usize,
}

/// How much was sent.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Different events.
    pub sent: usize,
    /// Events that were answered with 200 at least once.
    pub acknowledged: usize,
    /// Answers with 200.
    pub answers: usize,
    /// Events that were sent again although they had been answered.
    pub repeated: usize,
    /// Events that were on their way at a kill.
    pub in_doubt: usize,
    /// Those of them that are in the journal.
    pub recovered: usize,
    /// Answers with 429.
    pub put_off: usize,
}

impl Ledger {
    /// An event is about to leave.
    pub(super) fn leaves(&self, event: &Signed, fact: Fact) {
        let mut notes = self.notes();
        if notes.sent.insert(event.webhook_id.clone()) {
            notes.in_order.entry(fact.contact).or_default().push(event.webhook_id.clone());
        }
    }

    pub(super) fn acknowledged(&self, event: &Signed) {
        let mut notes = self.notes();
        notes.answers += 1;
        notes.acknowledged.insert(event.webhook_id.clone());
    }

    pub(super) fn cut_off(&self, event: &Signed) {
        self.notes().cut_off.insert(event.webhook_id.clone());
    }

    pub(super) fn repeated(&self) {
        self.notes().repeated += 1;
    }

    pub(super) fn put_off(&self) {
        self.notes().put_off += 1;
    }

    pub(super) fn refused(&self, status: u16) {
        self.notes().refused.insert(status);
    }

    /// Events that were answered with 200.
    pub(super) fn promised(&self) -> BTreeSet<String> {
        self.notes().acknowledged.clone()
    }

    /// Everything that left, by contact, in order.
    pub(super) fn in_order(&self) -> Vec<Vec<String>> {
        self.notes().in_order.values().cloned().collect()
    }

    /// Answers that no signed event may get.
    pub(super) fn refusals(&self) -> Vec<u16> {
        self.notes().refused.iter().copied().collect()
    }

    /// How much was sent, and what of it the journal has.
    pub(super) fn counts(&self, journal: &[Line]) -> Counts {
        let kept: BTreeSet<&str> = journal.iter().map(|line| line.webhook_id.as_str()).collect();
        let notes = self.notes();
        let is_kept = |event: &&String| kept.contains(event.as_str());
        Counts {
            sent: notes.sent.len(),
            acknowledged: notes.acknowledged.len(),
            answers: notes.answers,
            repeated: notes.repeated,
            in_doubt: notes.cut_off.len(),
            recovered: notes.cut_off.iter().filter(is_kept).count(),
            put_off: notes.put_off,
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
