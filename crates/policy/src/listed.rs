//! When a list shows a record, then what differs from the mirror becomes a snapshot, and nothing else does.
//!
//! Lists lag behind a vendor's own writes by seconds, webhooks come late, and both say the same in
//! different forms. So only values that mean something else differ, and a row that moved a moment
//! before the list was read, or after, knows better than the list.

use std::collections::BTreeMap;

use domain::{Fields, ListScope, Listed, Origin, Record, RecordKey, Snapshot};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How long after a change a list may still show what was before (`facts/highlevel.md` 6.1: seconds).
pub const SETTLING: SignedDuration = SignedDuration::from_secs(120);

/// What was read, for whom, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The vendor, such as `highlevel`.
    pub vendor: String,
    /// Whose lists.
    pub scope: ListScope,
    /// [`Origin::Backfill`] where it is no news, [`Origin::Reconcile`] otherwise.
    pub origin: Origin,
    /// When the page was asked for, by the hub's clock.
    pub read_at: Timestamp,
}

/// What a list says of a record, against what the mirror has.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The mirror does not have it.
    Created(Snapshot),
    /// The mirror has other values.
    Updated(Snapshot),
    /// The vendor has it no more.
    Deleted(Snapshot),
    /// The mirror has it as it is.
    Same,
    /// It changed a moment ago: what is told of it counts more than the list.
    Moving,
}

impl Finding {
    /// What is to be told of it.
    #[must_use]
    pub fn into_snapshot(self) -> Option<Snapshot> {
        match self {
            Self::Created(snapshot) | Self::Updated(snapshot) | Self::Deleted(snapshot) => {
                Some(snapshot)
            }
            Self::Same | Self::Moving => None,
        }
    }
}

/// Compares what a list shows with the row of the mirror.
#[must_use]
pub fn compare(reading: &Reading, row: Option<&Record>, listed: Listed) -> Finding {
    let Listed { key, fields, occurred_at } = listed;
    // No vendor's clock may take a row into the future, where nothing could change it.
    let occurred_at = occurred_at.map(|at| at.min(reading.read_at));
    let Some(row) = row else {
        let fields = fields.into_iter().filter(|(_, value)| !is_empty(value)).collect();
        return Finding::Created(snapshot(reading, key, (None, occurred_at), fields));
    };
    let differences = differences(&row.fields, fields);
    if differences.is_empty() && row.deleted_at.is_none() {
        return Finding::Same;
    }
    if is_moving(row, occurred_at, reading.read_at) {
        return Finding::Moving;
    }
    let is_back = row.deleted_at.is_some();
    let snapshot = snapshot(reading, key, (Some(row), occurred_at), differences);
    match is_back {
        true => Finding::Created(snapshot),
        false => Finding::Updated(snapshot),
    }
}

/// What follows for a row that its list does not show and that the vendor does not give by its id, where
/// it shows its own writes at once.
#[must_use]
pub fn gone(reading: &Reading, row: &Record) -> Finding {
    if row.deleted_at.is_some() || row.last_seen_at >= reading.read_at {
        return Finding::Moving;
    }
    let told = snapshot(reading, row.key.clone(), (Some(row), None), Fields::new());
    Finding::Deleted(Snapshot { gone: true, ..told })
}

fn snapshot(
    reading: &Reading,
    key: RecordKey,
    (row, occurred_at): (Option<&Record>, Option<Timestamp>),
    fields: Fields,
) -> Snapshot {
    Snapshot {
        tenant: reading.scope.tenant.clone(),
        vendor: reading.vendor.clone(),
        account: reading.scope.account.clone(),
        origin: reading.origin,
        key,
        fields,
        gone: false,
        occurred_at: occurred_at.unwrap_or(reading.read_at),
        found: row.map(|row| row.event),
        read_at: reading.read_at,
    }
}

/// Whether a row may be newer than the list: it moved after the page was asked for, or shortly before
/// and the list shows an older state.
fn is_moving(row: &Record, occurred_at: Option<Timestamp>, read_at: Timestamp) -> bool {
    let is_fresh = read_at.duration_since(row.last_seen_at) < SETTLING;
    let is_older = occurred_at.is_some_and(|at| at < row.occurred_at);
    row.last_seen_at >= read_at || (is_fresh && (is_older || row.deleted_at.is_some()))
}

