//! A record of the account: members by name, read leniently.

use serde_json::{Map, Value};

/// A record, with the members that RepairShopr shows.
pub(crate) type Record = Map<String, Value>;

/// Makes a record of an object.
///
/// # Panics
/// When `value` is none: records are written as objects in this crate only.
pub(crate) fn record(value: Value) -> Record {
    match value {
        Value::Object(members) => members,
        other => unreachable!("a record is written as an object, not as {other}"),
    }
}

/// The text of a member; empty where there is none.
pub(crate) fn text<'a>(record: &'a Record, member: &str) -> &'a str {
    record.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The number of a member, also where it is written as a text.
pub(crate) fn number(record: &Record, member: &str) -> Option<u64> {
    match record.get(member)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a member says yes: true, 1 or a text that means it.
pub(crate) fn flag(record: &Record, member: &str) -> bool {
    match record.get(member) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        Some(Value::String(text)) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}

/// Takes the `known` members of a body into the record, and leaves out all others, as the real one
/// does without a word.
pub(crate) fn adopt(record: &mut Record, body: &Record, known: &[&str]) {
    for member in known {
        if let Some(value) = body.get(*member) {
            record.insert((*member).to_owned(), value.clone());
        }
    }
}

/// Without punctuation and letters: how phone numbers are kept (`facts/repairshopr.md` 4.1).
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
