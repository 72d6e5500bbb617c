//! Shapes what tools tell: without what is empty, narrowed to fields, as a table, cut to a size.

mod csv;
mod cut;
mod handles;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub(crate) use self::{
    csv::csv,
    cut::Cut,
    handles::{Handles, Owner},
};

/// Stands in a list of fields for all of them.
const EVERYTHING: &str = "*";

/// Drops members that say nothing: `null`, and texts, lists and objects that are empty. Items of
/// lists stay, since their place means something.
pub(crate) fn shape(answer: &mut Value) {
    match answer {
        Value::Object(members) => {
            members.values_mut().for_each(shape);
            members.retain(|_, member| !is_empty(member));
        }
        Value::Array(items) => items.iter_mut().for_each(shape),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A record with these fields only. A field is a name or names with dots, which lead into objects
/// and into every item of lists; a name that has dots itself is found too. `*` is everything, and so
/// is a list without fields. What is not there is left out.
pub(crate) fn project(record: &Value, fields: &[String]) -> Value {
    if fields.is_empty() || fields.iter().any(|field| field == EVERYTHING) {
        return record.clone();
    }
    let mut narrow = empty_like(record);
    for field in fields {
        copy(record, field, &mut narrow);
    }
    narrow
}

/// Copies what a path leads to from a record into its narrow copy.
fn copy(from: &Value, path: &str, into: &mut Value) {
    match (from, into) {
        (Value::Array(from), Value::Array(into)) => {
            into.resize(from.len(), Value::Null);
            for (from, into) in from.iter().zip(into) {
                if into.is_null() {
                    *into = empty_like(from);
                }
                copy(from, path, into);
            }
        }
        (Value::Object(from), Value::Object(into)) => copy_member(from, path, into),
        _ => {}
    }
}

fn copy_member(from: &Map<String, Value>, path: &str, into: &mut Map<String, Value>) {
    if let Some(member) = from.get(path) {
        into.insert(path.to_owned(), member.clone());
        return;
    }
    let Some((name, rest)) = path.split_once('.') else { return };
    let Some(member) = from.get(name) else { return };
    let narrow = into.entry(name).or_insert_with(|| empty_like(member));
    copy(member, rest, narrow);
}

/// Where the fields of a value are put: nothing where it has none.
fn empty_like(value: &Value) -> Value {
    match value {
        Value::Object(_) => Value::Object(Map::new()),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::Null,
    }
}

/// Whether a value says nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