/// The values that mean something else than the row's.
fn differences(known: &Fields, told: Fields) -> Fields {
    let differs = |name: &String, value: &Value| {
        !means_the_same(known.get(name).unwrap_or(&Value::Null), value)
    };
    told.into_iter().filter(|(name, value)| differs(name, value)).collect()
}

/// Whether two values mean the same, in whichever form a vendor gives them: as numbers, as moments, as
/// lists of words in any order, and as nothing.
fn means_the_same(one: &Value, other: &Value) -> bool {
    if is_empty(one) || is_empty(other) {
        return is_empty(one) && is_empty(other);
    }
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::String(one), Value::String(other)) => {
            one == other || moment(one).is_some_and(|at| moment(other) == Some(at))
        }
        (Value::Array(one), Value::Array(other)) => have_the_same(one, other),
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys());
            names.into_iter().all(|name| {
                let value = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or_default()
                };
                means_the_same(&value(one), &value(other))
            })
        }
        _ => one == other,
    }
}

fn have_the_same(one: &[Value], other: &[Value]) -> bool {
    let counts = |values: &[Value]| {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        for value in values {
            *counts.entry(value.as_str()?.to_owned()).or_default() += 1;
        }
        Some(counts)
    };
    match (counts(one), counts(other)) {
        (Some(one), Some(other)) => one == other,
        _ => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| means_the_same(one, other))
        }
    }
}

/// Whether a value says that there is none.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The moment that a text is; none where it is another text.
fn moment(text: &str) -> Option<Timestamp> {
    let looks_like_one = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    text.parse().ok().filter(|_| looks_like_one)
}

#[cfg(test)]
mod tests {
    use domain::{
        Applied, Entity, RecordUpdate,
        contract::sample::{at, event_id, record, tenant},
    };
    use serde_json::json;

    use super::*;
    use crate::mirror;

    /// Long after [`row`] was told.
    const LATER: i64 = 10_000;

    fn reading(seconds: i64) -> Reading {
        Reading {
            vendor: "highlevel".to_owned(),
            scope: ListScope { tenant: tenant("alpha"), account: Some("location-1".to_owned()) },
            origin: Origin::Reconcile,
            read_at: at(seconds),
        }
    }

