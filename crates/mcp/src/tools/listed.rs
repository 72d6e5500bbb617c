//! What the lists of people and messages have in common: items, where they go on, and how many there are.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use highlevel::models::Moment;
use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ToolError;

/// How many items come where nobody says.
const USUAL: u32 = 20;

/// How many come at most.
const MOST: u32 = 100;

/// A page of a list.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Listed {
    /// The items.
    #[schemars(with = "Vec<Map<String, Value>>")]
    pub(crate) items: Vec<Value>,
    /// What `cursor` goes on with; none at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    /// How many there are in all, where the vendor tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

/// How many items are wished for.
///
/// # Errors
/// Where it is less than one or more than a page has.
pub(crate) fn limit(wished: Option<u32>) -> Result<u32, ToolError> {
    match wished.unwrap_or(USUAL) {
        limit if (1..=MOST).contains(&limit) => Ok(limit),
        _ => Err(ToolError::argument(
            "this `limit` is none",
            format!("give one from 1 to {MOST}, and go on with `cursor`"),
        )),
    }
}

/// A cursor that holds a value of the vendor's.
pub(crate) fn cursor(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The value that a cursor holds.
///
/// # Errors
/// Where no list gave it.
pub(crate) fn value_of(cursor: &str) -> Result<Value, ToolError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
        ToolError::argument(
            "this `cursor` is none",
            "give `next_cursor` as it came, with the same other arguments",
        )
    })
}

/// The rows under a name of a reply.
pub(crate) fn rows<'a>(reply: &'a Value, name: &str) -> &'a [Value] {
    reply[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text that says something.
pub(crate) fn text<'a>(row: &'a Value, name: &str) -> Option<&'a str> {
    row[name].as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A moment of the vendor's to the second, as RFC 3339.
pub(crate) fn moment(value: &Value) -> Option<String> {
    let moment: Moment = serde_json::from_value(value.clone()).ok()?;
    moment.timestamp().map(second)
}

/// A moment to the second, as RFC 3339.
pub(crate) fn second(at: Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(at).to_string()
}

/// Adds a member where there is something to say.
pub(crate) fn put(item: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        item.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_gives_back_what_it_holds() {
        let value = json!([1_763_000_000_000_u64, "id"]);
        assert_eq!(value_of(&cursor(&value)).unwrap(), value);
        for wrong in ["", "%", "bm90IGpzb24"] {
            assert_eq!(value_of(wrong).unwrap_err().code, "invalid_arguments", "{wrong}");
        }
    }

    #[test]
    fn a_page_has_from_one_to_a_hundred_items() {
        assert_eq!(limit(None).unwrap(), USUAL);
        assert_eq!(limit(Some(100)).unwrap(), 100);
        assert!(limit(Some(0)).is_err() && limit(Some(101)).is_err());
    }

    #[test]
    fn moments_are_told_to_the_second_whatever_they_were() {
        for told in [json!("2025-02-03T09:00:00.123Z"), json!(1_738_573_200_123_u64)] {
            assert_eq!(moment(&told).as_deref(), Some("2025-02-03T09:00:00Z"));
        }
        assert_eq!(moment(&json!(null)), None);
    }
}
