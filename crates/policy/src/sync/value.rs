//! When two values mean the same, and how a value is written: by the kind of the field.
//!
//! Every vendor keeps values in its own spelling. Two spellings of one value must count as equal:
//! otherwise each side takes the other's spelling for an edit, and the two never come to rest.

use std::collections::BTreeSet;

use domain::{ValueKind, crm::e164};
use jiff::{Timestamp, civil::Date};
use serde_json::{Number, Value};

/// From how many digits on a number without its country can be compared.
const COMPARABLE_DIGITS: usize = 7;

/// The value as it is written: without space around it, a phone number in E.164, a number as a number.
/// Null is no value, and so is what is empty.
#[must_use]
pub fn clean(kind: ValueKind, value: &Value) -> Value {
    match kind {
        ValueKind::Text | ValueKind::Email => text(value).map_or(Value::Null, Value::String),
        ValueKind::Phone => {
            let phone = text(value).map(|text| e164(&text).unwrap_or(text));
            phone.map_or(Value::Null, Value::String)
        }
        ValueKind::Number => number(value).unwrap_or_else(|| clean(ValueKind::Text, value)),
        ValueKind::Flag => match flag(value) {
            Some(flag) => Value::Bool(flag),
            None => clean(ValueKind::Text, value),
        },
        ValueKind::Date => {
            let date = text(value).map(|text| day(&text).map_or(text, |day| day.to_string()));
            date.map_or(Value::Null, Value::String)
        }
        ValueKind::List => match list(value) {
            list if list.is_empty() => Value::Null,
            list => Value::Array(list.into_iter().map(Value::String).collect()),
        },
        ValueKind::Any => match value {
            Value::Array(_) => clean(ValueKind::List, value),
            Value::String(_) => clean(ValueKind::Text, value),
            other => other.clone(),
        },
    }
}

/// Whether two values mean the same.
#[must_use]
pub fn same(kind: ValueKind, one: &Value, other: &Value) -> bool {
    let (one, other) = (clean(kind, one), clean(kind, other));
    match kind {
        ValueKind::Text | ValueKind::Date => one == other,
        ValueKind::Email => folded(&one) == folded(&other),
        ValueKind::Phone => same_phone(&one, &other),
        ValueKind::Number => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
            _ => one == other,
        },
        ValueKind::Flag => (one == Value::Bool(true)) == (other == Value::Bool(true)),
        ValueKind::List => keys(&list(&one)) == keys(&list(&other)),
        ValueKind::Any if one.is_array() || other.is_array() => same(ValueKind::List, &one, &other),
        ValueKind::Any => text(&one) == text(&other),
    }
}

/// The list with what `after` has and `before` has not, and without what `before` has and `after` has
/// not. What was there keeps its spelling and its place.
#[must_use]
pub fn changed(list_now: &Value, before: &Value, after: &Value) -> Value {
    let (before, after) = (list(before), list(after));
    let (known, present) = (keys(&before), keys(&after));
    let gone = |item: &String| {
        let key = item.to_lowercase();
        known.contains(&key) && !present.contains(&key)
    };
    let mut items = list(list_now);
    items.retain(|item| !gone(item));
    items.extend(after.into_iter().filter(|item| !known.contains(&item.to_lowercase())));
    clean(ValueKind::List, &Value::Array(items.into_iter().map(Value::String).collect()))
}

/// The text of a value that can be one, without space around it; none where nothing is left.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => digits(number),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// A number as people write it: 5, where JSON has 5.0.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float.to_string(),
        _ => number.to_string(),
    }
}

/// The number that a value is or spells.
fn number(value: &Value) -> Option<Value> {
    let spelled = match value {
        Value::Number(number) => digits(number),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    if let Ok(whole) = spelled.parse::<i64>() {
        return Some(whole.into());
    }
    let float = Number::from_f64(spelled.parse().ok()?)?;
    Some(digits(&float).parse::<i64>().map_or(Value::Number(float), Value::from))
}

/// Yes or no. No value is no, as a box that nobody ticked.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "" | "false" | "no" => Some(false),
            "true" | "yes" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// The day of a day or of a moment, which is read in UTC.
fn day(text: &str) -> Option<Date> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(jiff::tz::Offset::UTC.to_datetime(moment).date());
    }
    text.parse().ok()
}

/// The texts of a list, each once; a single text is a list of one.
fn list(value: &Value) -> Vec<String> {
    let items = match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect::<Vec<_>>(),
    };
    let mut seen = BTreeSet::new();
    items.into_iter().filter(|item| seen.insert(item.to_lowercase())).collect()
}

fn keys(list: &[String]) -> BTreeSet<String> {
    list.iter().map(|item| item.to_lowercase()).collect()
}

