//! When an event says something about a record, then the mirror has it, unless it knows better.
//!
//! HighLevel promises no order (`facts/highlevel.md` 7.2), so a record never goes back to an older
//! state: what happened before its newest event is noted and not applied (`facts/engine.md` 5.3).

use std::collections::BTreeMap;

use domain::{Applied, Change, Event, FieldChange, Fields, Origin, Record, RecordUpdate, Tenant};
use jiff::Timestamp;
use serde_json::Value;

use crate::pair;

/// What an update makes of a record: the change, and the row where it differs.
#[must_use]
pub fn apply(
    event: &Event,
    tenant: &Tenant,
    current: Option<&Record>,
    update: RecordUpdate,
) -> (Change, Option<Record>) {
    let (update, compared_with) = match update {
        RecordUpdate::Compared { found, update } => (*update, Some(found)),
        other => (other, None),
    };
    let (key, said, removes) = match update {
        RecordUpdate::Set(key, fields) => (key, fields, false),
        RecordUpdate::Remove(key, fields) => (key, fields, true),
        // Nothing is compared twice.
        RecordUpdate::Compared { update, .. } => return apply(event, tenant, current, *update),
    };
    let version = current.map_or(0, |record| record.version);
    let change = |applied, version, fields| Change {
        event: event.id,
        tenant: tenant.clone(),
        key: key.clone(),
        applied,
        version,
        fields,
        found: current.map(|record| record.event),
    };
    let is_late = match compared_with {
        // What was read in a list counts as long as nothing else has changed the row: then it is what
        // the vendor has, whatever its clock says.
        Some(found) => current.map(|record| record.event) != found,
        None => current.is_some_and(|record| event.occurred_at < record.occurred_at),
    };
    if is_late {
        return (change(Applied::Stale, version, BTreeMap::new()), None);
    }
    let nothing = Fields::new();
    let fields = current.map_or(&nothing, |record| &record.fields);
    let differences = differences(fields, said);
    let was_deleted = current.and_then(|record| record.deleted_at);
    let applied = match (current, removes, was_deleted) {
        (_, true, None) => Applied::Deleted,
        (_, false, Some(deleted_at))
            if differences.is_empty() && pair::echoes_deletion(event, deleted_at) =>
        {
            Applied::Unchanged
        }
        (None, false, _) | (Some(_), false, Some(_)) => Applied::Created,
        (Some(_), _, _) | (None, true, Some(_)) if differences.is_empty() => Applied::Unchanged,
        (Some(_), _, _) | (None, true, Some(_)) => Applied::Updated,
    };
    if applied == Applied::Unchanged {
        return (change(applied, version, differences), None);
    }
    let record = Record {
        tenant: tenant.clone(),
        key: key.clone(),
        fields: after(fields, &differences),
        version: version + 1,
        occurred_at: moment(event, current),
        deleted_at: removes.then_some(was_deleted.unwrap_or(event.occurred_at)),
        event: event.id,
        account: event.account.clone().or_else(|| current.and_then(|row| row.account.clone())),
        origin: event.origin,
        first_seen_at: current.map_or(event.received_at, |row| row.first_seen_at),
        last_seen_at: event.received_at,
    };
    (change(applied, version + 1, differences), Some(record))
}

/// Where the record's clock stands after an event.
///
/// What somebody with a key sends without a time of its own is of the moment at which it came. If that
/// set the clock, what the vendor says of a second before and delivers a second later would be stale.
fn moment(event: &Event, current: Option<&Record>) -> Timestamp {
    let is_undated = event.origin == Origin::Keyed && event.occurred_at == event.received_at;
    match (is_undated, current) {
        (false, Some(record)) => event.occurred_at.max(record.occurred_at),
        (false, None) => event.occurred_at,
        (true, Some(record)) => record.occurred_at,
        (true, None) => Timestamp::UNIX_EPOCH,
    }
}

/// Where what was said differs from the fields. A null says that there is no value.
fn differences(fields: &Fields, said: Fields) -> BTreeMap<String, FieldChange> {
    let difference = |(name, after): (String, Value)| {
        let before = fields.get(&name).unwrap_or(&Value::Null);
        (*before != after).then(|| (name, FieldChange { before: before.clone(), after }))
    };
    said.into_iter().filter_map(difference).collect()
}

/// The fields with the differences.
fn after(fields: &Fields, differences: &BTreeMap<String, FieldChange>) -> Fields {
    let mut fields = fields.clone();
    for (name, change) in differences {
        match change.after.is_null() {
            true => fields.remove(name),
            false => fields.insert(name.clone(), change.after.clone()),
        };
    }
    fields
}

#[cfg(test)]
mod tests {
    use domain::{
        Entity, EventKind, RecordKey, Verb,
        contract::sample::{at, event, event_id, tenant},
    };
    use serde_json::json;

    use super::*;

    fn happened(number: u128, seconds: i64) -> Event {
        let mut event = event(number);
        event.occurred_at = at(seconds);
        event
    }

    fn set(fields: &[(&str, Value)]) -> RecordUpdate {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        RecordUpdate::Set(RecordKey::new(Entity::Contact, "c1"), fields.collect())
    }

    fn remove() -> RecordUpdate {
        RecordUpdate::Remove(RecordKey::new(Entity::Contact, "c1"), Fields::new())
    }

    fn fold(steps: Vec<(Event, RecordUpdate)>) -> (Vec<Applied>, Option<Record>) {
        let (mut row, mut applied) = (None, Vec::new());
        for (event, update) in steps {
            let (change, next) = apply(&event, &tenant("alpha"), row.as_ref(), update);
            applied.push(change.applied);
            row = next.or(row);
        }
        (applied, row)
    }

