//! When a stage fails on an event again and again, then the event is parked and the others go on.

use std::{collections::VecDeque, panic::AssertUnwindSafe};

use domain::{Entry, Journal, Parked, ParkedKey, Parking, Sequence, Stop, StorageError};
use jiff::Timestamp;

use crate::reader::{Position, Stretch, lane_of};

/// How often an event is tried before it is parked (`facts/engine.md` 5.6).
pub(crate) const TRIES: u32 = 3;

/// What a stage notes before it handles a stretch, and what a former process left of one.
pub(crate) struct Trials {
    stop: Stop,
    /// The places of a stretch that a former process began and did not end, those that are not done
    /// yet, in order; none before the note was read. They are taken one by one, so that the one that
    /// took the process down is found, and the others go on.
    left: Option<VecDeque<Sequence>>,
    /// Where the last stretch began, and how often that was: one that this process began and could not
    /// finish because the store failed is no sign of poison, so it is not counted again.
    begun: Option<(Sequence, u32)>,
}

impl Trials {
    /// No note yet.
    pub(crate) fn at(stop: Stop) -> Self {
        Self { stop, left: None, begun: None }
    }

    /// The next entry that a former process began and did not end, alone, for a stage that stands
    /// here; none where all of them are done.
    pub(crate) async fn left<S: Parking + Journal>(
        &mut self,
        store: &S,
        stands: &Position,
    ) -> Result<Option<Stretch>, StorageError> {
        if self.left.is_none() {
            self.left = Some(self.unended(store, stands).await?);
        }
        let Some(left) = &mut self.left else { return Ok(None) };
        while let Some(place) = left.front() {
            let entry = store.entries_at(&[*place]).await?.pop();
            let entry = entry.filter(|entry| !stands.covers(&lane_of(entry), entry.sequence));
            if let Some(entry) = entry {
                return Ok(Some(Stretch::alone(entry, stands.clone())));
            }
            left.pop_front();
        }
        Ok(None)
    }

    /// Notes that the stage is about to handle these entries, and returns how often they were begun,
    /// this time included.
    pub(crate) async fn begin<S: Parking>(
        &mut self,
        store: &S,
        entries: &[Entry],
    ) -> Result<u32, StorageError> {
        let Some(first) = entries.first().map(|entry| entry.sequence) else { return Ok(1) };
        if let Some((begun, tries)) = self.begun
            && begun == first
        {
            return Ok(tries);
        }
        // The note keeps what is still to be taken one by one.
        let left = self.left.iter().flatten().copied();
        let mut places: Vec<_> = left.skip_while(|place| *place != first).collect();
        if places.is_empty() {
            places.extend(entries.iter().map(|entry| entry.sequence));
        }
        let tries = store.begin(self.stop, &places).await?;
        self.begun = Some((first, tries));
        Ok(tries)
    }

    /// The places of the note that are not done yet.
    async fn unended<S: Parking + Journal>(
        &self,
        store: &S,
        stands: &Position,
    ) -> Result<VecDeque<Sequence>, StorageError> {
        let places = store.begun(self.stop).await?;
        let mut left = VecDeque::new();
        for place in places {
            let entry = store.entries_at(&[place]).await?.pop();
            let is_left = |entry: &Entry| !stands.covers(&lane_of(entry), entry.sequence);
            left.extend(entry.filter(is_left).map(|entry| entry.sequence));
        }
        if let Some(first) = left.front() {
            tracing::warn!(
                stop = self.stop.name(),
                sequence = first.0,
                events = left.len(),
                "a former process ended while it handled these events; taking them one by one"
            );
        }
        Ok(left)
    }
}

/// Why an event could not be handled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Poison {
    pub(crate) reason: String,
    pub(crate) tries: u32,
}

impl Poison {
    /// An event whose stretch was begun so often and never ended, where that is too often.
    pub(crate) fn after(tries: u32) -> Option<Self> {
        (tries > TRIES).then(|| Self {
            reason: format!(
                "the hub ended {TRIES} times while it handled this event; report this with the \
                 hub's log"
            ),
            tries: TRIES,
        })
    }

