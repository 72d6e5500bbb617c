//! The journal's backlog: what may wait to be written, and whose turn it is.
//!
//! Organizations have their turns batch by batch, so that one who sends much delays another's event
//! by the batch under way and no more. Nobody has a fixed share: each may hold as much as it leaves
//! free, so that one alone has half of the room, and whoever comes beside it finds the other half.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::{Appended, Event, Held, StorageError, Turns};
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot,
};

/// What may wait to be written: above either bound the door answers "later".
const QUEUE_EVENTS: usize = 8_192;
const QUEUE_BYTES: usize = 32 * 1024 * 1024;

/// What one commit takes at most.
pub(super) const BATCH_EVENTS: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// How many counters the lanes share, 16 bytes each. Two lanes with one counter are refused together,
/// which with a thousand organizations happens to every fourth one that is noisy.
const TALLIES: u64 = 4_096;

/// What is to be written, and who waits for it.
pub(super) struct Pending {
    pub(super) item: Item,
    pub(super) reply: oneshot::Sender<Result<Appended, StorageError>>,
    lane: u64,
}

/// What a delivery becomes.
pub(super) enum Item {
    Journal(Event),
    Quarantine(Held),
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Self::Journal(event) => event.body.len(),
            Self::Quarantine(held) => held.event.body.len(),
        }
    }

    /// Whose turn it takes: the organization's, or that of an account which is nobody's.
    fn lane(&self) -> u64 {
        let mut lane = DefaultHasher::new();
        match self {
            Self::Journal(Event { tenant: Some(tenant), .. }) => {
                tenant.organization.hash(&mut lane)
            }
            Self::Journal(event) | Self::Quarantine(Held { event, .. }) => {
                (&event.source, &event.account).hash(&mut lane);
            }
        }
        lane.finish()
    }
}

/// Work on the journal's file that is no delivery; it runs between two batches.
pub(super) type Chore = Box<dyn FnOnce(&mut Connection, Timestamp) + Send>;

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all that is queued is pending, and a box for each would be one more allocation"
)]
enum Queued {
    Pending(Pending),
    Chore(Chore),
}

/// Where the doors queue; when the last of them goes, what is queued is still handed out.
pub(super) struct Entrance {
    queue: UnboundedSender<Queued>,
    room: Arc<Room>,
}

/// What is queued, on the writer's side.
pub(super) struct Backlog {
    queue: UnboundedReceiver<Queued>,
    room: Arc<Room>,
    turns: Turns<u64, Pending>,
    chores: VecDeque<Chore>,
}

/// An empty backlog, from both sides.
pub(super) fn backlog() -> (Entrance, Backlog) {
    let (sender, queue) = mpsc::unbounded_channel();
    let room = Arc::new(Room::default());
    let entrance = Entrance { queue: sender, room: Arc::clone(&room) };
    (entrance, Backlog { queue, room, turns: Turns::default(), chores: VecDeque::new() })
}

impl Entrance {
    /// Queues a delivery; its answer comes through what is returned. None where the writer is gone.
    ///
    /// # Errors
    /// [`StorageError::Overloaded`] where there is no room for one more of its lane.
    pub(super) fn deliver(
        &self,
        item: Item,
    ) -> Result<Option<oneshot::Receiver<Result<Appended, StorageError>>>, StorageError> {
        let (lane, bytes) = (item.lane(), item.bytes());
        if !self.room.take(lane, bytes) {
            return Err(StorageError::Overloaded);
        }
        let (reply, answer) = oneshot::channel();
        let queued = self.queue.send(Queued::Pending(Pending { item, reply, lane }));
        Ok(queued.is_ok().then_some(answer))
    }

    /// Queues a chore, which takes no room. False where the writer is gone.
    pub(super) fn ask(&self, chore: Chore) -> bool {
        self.queue.send(Queued::Chore(chore)).is_ok()
    }
}

impl Backlog {
    /// Takes one batch out of what is queued, the lanes in turn and each in its own order; waits where
    /// nothing is. False, and nothing is taken, once nothing is queued and nothing can be any more.
    pub(super) fn fill(&mut self, batch: &mut Vec<Pending>) -> bool {
        let mut bytes = 0;
        if self.turns.is_empty() && self.chores.is_empty() {
            match self.queue.blocking_recv() {
                Some(Queued::Pending(first)) => bytes += self.hand_out(first, batch),
                Some(Queued::Chore(first)) => self.chores.push_back(first),
                None => return false,
            }
        }
        let is_full =
            |batch: &[Pending], bytes| batch.len() >= BATCH_EVENTS || bytes >= BATCH_BYTES;
        // Where one batch takes everything nobody has to be sorted.
        let sorts = !self.turns.is_empty() || self.room.exceeds_a_batch();
        while (sorts || !is_full(batch, bytes))
            && let Ok(queued) = self.queue.try_recv()
        {
            match queued {
                Queued::Pending(next) if sorts => self.turns.push(next.lane, next),
                Queued::Pending(next) => bytes += self.hand_out(next, batch),
                Queued::Chore(next) => self.chores.push_back(next),
            }
        }
        while !is_full(batch, bytes)
            && let Some(next) = self.turns.take()
        {
            bytes += self.hand_out(next, batch);
        }
        true
    }

    /// The chore that was asked for first.
    pub(super) fn chore(&mut self) -> Option<Chore> {
        self.chores.pop_front()
    }

    fn hand_out(&self, pending: Pending, batch: &mut Vec<Pending>) -> usize {
        let bytes = pending.item.bytes();
        self.room.give_back(pending.lane, bytes);
        batch.push(pending);
        bytes
    }
}

/// How much waits, of all lanes and of each.
struct Room {
    all: Tally,
    lanes: Vec<Tally>,
}

#[derive(Default)]
struct Tally {
    events: AtomicUsize,
    bytes: AtomicUsize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            all: Tally::default(),
            lanes: std::iter::repeat_with(Tally::default).take(TALLIES as usize).collect(),
        }
    }
}

impl Room {
    /// Takes room for one event. False, and nothing is taken, where too much waits: of all, or of its
    /// lane against what it leaves free. Who has nothing waiting is refused only where all is full.
    fn take(&self, lane: u64, bytes: usize) -> bool {
        let (events_of_all, bytes_of_all) = self.all.add(bytes);
        let (own_events, own_bytes) = self.lane(lane).add(bytes);
        let fits = own_events + events_of_all < QUEUE_EVENTS
            && own_bytes + bytes_of_all + bytes <= QUEUE_BYTES;
        if !fits {
            self.give_back(lane, bytes);
        }
        fits
    }

    fn give_back(&self, lane: u64, bytes: usize) {
        self.all.subtract(bytes);
        self.lane(lane).subtract(bytes);
    }

    fn exceeds_a_batch(&self) -> bool {
        self.all.events.load(Ordering::Relaxed) > BATCH_EVENTS
            || self.all.bytes.load(Ordering::Relaxed) > BATCH_BYTES
    }

    fn lane(&self, lane: u64) -> &Tally {
        &self.lanes[(lane % TALLIES) as usize]
    }
}

impl Tally {
    /// What there was before: events and their bytes.
    fn add(&self, bytes: usize) -> (usize, usize) {
        let events = self.events.fetch_add(1, Ordering::Relaxed);
        (events, self.bytes.fetch_add(bytes, Ordering::Relaxed))
    }

    fn subtract(&self, bytes: usize) {
        self.events.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
