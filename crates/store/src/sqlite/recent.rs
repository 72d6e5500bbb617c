//! The newest entries of the journal, kept in memory for the stages that follow right behind it.
//!
//! A stage that has nearly caught up finds its next stretch here and reads nothing from the disk.
//! Whoever is further behind, and whoever stands at the end, asks the file.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Entry, Sequence};
use jiff::Timestamp;

/// How many entries are kept, and how many bytes of bodies.
const ENTRIES: usize = 1_024;
const BYTES: usize = 2 * 1024 * 1024;

/// Entries without a gap between them, the newest last.
#[derive(Default)]
pub(super) struct Recent {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl Recent {
    /// Keeps entries that are durable, in order, and forgets the oldest.
    pub(super) fn keep(&self, entries: impl Iterator<Item = Entry>) {
        let mut kept = self.lock();
        for entry in entries {
            kept.push(as_stored(entry));
        }
        kept.trim();
    }

    /// Forgets all of them: something changed what the file has.
    pub(super) fn forget(&self) {
        *self.lock() = Kept::default();
    }

    /// The entries after a place, at most `limit`, and no more once their bodies have `bytes`; none
    /// where they have to be read from the file.
    pub(super) fn after(&self, after: Sequence, limit: usize, bytes: usize) -> Option<Vec<Entry>> {
        let mut taken = 0;
        let within = |entry: &&Arc<Entry>| {
            let fits = taken < bytes;
            taken += entry.event.body.len();
            fits
        };
        let shared: Vec<_> = {
            let kept = self.lock();
            let first = kept.entries.front()?.sequence.0;
            let start = usize::try_from((after.0 + 1).checked_sub(first)?).ok()?;
            kept.entries.iter().skip(start).take(limit).take_while(within).cloned().collect()
        };
        // The writer waits for the lock, so it is not held while entries are copied.
        (!shared.is_empty()).then(|| shared.iter().map(|entry| Entry::clone(entry)).collect())
    }

    /// The entries at these places; none where one of them has to be read from the file.
    pub(super) fn at(&self, places: &[Sequence]) -> Option<Vec<Entry>> {
        let shared: Option<Vec<_>> = {
            let kept = self.lock();
            let first = kept.entries.front()?.sequence.0;
            let at = |place: &Sequence| {
                let index = usize::try_from(place.0.checked_sub(first)?).ok()?;
                kept.entries.get(index).cloned()
            };
            places.iter().map(at).collect()
        };
        shared.map(|shared| shared.iter().map(|entry| Entry::clone(entry)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, entry: Entry) {
        let follows = |newest: &Arc<Entry>| newest.sequence.0 + 1 == entry.sequence.0;
        if !self.entries.back().is_none_or(follows) {
            self.entries.clear();
            self.bytes = 0;
        }
        self.bytes += entry.event.body.len();
        self.entries.push_back(Arc::new(entry));
    }

    fn trim(&mut self) {
        while self.entries.len() > ENTRIES || self.bytes > BYTES {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.bytes -= oldest.event.body.len();
        }
    }
}

/// An entry as the file gives it back: its times in microseconds, and without the alias, which is an
/// index that nobody reads.
fn as_stored(mut entry: Entry) -> Entry {
    let rounded =
        |time: Timestamp| Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time);
    entry.journaled_at = rounded(entry.journaled_at);
    entry.event.occurred_at = rounded(entry.event.occurred_at);
    entry.event.received_at = rounded(entry.event.received_at);
    entry.event.alias = None;
    entry
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::{at, event};

    use super::*;

    fn entry(sequence: u64, bytes: usize) -> Entry {
        let mut event = event(u128::from(sequence));
        event.body = vec![b'x'; bytes].into();
        Entry { sequence: Sequence(sequence), journaled_at: at(0), event, dropped_bytes: None }
    }

    fn sequences(recent: &Recent, after: u64, limit: usize, bytes: usize) -> Option<Vec<u64>> {
        let entries = recent.after(Sequence(after), limit, bytes)?;
        Some(entries.iter().map(|entry| entry.sequence.0).collect())
    }

    #[test]
    fn what_is_kept_is_given_in_order_and_the_rest_is_the_files() {
        let recent = Recent::default();
        assert_eq!(sequences(&recent, 0, 9, 9), None);
        recent.keep((5..=8).map(|sequence| entry(sequence, 1)));
        assert_eq!(sequences(&recent, 4, 9, 9), Some(vec![5, 6, 7, 8]));
        assert_eq!(sequences(&recent, 6, 1, 9), Some(vec![7]));
        assert_eq!(sequences(&recent, 4, 9, 2), Some(vec![5, 6]));
        for outside in [3, 8, 9] {
            assert_eq!(sequences(&recent, outside, 9, 9), None, "after {outside}");
        }
    }

    #[test]
    fn single_entries_are_given_where_all_of_them_are_kept() {
        let recent = Recent::default();
        recent.keep((5..=8).map(|sequence| entry(sequence, 1)));
        let at = |places: &[u64]| {
            let places: Vec<_> = places.iter().map(|place| Sequence(*place)).collect();
            Some(recent.at(&places)?.iter().map(|one| one.sequence.0).collect::<Vec<_>>())
        };
        assert_eq!(at(&[7, 5]), Some(vec![7, 5]));
        assert_eq!(at(&[4, 5]), None);
        assert_eq!(at(&[8, 9]), None);
    }

    #[test]
    fn a_gap_forgets_what_was_before_it() {
        let recent = Recent::default();
        recent.keep([entry(1, 1), entry(2, 1), entry(4, 1)].into_iter());
        assert_eq!(sequences(&recent, 0, 9, 9), None);
        assert_eq!(sequences(&recent, 3, 9, 9), Some(vec![4]));
    }

    #[test]
    fn the_oldest_go_first_by_number_and_by_size() {
        let recent = Recent::default();
        recent.keep((1..=ENTRIES as u64 + 2).map(|sequence| entry(sequence, 1)));
        assert_eq!(sequences(&recent, 1, 1, 9), None);
        assert_eq!(sequences(&recent, 2, 1, 9), Some(vec![3]));
        let recent = Recent::default();
        recent.keep((1..=3).map(|sequence| entry(sequence, BYTES / 2)));
        assert_eq!(sequences(&recent, 0, 9, BYTES), None);
        assert_eq!(sequences(&recent, 1, 9, BYTES), Some(vec![2, 3]));
    }
}