    /// The event, set aside at a stop.
    pub(crate) fn park(self, entry: &Entry, stop: Stop, now: Timestamp) -> Parked {
        let Self { reason, tries } = self;
        tracing::warn!(
            event.id = %entry.event.id,
            event.kind = %entry.event.kind,
            stop = stop.name(),
            tries,
            "an event is parked; see `highwire events dead`"
        );
        metrics::counter!("highwire_parked_events_total", "stop" => stop.name()).increment(1);
        Parked {
            key: ParkedKey { sequence: entry.sequence, stop },
            event: entry.event.id,
            reason,
            tries,
            parked_at: now,
            dropped: None,
        }
    }
}

/// Handles an event, a few times where it fails or panics.
///
/// # Errors
/// The reason of the last failure.
pub(crate) fn attempt<T>(handler: impl Fn() -> Result<T, String>) -> Result<T, Poison> {
    let mut reason = String::new();
    for _ in 0..TRIES {
        match catch(&handler).and_then(|handled| handled) {
            Ok(value) => return Ok(value),
            Err(failed) => reason = failed,
        }
    }
    Err(Poison { reason, tries: TRIES })
}

/// Handles an event once.
///
/// # Errors
/// A reason where it panics. What a panic says may hold what the event holds, so it is not kept.
pub(crate) fn catch<T>(handler: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(handler))
        .map_err(|_| "the hub failed on this event; report this with the hub's log".to_owned())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use domain::{Event, Lanes, Memory, contract::sample::tenant};

    use super::*;
    use crate::fixture::{saying, store};

    #[test]
    fn an_event_has_three_tries_whatever_way_it_fails() {
        let tries = Cell::new(0);
        let fails_until = |last: u32| {
            tries.set(0);
            attempt(|| {
                tries.set(tries.get() + 1);
                match tries.get() {
                    1 => panic!("with people's data"),
                    now if now < last => Err("odd".to_owned()),
                    now => Ok(now),
                }
            })
        };
        assert_eq!(fails_until(3), Ok(3));
        assert_eq!(fails_until(9), Err(Poison { reason: "odd".to_owned(), tries: 3 }));
        let panics: Result<(), _> = attempt(|| panic!("with people's data"));
        assert!(!panics.unwrap_err().reason.contains("people"));
    }

    /// A store with events of these organizations, in order.
    async fn journal(owners: &[&str]) -> (Memory, Vec<Entry>) {
        let store = store();
        for (number, owner) in (1..).zip(owners) {
            let event = Event { tenant: Some(tenant(owner)), ..saying(number, "a Ada") };
            store.append(event).await.unwrap();
        }
        let entries = store.entries_after(Sequence(0), 9).await.unwrap();
        (store, entries)
    }

    #[tokio::test]
    async fn a_store_that_fails_in_between_is_no_try() {
        let (store, entries) = journal(&["alpha"; 5]).await;
        let mut trials = Trials::at(Stop::Mirror);
        for _ in 0..9 {
            assert_eq!(trials.begin(&store, &entries).await.unwrap(), 1);
        }
        let stands = Position { cursor: Sequence(0), lanes: Lanes::default() };
        let mut next_process = Trials::at(Stop::Mirror);
        let alone = next_process.left(&store, &stands).await.unwrap().expect("it was not ended");
        assert_eq!(alone.entries, entries[..1]);
        let tries = next_process.begin(&store, &alone.entries).await.unwrap();
        assert_eq!((tries, Poison::after(tries)), (2, None));
    }

    #[tokio::test]
    async fn a_stretch_that_was_taken_in_turns_is_gone_through_in_its_lanes() {
        let (store, entries) = journal(&["alpha", "alpha", "alpha", "beta", "gamma"]).await;
        let taken = [&entries[..1], &entries[3..]].concat();
        Trials::at(Stop::Mirror).begin(&store, &taken).await.unwrap();
        let mut trials = Trials::at(Stop::Mirror);
        let mut stands = Position { cursor: Sequence(0), lanes: Lanes::default() };
        let mut alone = Vec::new();
        while let Some(stretch) = trials.left(&store, &stands).await.unwrap() {
            assert_eq!(stretch.lanes.from, stands.lanes);
            trials.begin(&store, &stretch.entries).await.unwrap();
            stands = Position { cursor: stretch.to, lanes: stretch.lanes.to };
            alone.push(stretch.entries[0].sequence.0);
        }
        assert_eq!(alone, [1, 4, 5]);
        let lane = |name: &str| Some(tenant(name).organization);
        let lanes = Lanes([(lane("beta"), Sequence(4)), (lane("gamma"), Sequence(5))].into());
        assert_eq!(stands, Position { cursor: Sequence(1), lanes }, "alpha's others still wait");
    }
}
