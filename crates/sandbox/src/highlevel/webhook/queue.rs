//! The webhooks that wait: for another try, for the end of a delay, or for the one that overtakes them.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::highlevel::delivered::Parcel;

/// A parcel that waits for its next try.
pub(super) struct Waiting {
    pub(super) due: Timestamp,
    /// How often it has been tried.
    pub(super) tries: u32,
    /// Whether it goes out as soon as another webhook has, even before it is due.
    pub(super) overtaken: bool,
    pub(super) parcel: Parcel,
}

/// What waits, ordered by due time.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
}

impl Queue {
    pub(super) fn add(&mut self, new: Waiting) {
        let place = self.waiting.partition_point(|waiting| waiting.due <= new.due);
        self.waiting.insert(place, new);
    }

    /// The first that is due.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Waiting> {
        let due = self.waiting.front().is_some_and(|waiting| waiting.due <= now);
        due.then(|| self.waiting.pop_front())?
    }

    /// The first that was waiting to be overtaken.
    pub(super) fn take_overtaken(&mut self) -> Option<Waiting> {
        let place = self.waiting.iter().position(|waiting| waiting.overtaken)?;
        self.waiting.remove(place)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}
