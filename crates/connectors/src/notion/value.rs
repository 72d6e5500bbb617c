//! Values of the hub in the types of Notion's columns and back, within Notion's limits.
//!
//! A value has one form in Notion, and [`face`] says how it reads there. What Notion does not take whole
//! is cut or left empty, and reads back as just that: whoever compares a row with the face of what was
//! written finds no edit that nobody made.

use jiff::{Timestamp, civil, tz::TimeZone};
use notion::{
    PageId, UserId,
    models::{DateRange, Property, PropertyValue},
};
use serde_json::{Value, json};

/// Whole numbers up to here are the same as JSON's integers and as its floats: 2^53.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// What between the words of a list stands in a column of text.
const SEPARATOR: &str = ", ";

/// The types of columns that take values, in the order in which people know them.
pub const WRITABLE: [&str; 14] = [
    "title",
    "rich_text",
    "number",
    "select",
    "multi_select",
    "status",
    "date",
    "checkbox",
    "url",
    "email",
    "phone_number",
    "people",
    "relation",
    "files",
];

/// A value for a column of this type; none where such a column takes no values (`facts/notion.md` 3).
///
/// Null, an empty text and an empty list are all empty. What does not fit the type is empty too.
#[must_use]
pub fn write(kind: &str, value: &Value) -> Option<PropertyValue> {
    Some(match kind {
        "title" => PropertyValue::title(&text(value)),
        "rich_text" => PropertyValue::rich_text(&text(value)),
        "number" => PropertyValue::Number(number(value)),
        "select" => PropertyValue::select(&text(value)),
        "multi_select" => {
            let words = words(value);
            PropertyValue::multi_select(words.iter().map(String::as_str))
        }
        "status" => PropertyValue::status(&text(value)),
        "date" => PropertyValue::Date(date(value)),
        "checkbox" => PropertyValue::checkbox(is_yes(value)),
        "url" => PropertyValue::url(&text(value)),
        "email" => PropertyValue::email(&text(value)),
        "phone_number" => PropertyValue::phone_number(&text(value)),
        "people" => PropertyValue::people(words(value).iter().map(|id| UserId::new(id))),
        "relation" => PropertyValue::relation(words(value).iter().map(|id| PageId::new(id))),
        "files" => {
            let words = words(value);
            PropertyValue::files(words.iter().map(String::as_str))
        }
        _ => return None,
    })
}

/// How a value reads in a column of this type after it was written; null where it is empty there.
#[must_use]
pub fn face(kind: &str, value: &Value) -> Value {
    let Some(written) = write(kind, value) else {
        return Value::Null;
    };
    let written = serde_json::to_value(written).unwrap_or_default();
    of_wire(kind, written.get(kind).unwrap_or(&Value::Null))
}

/// What a row holds in a property, in the hub's form: texts, numbers, yes or no, lists of texts, dates as
/// ISO 8601 in UTC; null where it is empty.
///
/// People and relations are cut at 25 by Notion; [`is_cut`] tells.
#[must_use]
pub fn read(property: &Property) -> Value {
    of_wire(&property.kind, &property.value)
}

/// Whether a page may show a part of the property only (`facts/notion.md` 5).
#[must_use]
pub fn is_cut(property: &Property) -> bool {
    let references = matches!(property.kind.as_str(), "people" | "relation");
    references && property.value.as_array().is_some_and(|items| items.len() >= 25)
}

/// Whether something of the value is lost in a column of this type.
#[must_use]
pub fn loses(kind: &str, value: &Value) -> bool {
    let face = face(kind, value);
    match kind {
        "multi_select" | "people" | "relation" | "files" => {
            let kept = face.as_array().map_or(0, Vec::len);
            let mut given = words(value);
            given.sort_unstable();
            given.dedup();
            kept < given.len()
        }
        "checkbox" => false,
        "select" | "status" | "title" | "rich_text" => {
            let said = face.as_str().unwrap_or_default();
            said.ends_with('…') && said != text(value)
        }
        _ => face.is_null() && !text(value).is_empty(),
    }
}

/// Reads what stands under a type's name, as a page shows it or as a request writes it.
fn of_wire(kind: &str, value: &Value) -> Value {
    match kind {
        "title" | "rich_text" => filled(joined(value)),
        "number" => value.as_f64().map_or(Value::Null, whole),
        "checkbox" => json!(value.as_bool().unwrap_or(false)),
        "select" | "status" => member(value, "name"),
        "multi_select" => list(value, |option| option.get("name")?.as_str()),
        "people" | "relation" => list(value, |item| item.get("id")?.as_str()),
        "files" => list(value, file_address),
        "date" => moment_of(value),
        "url" | "email" | "phone_number" | "created_time" | "last_edited_time" => {
            value.as_str().map_or(Value::Null, |text| filled(text.to_owned()))
        }
        "created_by" | "last_edited_by" => member(value, "id"),
        "unique_id" => unique_id(value),
        "formula" | "rollup" => computed(value),
        _ => Value::Null,
    }
}

