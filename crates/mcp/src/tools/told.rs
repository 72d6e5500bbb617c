//! How tools tell what the vendor says: moments to the second, and the cursors of its lists.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use highlevel::models::Moment;
use jiff::{Timestamp, Unit};
use serde_json::{Map, Value};

use super::rows::no_cursor;
use crate::ToolError;

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
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(no_cursor)
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
    fn moments_are_told_to_the_second_whatever_they_were() {
        for told in [json!("2025-02-03T09:00:00.123Z"), json!(1_738_573_200_123_u64)] {
            assert_eq!(moment(&told).as_deref(), Some("2025-02-03T09:00:00Z"));
        }
        assert_eq!(moment(&json!(null)), None);
    }
}
