//! The last uses of keys, gathered in memory until they are written together.
//!
//! A write for each request would wait for the disk; what a crash loses is seconds of "last used".

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::ApiKeyId;
use jiff::Timestamp;

/// The newest use of each key since the last writing.
#[derive(Default)]
pub(super) struct Uses {
    newest: Mutex<BTreeMap<ApiKeyId, Timestamp>>,
}

impl Uses {
    /// Notes one use.
    pub(super) fn note(&self, id: &ApiKeyId, now: Timestamp) {
        self.put_back([(id.clone(), now)].into());
    }

    /// Takes out all of them.
    pub(super) fn take(&self) -> BTreeMap<ApiKeyId, Timestamp> {
        std::mem::take(&mut *self.newest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts uses in, beside newer ones that came in the meantime.
    pub(super) fn put_back(&self, uses: BTreeMap<ApiKeyId, Timestamp>) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, used_at) in uses {
            newest.entry(id).and_modify(|known| *known = used_at.max(*known)).or_insert(used_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;

    use super::*;

    #[test]
    fn the_newest_use_counts_and_is_taken_once() {
        let uses = Uses::default();
        let (one, other) = (ApiKeyId::from_random([1; 8]), ApiKeyId::from_random([2; 8]));
        uses.note(&one, at(5));
        uses.note(&other, at(1));
        uses.note(&one, at(4));
        let taken = uses.take();
        assert_eq!(taken, [(one.clone(), at(5)), (other, at(1))].into());
        assert!(uses.take().is_empty());
        uses.note(&one, at(9));
        uses.put_back(taken);
        assert_eq!(uses.take()[&one], at(9));
    }
}