    fn fields(values: &[(&str, Value)]) -> Fields {
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn row(values: &[(&str, Value)]) -> Record {
        let mut row = record(&tenant("alpha"), "c1", 1);
        (row.fields, row.occurred_at, row.last_seen_at) = (fields(values), at(1), at(2));
        row
    }

    fn listed(values: &[(&str, Value)], occurred_at: Option<i64>) -> Listed {
        Listed {
            key: RecordKey::new(Entity::Contact, "c1"),
            fields: fields(values),
            occurred_at: occurred_at.map(at),
        }
    }

    fn told(finding: Finding) -> Snapshot {
        finding.into_snapshot().expect("something is told")
    }

    #[test]
    fn what_is_said_in_another_form_is_the_same() {
        let row = row(&[
            ("tags", json!(["b", "a"])),
            ("value", json!(5)),
            ("created_at", json!("2026-01-01T00:00:00Z")),
            ("city", json!("")),
            ("custom_fields", json!({"f1": "x", "f2": null})),
            ("told_elsewhere", json!("kept")),
        ]);
        let same = listed(
            &[
                ("tags", json!(["a", "b"])),
                ("value", json!(5.0)),
                ("created_at", json!("2026-01-01T00:00:00.000+00:00")),
                ("city", json!(null)),
                ("phone", json!(null)),
                ("custom_fields", json!({"f1": "x"})),
            ],
            Some(5),
        );
        assert_eq!(compare(&reading(LATER), Some(&row), same), Finding::Same);
    }

    #[test]
    fn only_what_differs_is_told() {
        let row = row(&[("name", json!("Ada")), ("phone", json!("+1")), ("tags", json!(["a"]))]);
        let other = listed(
            &[("name", json!("Ada")), ("phone", json!(null)), ("tags", json!(["a", "a"]))],
            Some(5),
        );
        let finding = compare(&reading(LATER), Some(&row), other);
        assert!(matches!(finding, Finding::Updated(_)));
        let told = told(finding);
        assert_eq!(told.fields, fields(&[("phone", json!(null)), ("tags", json!(["a", "a"]))]));
        assert_eq!((told.found, told.occurred_at), (Some(row.event), at(5)));
    }

    #[test]
    fn what_is_new_is_told_whole_and_without_what_it_lacks() {
        let new = listed(&[("name", json!("Ada")), ("phone", json!(null))], None);
        let finding = compare(&reading(7), None, new);
        assert!(matches!(finding, Finding::Created(_)));
        let told = told(finding);
        assert_eq!(told.fields, fields(&[("name", json!("Ada"))]));
        assert_eq!((told.found, told.occurred_at), (None, at(7)), "it happened at the latest then");
    }

    #[test]
    fn what_moved_meanwhile_is_left_alone() {
        let mut row = row(&[("name", json!("new"))]);
        let old = || listed(&[("name", json!("old"))], Some(0));
        (row.occurred_at, row.last_seen_at) = (at(100), at(101));
        assert_eq!(compare(&reading(101), Some(&row), old()), Finding::Moving, "after the page");
        assert_eq!(compare(&reading(110), Some(&row), old()), Finding::Moving, "lists lag");
        let settled = 101 + SETTLING.as_secs();
        assert!(matches!(compare(&reading(settled), Some(&row), old()), Finding::Updated(_)));
        let newer = listed(&[("name", json!("newer"))], Some(105));
        assert!(matches!(compare(&reading(110), Some(&row), newer), Finding::Updated(_)));
    }

    #[test]
    fn what_was_deleted_comes_back_when_the_list_had_time_to_lose_it() {
        let mut row = row(&[("name", json!("Ada"))]);
        (row.deleted_at, row.last_seen_at) = (Some(at(100)), at(100));
        let shown = || listed(&[("name", json!("Ada"))], Some(99));
        assert_eq!(compare(&reading(110), Some(&row), shown()), Finding::Moving);
        let finding = compare(&reading(LATER), Some(&row), shown());
        assert!(matches!(finding, Finding::Created(_)), "{finding:?}");
    }

    #[test]
    fn what_is_gone_leaves_a_tombstone_once() {
        let mut row = row(&[("name", json!("Ada"))]);
        assert_eq!(gone(&reading(2), &row), Finding::Moving, "it was told after it was asked for");
        let told = told(gone(&reading(LATER), &row));
        assert!(told.gone && told.fields.is_empty());
        row.deleted_at = Some(at(5));
        assert_eq!(gone(&reading(LATER), &row), Finding::Moving);
    }

    #[test]
    fn no_clock_leads_into_the_future() {
        let ahead = listed(&[("name", json!("x"))], Some(LATER + 999));
        assert_eq!(told(compare(&reading(LATER), None, ahead)).occurred_at, at(LATER));
    }

    #[test]
    fn what_is_told_makes_the_row_what_the_list_shows() {
        let mut row = row(&[("name", json!("Ada")), ("phone", json!("+1"))]);
        row.event = event_id(1);
        let shown = || listed(&[("name", json!("Eva")), ("phone", json!(null))], Some(5));
        let event = told(compare(&reading(LATER), Some(&row), shown())).into_event();
        let updates = Snapshot::updates(&event).unwrap();
        let [update] = <[RecordUpdate; 1]>::try_from(updates).unwrap();
        let (change, next) = mirror::apply(&event, &tenant("alpha"), Some(&row), update.clone());
        let next = next.expect("it changed");
        assert_eq!((change.applied, change.fields.len()), (Applied::Updated, 2));
        assert_eq!(compare(&reading(LATER), Some(&next), shown()), Finding::Same);
        let (late, _) = mirror::apply(&event, &tenant("alpha"), Some(&next), update);
        assert_eq!(late.applied, Applied::Stale, "the row is another one now");
    }
}
