//! When something is old or takes too much room, then it goes, unless the hub still needs it.
//!
//! What is not projected, decided or delivered is needed, and so is the event that a row of the mirror
//! shows as its origin; no limit counts more than that. An event keeps its identities for
//! [`IDENTITIES`], since a vendor may send it again for days (`facts/engine.md` 5.2).

use std::collections::BTreeMap;

use domain::{EventId, Kept, Need, Retained, Sequence};
use jiff::{SignedDuration, Timestamp};

/// How long an event is recognized when it comes again, whatever the limits say.
pub const IDENTITIES: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What one kind of things may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// How old; none where age does not count.
    pub age: Option<SignedDuration>,
    /// How many bytes all together; none where that does not count.
    pub size: Option<u64>,
}

/// The limits of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Of raw bytes.
    pub bytes: Limit,
    /// Of events.
    pub events: Limit,
    /// Of finished actions with their attempts.
    pub attempts: Limit,
    /// Of the audit.
    pub audit: Limit,
    /// Of change sets.
    pub changes: Limit,
}

impl Limits {
    /// The limit of a kind. Raw bytes go no later than their events.
    #[must_use]
    pub fn of(&self, kind: Retained) -> Limit {
        let older = |one: Option<SignedDuration>, other: Option<SignedDuration>| match (one, other)
        {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        match kind {
            Retained::Bytes => Limit { age: older(self.bytes.age, self.events.age), ..self.bytes },
            Retained::Events => self.events,
            Retained::Attempts => self.attempts,
            Retained::Audit => self.audit,
            Retained::Changes => self.changes,
        }
    }
}

/// What is cut off by a limit: the oldest part of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What is kept since before this moment goes.
    before: Option<Timestamp>,
    /// So many bytes of the others go, the oldest first.
    excess: u64,
}

impl Cut {
    /// What goes by a limit at `now` of things that take `total` bytes.
    #[must_use]
    pub fn new(limit: Limit, now: Timestamp, total: u64) -> Self {
        Self {
            before: limit.age.map(|age| now.checked_sub(age).unwrap_or(Timestamp::MIN)),
            excess: limit.size.map_or(0, |size| total.saturating_sub(size)),
        }
    }

    /// Whether the limit wants this to go.
    #[must_use]
    pub fn wants(&self, thing: &Kept) -> bool {
        self.excess > 0 || self.before.is_some_and(|before| thing.since < before)
    }
}

/// What is known of the hub when something is to go.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// The journal's end.
    pub journaled: Sequence,
    /// How far the mirror reflects it.
    pub projected: Sequence,
    /// How far decisions were taken.
    pub decided: Sequence,
    /// Why events of the page cannot go; those that are not in it are not needed.
    pub needs: &'a BTreeMap<EventId, Need>,
}

/// What becomes of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What goes, in order.
    pub going: Vec<Kept>,
    /// Up to this place nothing of the page has to be looked at again soon: what is there goes, or is
    /// needed. None where the first thing of the page has its turn later.
    pub passed: Option<u64>,
}

/// Chooses what of a page goes, the oldest first. What goes counts against the excess of the cut.
#[must_use]
pub fn choose(kind: Retained, page: &[Kept], cut: &mut Cut, grounds: &Grounds<'_>) -> Choice {
    let (mut choice, mut passing) = (Choice::default(), true);
    for thing in page {
        let is_due = cut.wants(thing) && is_followed(kind, thing, grounds);
        passing &= is_due;
        if passing {
            choice.passed = Some(thing.place);
        }
        if is_due && !is_needed(kind, thing, grounds) {
            cut.excess = cut.excess.saturating_sub(thing.size);
            choice.going.push(*thing);
        }
    }
    choice
}

/// Whether mirror and decisions are past it.
fn is_followed(kind: Retained, thing: &Kept, grounds: &Grounds<'_>) -> bool {
    let followed = grounds.projected.min(grounds.decided).0;
    match kind {
        Retained::Bytes | Retained::Events => thing.place <= followed,
        // Their places are none in the journal.
        Retained::Attempts | Retained::Audit | Retained::Changes => true,
    }
}

fn is_needed(kind: Retained, thing: &Kept, grounds: &Grounds<'_>) -> bool {
    let need = grounds.needs.get(&thing.event);
    match kind {
        Retained::Bytes => need == Some(&Need::Whole),
        Retained::Events => {
            let recognized = thing.since.checked_add(IDENTITIES).is_ok_and(|end| grounds.now < end);
            need.is_some() || recognized || thing.place >= grounds.journaled.0
        }
        // A store names finished actions only, and nothing refers to the others.
        Retained::Attempts | Retained::Audit | Retained::Changes => false,
    }
}

#[cfg(test)]
mod tests;