fn folded(value: &Value) -> Option<String> {
    value.as_str().map(str::to_lowercase)
}

/// Whether two numbers are one. Where only one of them has its country, the other one's digits count:
/// a system that drops the country would otherwise change the number with every write.
fn same_phone(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else {
        return one == other;
    };
    let national = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_start_matches('0').to_owned()
    };
    let (long, short) = match (one.starts_with('+'), other.starts_with('+')) {
        (true, true) => return one == other,
        (false, false) => return national(one) == national(other),
        (true, false) => (national(one), national(other)),
        (false, true) => (national(other), national(one)),
    };
    short.len() >= COMPARABLE_DIGITS && long.ends_with(&short)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_of_one_value_are_equal() {
        for (kind, one, other) in [
            (ValueKind::Text, json!(" Ada "), json!("Ada")),
            (ValueKind::Text, json!(5), json!("5")),
            (ValueKind::Text, json!(5.0), json!("5")),
            (ValueKind::Text, json!(""), json!(null)),
            (ValueKind::Email, json!("Ada@Example.com"), json!("ada@example.com ")),
            (ValueKind::Phone, json!("+1 (555) 010-0142"), json!("+15550100142")),
            (ValueKind::Phone, json!("(555) 010-0142"), json!("+15550100142")),
            (ValueKind::Phone, json!("030 1234567"), json!("+49301234567")),
            (ValueKind::Phone, json!("555 0100142"), json!("555-010-0142")),
            (ValueKind::Number, json!("12.50"), json!(12.5)),
            (ValueKind::Number, json!(12), json!(12.0)),
            (ValueKind::Number, json!(" "), json!(null)),
            (ValueKind::Flag, json!(null), json!(false)),
            (ValueKind::Flag, json!("Yes"), json!(true)),
            (ValueKind::Date, json!("2026-03-01"), json!("2026-03-01T00:00:00Z")),
            (ValueKind::List, json!(["VIP", "lead"]), json!(["lead", "vip", "vip"])),
            (ValueKind::List, json!([]), json!(null)),
            (ValueKind::List, json!("lead"), json!(["lead"])),
            (ValueKind::Any, json!(["b", "a"]), json!(["A", "b"])),
            (ValueKind::Any, json!(5), json!(" 5")),
            (ValueKind::Any, json!([]), json!(null)),
        ] {
            assert!(same(kind, &one, &other), "{kind:?}: {one} and {other}");
            assert!(same(kind, &other, &one), "{kind:?}: {other} and {one}");
        }
    }

    #[test]
    fn values_that_differ_are_told_apart() {
        for (kind, one, other) in [
            (ValueKind::Text, json!("Ada"), json!("ada")),
            (ValueKind::Email, json!("a@example.com"), json!("b@example.com")),
            (ValueKind::Phone, json!("+15550100142"), json!("+445550100142")),
            (ValueKind::Phone, json!("0142"), json!("+15550100142")),
            (ValueKind::Phone, json!("+15550100142"), json!(null)),
            (ValueKind::Number, json!(12), json!(12.5)),
            (ValueKind::Number, json!("about 12"), json!(12)),
            (ValueKind::Flag, json!(true), json!(null)),
            (ValueKind::Date, json!("2026-03-01"), json!("2026-03-02")),
            (ValueKind::List, json!(["a"]), json!(["a", "b"])),
            (ValueKind::Any, json!({"a": 1}), json!({"a": 2})),
            (ValueKind::Any, json!("a"), json!(["a", "b"])),
        ] {
            assert!(!same(kind, &one, &other), "{kind:?}: {one} and {other}");
        }
    }

    #[test]
    fn a_value_is_written_in_its_own_form() {
        assert_eq!(clean(ValueKind::Phone, &json!("+1 555 010 0142")), json!("+15550100142"));
        assert_eq!(clean(ValueKind::Phone, &json!(" 010-0142 ")), json!("010-0142"));
        assert_eq!(clean(ValueKind::Number, &json!("12.0")), json!(12));
        assert_eq!(clean(ValueKind::Email, &json!(" Ada@Example.com")), json!("Ada@Example.com"));
        assert_eq!(clean(ValueKind::List, &json!(["b ", "", "a", "B"])), json!(["b", "a"]));
        let moment = json!("2026-03-01T22:30:00+01:00");
        assert_eq!(clean(ValueKind::Date, &moment), json!("2026-03-01"));
    }

    #[test]
    fn a_list_takes_the_difference_of_another() {
        let now = json!(["Lead", "own"]);
        let changed = changed(&now, &json!(["lead", "old"]), &json!(["old", "new"]));
        assert_eq!(changed, json!(["own", "new"]));
    }
}
