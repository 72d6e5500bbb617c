//! The open connections: how many there may be, and which one goes when there are too many.
//!
//! A connection is ended from here only while nothing is owed to it. One whose body is arriving is
//! asked instead, so that its sender is told to come again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::AbortHandle, time::Instant};

use crate::{
    connection::{Activity, Doing},
    patience,
};

/// How long a connection must have done nothing before it may be closed for another: whoever has only
/// just come is likely about to send.
const SETTLED: Duration = Duration::from_millis(250);

/// Every open connection. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Connections {
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    next: u64,
    by_number: BTreeMap<u64, Entry>,
}

struct Entry {
    activity: Arc<Activity>,
    /// None until its task was started.
    task: Option<AbortHandle>,
}

/// A place among the open connections; free again when it is dropped.
pub(crate) struct Place {
    number: u64,
    connections: Connections,
}

impl Connections {
    /// Gives a connection its place.
    pub(crate) fn enter(&self, activity: Arc<Activity>) -> Place {
        let mut open = self.lock();
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Entry { activity, task: None });
        metrics::gauge!("highwire_connections").set(open.by_number.len() as f64);
        Place { number, connections: self.clone() }
    }

    /// Tells which task serves the connection in this place; nothing where it has left already.
    pub(crate) fn serves(&self, number: u64, task: AbortHandle) {
        if let Some(entry) = self.lock().by_number.get_mut(&number) {
            entry.task = Some(task);
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().by_number.len()
    }

    /// Ends the one that has been useless for longest; false where all of them are at work.
    pub(crate) fn end_the_idlest(&self, now: Instant) -> bool {
        let open = self.lock();
        let useless = open.by_number.values().filter_map(|entry| {
            let (doing, time) = entry.activity.at(now);
            let may_go = !matches!(doing, Doing::Working | Doing::Replying) && time >= SETTLED;
            may_go.then_some((time, entry))
        });
        let Some((_, entry)) = useless.max_by_key(|(time, _)| *time) else { return false };
        metrics::counter!("highwire_connections_evicted_total").increment(1);
        entry.end();
        true
    }

    /// Ends what takes longer than it may.
    pub(crate) fn end_what_is_overdue(&self, now: Instant) {
        for entry in self.lock().by_number.values() {
            let (doing, time) = entry.activity.at(now);
            if patience::with(doing).is_some_and(|patience| time >= patience) {
                entry.end();
            }
        }
    }

    /// Ends those that wait for a request, at the end of the server. Who has only just come may still
    /// be about to send one, and who was told to go is on its way.
    pub(crate) fn end_all_idle(&self, now: Instant) {
        for entry in self.lock().by_number.values() {
            match entry.activity.at(now) {
                (Doing::Resting | Doing::Receiving, _) => entry.end(),
                (Doing::Opened | Doing::Heading, time) if time >= SETTLED => entry.end(),
                (Doing::Opened | Doing::Heading, _) => {}
                (Doing::Working | Doing::Replying | Doing::Closing, _) => {}
            }
        }
    }

    /// Asks those whose body is arriving to answer without it.
    pub(crate) fn ask_all_to_close(&self) {
        for entry in self.lock().by_number.values() {
            entry.activity.ask_to_close();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn end(&self) {
        match (self.activity.doing(), &self.task) {
            (Doing::Receiving, _) => self.activity.ask_to_close(),
            (_, Some(task)) => task.abort(),
            (_, None) => {}
        }
    }
}

impl Place {
    /// Which place it is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = {
            let mut open = self.connections.lock();
            open.by_number.remove(&self.number);
            open.by_number.len()
        };
        metrics::gauge!("highwire_connections").set(left as f64);
    }
}
