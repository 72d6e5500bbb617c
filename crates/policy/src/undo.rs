//! Undo: what a record gets back of what a change set did to it, and when a person's hand forbids it.
//!
//! People win: a record is left as it is where a field that the set wrote has a third value by now,
//! neither the one before nor the one that the set left. A value that is back already counts as
//! undone, so the same undo can run again after it was cut off.

mod sameness;
#[cfg(test)]
mod tests;
mod trace;

use std::collections::BTreeSet;

use domain::{Difference, Entity, RecordKey, TagChange, UndoConflict, WrittenField, crm::Standing};
use serde_json::{Value, json};

pub use self::trace::{Trace, traces};
use self::{
    sameness::is_same,
    trace::{Fate, TracedField, folded},
};

/// How an appointment stands that is not to happen any more.
const CANCELLED: &str = "cancelled";

/// What can be taken away that was made.
const GOES: [Entity; 4] = [Entity::Appointment, Entity::Contact, Entity::Note, Entity::Opportunity];

/// The name of a contact as a whole, which follows from its parts.
const FULL_NAME: &str = "full_name";

/// What to do with one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It is as it was before.
    Nothing,
    /// It gets these values and tags back: before is what it has now.
    Restore(Difference),
    /// The set made it, and nobody has touched it since: it goes.
    Delete,
    /// Somebody changed it since: it is left as it is.
    Refuse(Vec<UndoConflict>),
    /// Nothing can be done about it.
    Impossible(Obstacle),
}

/// Why something cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// It reached a person.
    Sent,
    /// The record was deleted, and a new one would be another.
    Deleted,
    /// The record is not there any more.
    Gone,
    /// Others may use it by now, such as a custom field.
    Shared,
    /// It is a person's wish to get no messages, which only that person takes back.
    Wish,
    /// Nobody knows whether the record was made, or which one it is.
    Unknown,
}

impl Obstacle {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deleted => "deleted",
            Self::Gone => "gone",
            Self::Shared => "shared",
            Self::Wish => "wish",
            Self::Unknown => "unknown",
        }
    }

    /// Why, in a sentence with what to do.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Sent => "it has reached a person; tell them yourself where it was wrong",
            Self::Deleted => "a deleted record does not come back; make it again by hand",
            Self::Gone => "the record is not there any more; there is nothing to put values into",
            Self::Shared => {
                "other records may use it by now; remove it by hand where nobody needs it"
            }
            Self::Wish => {
                "who wants no messages on a channel opens it again; ask the person to opt in"
            }
            Self::Unknown => {
                "the CRM never said whether it was made; look there, and delete it by hand"
            }
        }
    }
}

impl Step {
    /// What is decided before anything is read; none where the record has to be looked at.
    #[must_use]
    pub fn at_once(trace: &Trace) -> Option<Self> {
        match (trace.fate, &trace.target) {
            (Fate::Sent, _) => Some(Self::Impossible(Obstacle::Sent)),
            (Fate::Unknown, _) | (_, None) => Some(Self::Impossible(Obstacle::Unknown)),
            (Fate::Passing, _) => Some(Self::Nothing),
            (Fate::Created, Some(target)) if !GOES.contains(&target.key.entity) => {
                Some(Self::Impossible(Obstacle::Shared))
            }
            (Fate::Changed, _) if trace.is_only_a_wish() => Some(Self::Impossible(Obstacle::Wish)),
            (Fate::Changed | Fate::Created | Fate::Deleted, Some(_)) => None,
        }
    }

    /// What to do with a record that stands like this. `own` are the records that the set made: what
    /// hangs on one of them goes with it.
    #[must_use]
    pub fn of(trace: &Trace, standing: Option<&Standing>, own: &BTreeSet<RecordKey>) -> Self {
        if let Some(step) = Self::at_once(trace) {
            return step;
        }
        match (trace.fate, standing) {
            (Fate::Created, None) => Self::Nothing,
            (Fate::Created, Some(standing)) => taken_away(trace, standing, own),
            (Fate::Deleted, None) => Self::Impossible(Obstacle::Deleted),
            (Fate::Deleted, Some(_)) => Self::Nothing,
            (_, None) => Self::Impossible(Obstacle::Gone),
            (_, Some(standing)) => put_back(trace, standing),
        }
    }
}

