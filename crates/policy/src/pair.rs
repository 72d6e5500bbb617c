//! When HighLevel tells one change of an opportunity in two events, then the second has nothing left to tell.
//!
//! `OpportunityCreate`, `OpportunityDelete` and the events of one field arrive with an
//! `OpportunityUpdate` beside them (`facts/highlevel.md` 7.1), in any order. Both stay in journal and
//! mirror. That two events are such a pair is taken from what they changed and not from their time
//! alone: an event that comes without its pair is always told.

use domain::{Applied, Change, Entity, Event, EventId, EventKind, Verb};
use jiff::{SignedDuration, Timestamp};

/// How far apart the two events of a pair may have happened.
const WINDOW: SignedDuration = SignedDuration::from_secs(10);

/// How old a record may be that an event says was created. An event that is sent once more, or a
/// record that is new only to this hub, is older.
const NEW: SignedDuration = SignedDuration::from_mins(1);

/// The event whose version of the record another event found.
#[derive(Clone, Debug, PartialEq)]
pub struct Sibling {
    /// What it says happened.
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What it changed.
    pub change: Change,
}

/// The event to look up as the [`Sibling`] of this one, where these are its changes; none where it
/// cannot be the second of a pair.
#[must_use]
pub fn sibling_of(event: &Event, changes: &[Change]) -> Option<EventId> {
    let of_pair = event.kind.verb == Verb::Updated || field(event.kind.verb).is_some();
    let own = own_change(event, changes)?;
    let left_nothing = own.applied == Applied::Unchanged;
    own.found.filter(|_| event.kind.entity == Entity::Opportunity && of_pair && left_nothing)
}

/// Whether everything that the event changed was told by its sibling.
#[must_use]
pub fn is_told(event: &Event, changes: &[Change], sibling: &Sibling) -> bool {
    let Some(own) = own_change(event, changes) else { return false };
    let change = &sibling.change;
    let apart = event.occurred_at.duration_since(sibling.occurred_at).abs();
    own.applied == Applied::Unchanged
        && own.found == Some(change.event)
        && (&own.tenant, &own.key) == (&change.tenant, &change.key)
        && event.kind.entity == Entity::Opportunity
        && sibling.kind.entity == Entity::Opportunity
        && apart <= WINDOW
        && match (event.kind.verb, sibling.kind.verb) {
            (Verb::Updated, Verb::Created) => is_new(sibling),
            (Verb::Updated, Verb::Deleted) => change.applied == Applied::Deleted,
            (Verb::Updated, verb) | (verb, Verb::Updated) => {
                let changed = |field| change.fields.contains_key(field);
                change.applied == Applied::Updated && field(verb).is_some_and(changed)
            }
            _ => false,
        }
}

/// Whether an event that says nothing new about a deleted opportunity belongs to its deletion: it
/// does not bring it back.
#[must_use]
pub fn echoes_deletion(event: &Event, deleted_at: Timestamp) -> bool {
    let updated = EventKind { entity: Entity::Opportunity, verb: Verb::Updated };
    event.kind == updated && event.occurred_at.duration_since(deleted_at).abs() <= WINDOW
}

/// The field that an event of one field is about, in the hub's words.
pub(crate) fn field(verb: Verb) -> Option<&'static str> {
    match verb {
        Verb::Assigned => Some("assigned_to"),
        Verb::StageChanged => Some("stage_id"),
        Verb::StatusChanged => Some("status"),
        Verb::ValueChanged => Some("value"),
        _ => None,
    }
}

/// The event of one field that says as much as this change, where one field is all that it changed.
pub(crate) fn single_field(change: &Change) -> Option<Verb> {
    let verbs = [Verb::Assigned, Verb::StageChanged, Verb::StatusChanged, Verb::ValueChanged];
    let only = |verb: &Verb| field(*verb).is_some_and(|name| change.fields.contains_key(name));
    let is_single = change.applied == Applied::Updated && change.fields.len() == 1;
    verbs.into_iter().find(only).filter(|_| is_single)
}

fn own_change<'a>(event: &Event, changes: &'a [Change]) -> Option<&'a Change> {
    changes.iter().find(|change| Some(&change.key) == event.record.as_ref())
}

