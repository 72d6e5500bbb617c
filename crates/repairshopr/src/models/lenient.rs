//! Reads values that RepairShopr writes in more than one form.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Yes or no: a boolean, a number, a text such as `"1"`, or null for no.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(choice(deserializer)?.unwrap_or(false))
}

/// Yes, no, or nothing said: as [`flag`], but null, an empty text and what is none of both are none.
pub(super) fn choice<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(matches!(text.trim(), "1" | "true" | "yes" | "on" | "t")),
        _ => None,
    })
}

/// A text: a number becomes one, and what is empty or no text is none.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return Ok(None),
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// An id that may be missing: null, zero and what is no number are none.
pub(super) fn id<'de, D: Deserializer<'de>, T: From<u64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.filter(|number| *number != 0).map(T::from))
}

/// Custom fields by their label; null is none.
pub(super) fn properties<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(members) => members,
        _ => Map::new(),
    })
}

/// A list; null is an empty one.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}
