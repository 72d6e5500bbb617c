//! One kind's way through what is kept: counted where its size is limited, then cut, oldest first.

use domain::{Kept, Retained, Storage, StorageError};
use jiff::{SignedDuration, Timestamp};
use policy::retention::{Choice, Cut, Grounds, Limit, choose};

/// How many things one transaction removes. An event that comes meanwhile waits for it, which with so
/// few costs it no more than a full batch of others does.
const PAGE: usize = 32;

/// How many things are looked at together while they are counted.
const COUNTED: usize = 1_024;

/// How often the way begins anew at the oldest thing: what was needed when it was passed may go by now.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// A number of things and their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How many bytes they take.
    pub size: u64,
}

impl Tally {
    fn add(&mut self, things: &[Kept]) {
        self.count += things.len() as u64;
        self.size += things.iter().map(|thing| thing.size).sum::<u64>();
    }
}

/// What is kept of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The kind.
    pub kind: Retained,
    /// All of it.
    pub kept: Tally,
    /// What of it would go now.
    pub going: Tally,
    /// Since when the oldest of it is kept.
    pub oldest: Option<Timestamp>,
}

/// The way of one kind.
pub(super) struct Sweep {
    kind: Retained,
    limit: Limit,
    begun: Timestamp,
    counted_to: u64,
    size: u64,
    /// What is at or before this place was looked at, and went or is needed.
    passed: u64,
}

/// What is kept of a kind and what would go, on a way that removes nothing.
pub(super) async fn look<S: Storage>(
    store: &S,
    kind: Retained,
    limit: Limit,
    now: Timestamp,
) -> Result<Holding, StorageError> {
    let (mut kept, mut oldest, mut place) = (Tally::default(), None, 0);
    loop {
        let page = store.kept_after(kind, place, COUNTED).await?;
        let Some(last) = page.last() else { break };
        place = last.place;
        kept.add(&page);
        oldest = oldest.or_else(|| page.first().map(|thing| thing.since));
    }
    let mut sweep = Sweep { size: kept.size, ..Sweep::new(kind, limit, now) };
    let (mut cut, mut going) = (sweep.cut(now), Tally::default());
    while let Some(page) = sweep.next_page(store, now, &mut cut).await? {
        going.add(&page.choice.going);
        sweep.passed = page.last;
    }
    Ok(Holding { kind, kept, going, oldest })
}

impl Sweep {
    /// A way that begins at the oldest thing.
    pub(super) fn new(kind: Retained, limit: Limit, now: Timestamp) -> Self {
        Self { kind, limit, begun: now, counted_to: 0, size: 0, passed: 0 }
    }

    /// What it is about.
    pub(super) fn kind(&self) -> Retained {
        self.kind
    }

    /// Begins a round, once a day at the oldest thing.
    pub(super) fn begin(&mut self, now: Timestamp) {
        if now.duration_since(self.begun) >= AGAIN {
            self.restart(now);
        }
    }

    /// Begins anew: counts again, and looks at everything again.
    pub(super) fn restart(&mut self, now: Timestamp) {
        *self = Self::new(self.kind, self.limit, now);
    }

    /// Counts some more; whether there was any. Only a limited size has to be known.
    pub(super) async fn count<S: Storage>(&mut self, store: &S) -> Result<bool, StorageError> {
        if self.limit.size.is_none() {
            return Ok(false);
        }
        let page = store.kept_after(self.kind, self.counted_to, COUNTED).await?;
        let Some(last) = page.last() else { return Ok(false) };
        self.counted_to = last.place;
        self.size += page.iter().map(|thing| thing.size).sum::<u64>();
        Ok(true)
    }

    /// What the limit cuts off now.
    pub(super) fn cut(&self, now: Timestamp) -> Cut {
        Cut::new(self.limit, now, self.size)
    }

    /// Removes what may go of the next page; how much that was, or none at the end of what is cut off.
    pub(super) async fn remove_page<S: Storage>(
        &mut self,
        store: &S,
        now: Timestamp,
        cut: &mut Cut,
    ) -> Result<Option<u64>, StorageError> {
        let Some(page) = self.next_page(store, now, cut).await? else { return Ok(None) };
        let Choice { going, passed } = page.choice;
        if going.is_empty() && passed.is_none() {
            return Ok(None);
        }
        let removed = match going.as_slice() {
            [] => 0,
            going => store.remove(self.kind, going).await?,
        };
        self.passed = passed.unwrap_or(self.passed);
        self.size = self.size.saturating_sub(going.iter().map(|thing| thing.size).sum());
        Ok(Some(removed))
    }

    /// Chooses what may go of the next page; none where nothing of it is cut off.
    async fn next_page<S: Storage>(
        &self,
        store: &S,
        now: Timestamp,
        cut: &mut Cut,
    ) -> Result<Option<Page>, StorageError> {
        let things = store.kept_after(self.kind, self.passed, PAGE).await?;
        let Some(last) = things.last().filter(|_| things.iter().any(|thing| cut.wants(thing)))
        else {
            return Ok(None);
        };
        // The cursors before the needs: what is decided in between is beyond the cursors.
        let (projected, decided) = (store.projected().await?, store.decided().await?);
        let journaled = store.last().await?;
        let events: Vec<_> = things.iter().map(|thing| thing.event).collect();
        let needs = store.needs(&events).await?;
        let grounds = Grounds { now, journaled, projected, decided, needs: &needs };
        let choice = choose(self.kind, &things, cut, &grounds);
        Ok(Some(Page { choice, last: last.place }))
    }
}

/// A page that was looked at.
struct Page {
    choice: Choice,
    last: u64,
}