/// Whether the record came to be when the event says so.
fn is_new(sibling: &Sibling) -> bool {
    let created_at = sibling.change.fields.get("created_at").and_then(|f| f.after.as_str());
    let created_at = created_at.and_then(|text| text.parse::<Timestamp>().ok());
    sibling.change.applied == Applied::Created
        && created_at.is_some_and(|at| sibling.occurred_at.duration_since(at).abs() <= NEW)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::{
        FieldChange, RecordKey,
        contract::sample::{at, event, event_id, tenant},
    };
    use serde_json::{Value, json};

    use super::*;

    fn opportunity(number: u128, verb: Verb, seconds: i64) -> Event {
        let mut event = event(number);
        event.kind = EventKind { entity: Entity::Opportunity, verb };
        event.record = Some(RecordKey::new(Entity::Opportunity, "deal-1"));
        event.occurred_at = at(seconds);
        event
    }

    fn change(event: &Event, applied: Applied, fields: &[(&str, Value)]) -> Change {
        let field = |(name, after): &(&str, Value)| {
            ((*name).to_owned(), FieldChange { before: Value::Null, after: after.clone() })
        };
        Change {
            event: event.id,
            tenant: tenant("alpha"),
            key: RecordKey::new(Entity::Opportunity, "deal-1"),
            applied,
            version: 2,
            fields: fields.iter().map(field).collect::<BTreeMap<_, _>>(),
            found: None,
        }
    }

    /// Whether an event of this kind that finds the record as the first one left it is told already.
    fn second(first: (Verb, Applied, &[(&str, Value)]), verb: Verb, seconds: i64) -> bool {
        let sibling = opportunity(1, first.0, 100);
        let second = opportunity(2, verb, 100 + seconds);
        let own = Change { found: Some(sibling.id), ..change(&second, Applied::Unchanged, &[]) };
        let changes = [own];
        let change = change(&sibling, first.1, first.2);
        let sibling = Sibling { kind: sibling.kind, occurred_at: sibling.occurred_at, change };
        sibling_of(&second, &changes) == Some(event_id(1)) && is_told(&second, &changes, &sibling)
    }

    #[test]
    fn the_second_of_a_pair_is_told_in_either_order() {
        let won = [("status", json!("won"))];
        assert!(second((Verb::StatusChanged, Applied::Updated, &won), Verb::Updated, 1));
        assert!(second((Verb::Updated, Applied::Updated, &won), Verb::StatusChanged, 1));
        assert!(second((Verb::Updated, Applied::Updated, &won), Verb::StatusChanged, -3));
        assert!(second((Verb::Deleted, Applied::Deleted, &[]), Verb::Updated, 1));
        let created = [("created_at", json!(at(99).to_string()))];
        assert!(second((Verb::Created, Applied::Created, &created), Verb::Updated, 1));
    }

    #[test]
    fn what_has_its_own_to_say_is_not_told_by_another() {
        let won = [("status", json!("won"))];
        let told = |first, verb, seconds| second((first, Applied::Updated, &won), verb, seconds);
        assert!(!told(Verb::StatusChanged, Verb::Updated, 11), "too far apart");
        assert!(!told(Verb::StatusChanged, Verb::StageChanged, 1), "two words for two things");
        assert!(!told(Verb::Updated, Verb::StageChanged, 1), "the stage did not change then");
        assert!(!told(Verb::Updated, Verb::Updated, 1), "two updates are no pair");
        assert!(!told(Verb::Updated, Verb::Created, 1), "nothing said that it is new");
        assert!(!told(Verb::StageChanged, Verb::Updated, 1), "the first one is a repetition");
    }

    #[test]
    fn a_record_that_is_new_only_to_this_hub_was_not_created_now() {
        let long_ago = [("created_at", json!("2021-11-26T12:41:02.193Z"))];
        assert!(!second((Verb::Created, Applied::Created, &long_ago), Verb::Updated, 1));
        let first_seen = [("status", json!("won"))];
        assert!(!second((Verb::StatusChanged, Applied::Created, &first_seen), Verb::Updated, 1));
    }

    #[test]
    fn an_event_that_changes_something_is_always_told() {
        let second = opportunity(2, Verb::Updated, 101);
        let own = Change {
            found: Some(event_id(1)),
            ..change(&second, Applied::Updated, &[("status", json!("won"))])
        };
        assert_eq!(sibling_of(&second, &[own]), None);
    }
}
