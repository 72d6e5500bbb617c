//! What was cut off from answers, for ten minutes and for whom it was cut.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Actor, Tenant};
use highlevel::LocationId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{Caller, Place, ToolError};

/// How long a rest is kept.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How many bytes of JSON are kept for all callers together; the oldest gives way.
const MOST_KEPT: usize = 2 << 20;

/// Who may fetch a rest: who was given the answer, in the location that it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    actor: Actor,
    tenant: Tenant,
    location: LocationId,
}

/// The rest of an answer.
pub(super) struct Remainder {
    /// What the answer was cut from, from its beginning.
    pub(super) keepsake: Keepsake,
    /// Where strangers wrote in it: JSON Pointers below an item of the list, or below the text.
    pub(super) untrusted: Vec<String>,
}

/// What an answer was cut from.
pub(super) enum Keepsake {
    /// The items of a list, each as JSON.
    List(Vec<Box<str>>),
    /// A whole answer as JSON.
    Text(Box<str>),
}

/// The rests of answers, bounded in bytes and time.
#[derive(Default)]
pub(crate) struct Handles {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// The oldest first.
    rests: VecDeque<Rest>,
    bytes: usize,
    count: u64,
}

struct Rest {
    name: String,
    owner: Owner,
    until: Timestamp,
    bytes: usize,
    remainder: Arc<Remainder>,
}

impl Owner {
    /// This caller, working there.
    pub(crate) fn new(caller: &Caller, place: &Place) -> Self {
        Self {
            actor: caller.actor.clone(),
            tenant: place.tenant.clone(),
            location: place.location.clone(),
        }
    }
}

impl Remainder {
    /// The value at a JSON Pointer.
    pub(super) fn at(&self, pointer: &str) -> Result<Value, ToolError> {
        let found = match &self.keepsake {
            Keepsake::Text(text) => {
                let whole: Value = serde_json::from_str(text).unwrap_or_default();
                whole.pointer(pointer).cloned()
            }
            Keepsake::List(items) => in_list(items, pointer),
        };
        found.ok_or_else(|| {
            let fix = "begin at `/0` for the first record of a list, or leave `pointer` out";
            ToolError::argument(format!("there is nothing at `{pointer}`"), fix)
        })
    }

    /// This pointer, where strangers wrote anything at all.
    pub(super) fn untrusted_all(&self, pointer: &str) -> Vec<String> {
        match self.untrusted.is_empty() {
            true => Vec::new(),
            false => vec![pointer.to_owned()],
        }
    }

    fn bytes(&self) -> usize {
        match &self.keepsake {
            Keepsake::List(items) => items.iter().map(|item| item.len() + 16).sum(),
            Keepsake::Text(text) => text.len(),
        }
    }
}

impl Handles {
    /// Keeps a rest, and gives its handle from a position on; none where it is too large.
    pub(super) fn keep(
        &self,
        remainder: Remainder,
        from: usize,
        owner: &Owner,
        now: Timestamp,
    ) -> Option<String> {
        let bytes = remainder.bytes();
        if bytes > MOST_KEPT {
            return None;
        }
        let mut shelf = self.shelf();
        shelf.sweep(now, bytes);
        shelf.count += 1;
        let name = format!("{:x}-{}", now.as_millisecond(), shelf.count);
        let handle = Self::name(&name, from);
        let until = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let remainder = Arc::new(remainder);
        shelf.bytes += bytes;
        shelf.rests.push_back(Rest { name, owner: owner.clone(), until, bytes, remainder });
        Some(handle)
    }

    /// What is kept under a handle, and from where.
    pub(super) fn find(
        &self,
        handle: &str,
        owner: &Owner,
        now: Timestamp,
    ) -> Result<(Arc<Remainder>, usize), ToolError> {
        let (name, from) = handle.split_once('.').unwrap_or((handle, "0"));
        let from = from.parse().ok();
        let shelf = self.shelf();
        let found = shelf
            .rests
            .iter()
            .find(|rest| rest.name == name && rest.owner == *owner && rest.until > now);
        found.map(|rest| Arc::clone(&rest.remainder)).zip(from).ok_or_else(|| {
            ToolError::new(
                "unknown_handle",
                "nothing of yours is kept under this handle",
                "ask again with the tool that gave it; a rest is kept for ten minutes",
            )
        })
    }

    /// The handle of the same rest from another position on.
    pub(super) fn name(handle: &str, from: usize) -> String {
        let name = handle.split_once('.').map_or(handle, |(name, _)| name);
        format!("{name}.{from}")
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Takes out what is past its time, and the oldest until so many bytes are free.
    fn sweep(&mut self, now: Timestamp, wanted: usize) {
        while let Some(oldest) = self.rests.front() {
            if oldest.until > now && self.bytes + wanted <= MOST_KEPT {
                return;
            }
            self.bytes -= oldest.bytes;
            self.rests.pop_front();
        }
    }
}

/// The value at a pointer into a list whose items are kept apart.
fn in_list(items: &[Box<str>], pointer: &str) -> Option<Value> {
    let inner = pointer.strip_prefix('/')?;
    let (index, rest) = inner.split_once('/').unwrap_or((inner, ""));
    let item: Value = serde_json::from_str(items.get(index.parse::<usize>().ok()?)?).ok()?;
    match rest {
        "" => Some(item),
        rest => item.pointer(&format!("/{rest}")).cloned(),
    }
}