/// The values and tags that a record gets back.
fn put_back(trace: &Trace, standing: &Standing) -> Step {
    let (mut difference, mut conflicts) = (Difference::default(), Vec::new());
    for (key, field) in &trace.fields {
        let now = standing.fields.get(key).unwrap_or(&Value::Null);
        if is_same(key, now, &field.before) {
            continue;
        }
        match field.left.iter().any(|left| is_same(key, now, left)) {
            true => {
                let (before, after) = (now.clone(), field.before.clone());
                let field = WrittenField { name: field.name.clone(), before, after };
                difference.fields.insert(key.clone(), field);
            }
            false => conflicts.push(conflict(key, field, now)),
        }
    }
    let now: BTreeSet<String> = standing.tags.iter().map(|tag| folded(tag)).collect();
    for (folded, tag) in &trace.tags {
        match (tag.was_there, now.contains(folded)) {
            (true, false) => difference.tags.added.insert(tag.name.clone()),
            (false, true) => difference.tags.removed.insert(tag.name.clone()),
            (true, true) | (false, false) => continue,
        };
    }
    match (conflicts.is_empty(), difference.is_empty()) {
        (false, _) => Step::Refuse(conflicts),
        (true, true) => Step::Nothing,
        (true, false) => Step::Restore(difference),
    }
}

/// What becomes of a record that the set made. An appointment is cancelled: a contact who was told of
/// it has to be told that it is off, and a deletion tells nobody.
fn taken_away(trace: &Trace, standing: &Standing, own: &BTreeSet<RecordKey>) -> Step {
    let is_appointment = trace.entity() == Some(Entity::Appointment);
    let status = standing.fields.get("status").cloned().unwrap_or(Value::Null);
    if is_appointment && status == json!(CANCELLED) {
        return Step::Nothing;
    }
    let conflicts = touches(trace, standing, own);
    if !conflicts.is_empty() {
        return Step::Refuse(conflicts);
    }
    if !is_appointment {
        return Step::Delete;
    }
    let field = WrittenField::new(status, json!(CANCELLED));
    let fields = [("status".to_owned(), field)].into();
    Step::Restore(Difference { fields, tags: TagChange::default() })
}

/// Everything by which a record differs from how the set left it.
fn touches(trace: &Trace, standing: &Standing, own: &BTreeSet<RecordKey>) -> Vec<UndoConflict> {
    let keys: BTreeSet<&String> = trace.fields.keys().chain(standing.fields.keys()).collect();
    let nothing = TracedField { name: None, before: Value::Null, left: vec![Value::Null] };
    let mut found = Vec::new();
    for key in keys.into_iter().filter(|key| *key != FULL_NAME) {
        let now = standing.fields.get(key).unwrap_or(&Value::Null);
        let field = trace.fields.get(key).unwrap_or(&nothing);
        if !field.left.iter().any(|left| is_same(key, now, left)) {
            found.push(conflict(key, field, now));
        }
    }
    let now: BTreeSet<String> = standing.tags.iter().map(|tag| folded(tag)).collect();
    let left: BTreeSet<String> =
        trace.tags.iter().filter(|(_, tag)| !tag.was_there).map(|(tag, _)| tag.clone()).collect();
    if now != left {
        let (field, name) = ("tags".to_owned(), None);
        found.push(UndoConflict { field, name, left: json!(left), found: json!(standing.tags) });
    }
    let foreign: Vec<String> = standing.attached.difference(own).map(ToString::to_string).collect();
    if !foreign.is_empty() {
        let (field, name) = ("attached".to_owned(), None);
        found.push(UndoConflict { field, name, left: json!([]), found: json!(foreign) });
    }
    found
}

fn conflict(key: &str, field: &TracedField, now: &Value) -> UndoConflict {
    UndoConflict {
        field: key.to_owned(),
        name: field.name.clone(),
        left: field.left.last().cloned().unwrap_or(Value::Null),
        found: now.clone(),
    }
}