/// The words of text items: Notion adds `plain_text` to what was written as `text.content`.
fn joined(items: &Value) -> String {
    let words = |item: &Value| {
        let plain = item.get("plain_text").or_else(|| item.pointer("/text/content"))?;
        plain.as_str().map(str::to_owned)
    };
    items.as_array().into_iter().flatten().filter_map(words).collect()
}

fn filled(text: String) -> Value {
    match text.is_empty() {
        true => Value::Null,
        false => Value::String(text),
    }
}

fn member(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

fn list(value: &Value, word: impl Fn(&Value) -> Option<&str>) -> Value {
    let words: Vec<&str> = value.as_array().into_iter().flatten().filter_map(word).collect();
    match words.is_empty() {
        true => Value::Null,
        false => json!(words),
    }
}

fn file_address(file: &Value) -> Option<&str> {
    let place = file.get("external").or_else(|| file.get("file"))?;
    place.get("url")?.as_str()
}

fn unique_id(value: &Value) -> Value {
    let number = value.get("number").and_then(Value::as_u64);
    match (value.get("prefix").and_then(Value::as_str), number) {
        (Some(prefix), Some(number)) => json!(format!("{prefix}-{number}")),
        (None, Some(number)) => json!(number),
        (_, None) => Value::Null,
    }
}

/// What a formula or a rollup came to.
fn computed(value: &Value) -> Value {
    match value.get("type").and_then(Value::as_str) {
        Some("string") => member(value, "string"),
        Some("boolean") => member(value, "boolean"),
        Some(kind @ ("number" | "date")) => of_wire(kind, &member(value, kind)),
        _ => Value::Null,
    }
}

/// A day as it stands; a moment in UTC with milliseconds; a stretch as an object of both.
fn moment_of(value: &Value) -> Value {
    let zone = value.get("time_zone").and_then(Value::as_str);
    let at = |name: &str| value.get(name).and_then(Value::as_str).map(|text| standard(text, zone));
    match (at("start"), at("end")) {
        (Some(start), Some(end)) => json!({ "start": start, "end": end }),
        (Some(start), None) => json!(start),
        (None, _) => Value::Null,
    }
}

/// The one spelling of a day or moment; what is neither stays as it is.
fn standard(text: &str, zone: Option<&str>) -> String {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return format!("{moment:.3}");
    }
    let Ok(local) = text.parse::<civil::DateTime>() else {
        return text.to_owned();
    };
    if text.len() <= "2026-12-01".len() {
        return local.date().to_string();
    }
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    match zone.to_timestamp(local) {
        Ok(moment) => format!("{moment:.3}"),
        Err(_) => text.to_owned(),
    }
}

/// Any value as words.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(_) => words(value).join(SEPARATOR),
        other => other.to_string(),
    }
}

/// A list of words; one word is a list too.
fn words(value: &Value) -> Vec<String> {
    let words = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    };
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Bool(yes) => f64::from(u8::from(*yes)),
        other => other.as_f64()?,
    };
    number.is_finite().then_some(number)
}

/// Numbers are equal whether they were written as 5 or as 5.0.
fn whole(number: f64) -> Value {
    match number.fract() == 0.0 && number.abs() < LARGEST_WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small enough")]
        true => json!(number as i64),
        false => json!(number),
    }
}

fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => {
            let text = text.trim().to_ascii_lowercase();
            matches!(text.as_str(), "true" | "yes" | "y" | "1" | "on")
        }
        _ => false,
    }
}

/// A day, a moment, milliseconds since 1970, or a stretch of two of them.
fn date(value: &Value) -> Option<DateRange> {
    let point = |value: &Value| match value {
        Value::String(text) => {
            let text = standard(text.trim(), None);
            let known = text.parse::<Timestamp>().is_ok() || text.parse::<civil::Date>().is_ok();
            known.then_some(text)
        }
        Value::Number(number) => {
            let moment = Timestamp::from_millisecond(number.as_i64()?).ok()?;
            Some(format!("{moment:.3}"))
        }
        _ => None,
    };
    match value {
        Value::Object(range) => Some(DateRange {
            start: point(range.get("start")?)?,
            end: range.get("end").and_then(point),
        }),
        other => Some(DateRange { start: point(other)?, end: None }),
    }
}

#[cfg(test)]
mod tests;