    #[test]
    fn fields_that_are_not_named_stay_and_null_clears() {
        let (applied, row) = fold(vec![
            (happened(1, 1), set(&[("name", json!("Ada")), ("email", json!("a@example.com"))])),
            (happened(2, 2), set(&[("email", json!(null)), ("phone", json!("+1"))])),
            (happened(3, 3), set(&[("phone", json!("+1"))])),
        ]);
        assert_eq!(applied, [Applied::Created, Applied::Updated, Applied::Unchanged]);
        let row = row.unwrap();
        assert_eq!(row.version, 2);
        let fields = [("name".to_owned(), json!("Ada")), ("phone".to_owned(), json!("+1"))];
        assert_eq!(row.fields, Fields::from(fields));
    }

    #[test]
    fn an_older_event_changes_nothing_and_says_so() {
        let (applied, row) = fold(vec![
            (happened(1, 5), set(&[("name", json!("new"))])),
            (happened(2, 4), set(&[("name", json!("old"))])),
            (happened(3, 4), remove()),
        ]);
        assert_eq!(applied, [Applied::Created, Applied::Stale, Applied::Stale]);
        assert_eq!(row.unwrap().fields["name"], json!("new"));
    }

    #[test]
    fn what_is_undated_and_unsigned_does_not_make_the_vendors_word_stale() {
        let undated = |number, second| {
            let event = Event { received_at: at(second), ..happened(number, second) };
            Event { origin: Origin::Keyed, ..event }
        };
        let (applied, row) = fold(vec![
            (undated(1, 9), set(&[("name", json!("workflow's"))])),
            (happened(2, 5), set(&[("name", json!("vendor's"))])),
            (undated(3, 8), set(&[("phone", json!("+1"))])),
            (happened(4, 6), set(&[("name", json!("vendor's next"))])),
        ]);
        assert_eq!(
            applied,
            [Applied::Created, Applied::Updated, Applied::Updated, Applied::Updated]
        );
        let row = row.unwrap();
        assert_eq!((row.occurred_at, &row.fields["name"]), (at(6), &json!("vendor's next")));
        let dated = Event { received_at: at(90), origin: Origin::Keyed, ..happened(5, 7) };
        let (_, newer) =
            apply(&dated, &tenant("alpha"), Some(&row), set(&[("phone", json!("+2"))]));
        assert_eq!(newer.unwrap().occurred_at, at(7), "a time that was told counts");
    }

    #[test]
    fn what_was_read_in_a_list_counts_unless_the_row_has_moved_on() {
        let compared = |found, name: &str| RecordUpdate::Compared {
            found,
            update: Box::new(set(&[("name", json!(name))])),
        };
        let (applied, row) = fold(vec![
            (happened(1, 9), compared(None, "first")),
            (happened(2, 5), compared(Some(event_id(1)), "older by its clock, and read later")),
            (happened(3, 20), compared(Some(event_id(1)), "compared with what is no longer there")),
            (happened(4, 20), compared(None, "made meanwhile")),
        ]);
        assert_eq!(applied, [Applied::Created, Applied::Updated, Applied::Stale, Applied::Stale]);
        let row = row.unwrap();
        assert_eq!((row.event, row.occurred_at), (event_id(2), at(9)), "a clock never goes back");
    }

    #[test]
    fn a_row_tells_where_it_is_and_since_when_it_is_known() {
        let (_, row) = fold(vec![
            (happened(1, 1), set(&[("name", json!("Ada"))])),
            (
                Event {
                    account: None,
                    received_at: at(70),
                    origin: Origin::Keyed,
                    ..happened(2, 2)
                },
                set(&[("name", json!("Eve"))]),
            ),
        ]);
        let row = row.unwrap();
        assert_eq!((row.account.as_deref(), row.origin), (Some("location-1"), Origin::Keyed));
        assert_eq!((row.first_seen_at, row.last_seen_at), (at(2), at(70)));
    }

    #[test]
    fn a_deleted_record_is_a_tombstone_until_something_newer_brings_it_back() {
        let (applied, row) = fold(vec![
            (happened(1, 1), set(&[("name", json!("Ada"))])),
            (happened(2, 2), remove()),
            (happened(3, 3), remove()),
        ]);
        assert_eq!(applied, [Applied::Created, Applied::Deleted, Applied::Unchanged]);
        assert_eq!(row.as_ref().and_then(|row| row.deleted_at), Some(at(2)));
        let (change, back) =
            apply(&happened(4, 4), &tenant("alpha"), row.as_ref(), set(&[("name", json!("Ada"))]));
        assert_eq!((change.applied, back.unwrap().deleted_at), (Applied::Created, None));
    }

    #[test]
    fn the_update_beside_a_deletion_does_not_bring_the_record_back() {
        let (gone, mut beside) = (happened(2, 2), happened(3, 3));
        beside.kind = EventKind { entity: Entity::Opportunity, verb: Verb::Updated };
        let name = set(&[("name", json!("Ada"))]);
        let steps = vec![(happened(1, 1), name.clone()), (gone, remove()), (beside.clone(), name)];
        let (applied, row) = fold(steps);
        assert_eq!(applied, [Applied::Created, Applied::Deleted, Applied::Unchanged]);
        assert!(row.as_ref().unwrap().deleted_at.is_some());
        beside.occurred_at = at(60);
        let (change, _) =
            apply(&beside, &tenant("alpha"), row.as_ref(), set(&[("name", json!("Ada"))]));
        assert_eq!((change.applied, change.found), (Applied::Created, Some(event_id(2))));
    }

    #[test]
    fn a_deletion_of_what_was_never_seen_leaves_a_tombstone() {
        let (applied, row) = fold(vec![(happened(1, 1), remove())]);
        assert_eq!(applied, [Applied::Deleted]);
        assert!(row.unwrap().deleted_at.is_some());
    }
}
