//! What the port itself wrote a while ago: until its event comes back, the mirror is behind.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::{Record, RecordKey, Tenant};
use jiff::{SignedDuration, Timestamp};

/// How long an event of a write is waited for: one that has not come by then will not come.
const LASTS: SignedDuration = SignedDuration::from_mins(5);

/// How many writes are remembered at most.
const MOST: usize = 10_000;

/// The newest write of each record.
#[derive(Debug, Default)]
pub(super) struct OwnWrites(Mutex<BTreeMap<(Tenant, RecordKey), Timestamp>>);

impl OwnWrites {
    /// Remembers that a record was written, by a call that began at this moment: the event of it
    /// happened later, and can be here before the call has returned.
    pub(super) fn add(&self, tenant: &Tenant, key: RecordKey, began_at: Timestamp) {
        // Events tell their time in milliseconds.
        let began_at = Timestamp::from_millisecond(began_at.as_millisecond()).unwrap_or(began_at);
        let mut writes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if writes.len() >= MOST {
            writes.retain(|_, at| began_at.duration_since(*at) < LASTS);
        }
        if writes.len() < MOST {
            writes.insert((tenant.clone(), key), began_at);
        }
    }

    /// Whether the mirror's row is as new as what was written.
    pub(super) fn are_seen(&self, record: &Record, now: Timestamp) -> bool {
        let writes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = writes.get(&(record.tenant.clone(), record.key.clone()));
        written.is_none_or(|at| record.occurred_at >= *at || now.duration_since(*at) >= LASTS)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Entity,
        contract::sample::{at, record, tenant},
    };

    use super::*;

    #[test]
    fn a_row_from_before_a_write_does_not_count_for_a_while() {
        let (writes, owner) = (OwnWrites::default(), tenant("alpha"));
        let old = record(&owner, "a", 1);
        assert!(writes.are_seen(&old, at(10)));
        writes.add(&owner, RecordKey::new(Entity::Contact, "a"), at(10));
        assert!(!writes.are_seen(&old, at(11)));
        assert!(writes.are_seen(&record(&owner, "b", 1), at(11)));
        assert!(writes.are_seen(&record(&tenant("beta"), "a", 1), at(11)));
        let new = Record { occurred_at: at(10), ..old.clone() };
        assert!(writes.are_seen(&new, at(11)));
        assert!(writes.are_seen(&old, at(310)));
    }
}
