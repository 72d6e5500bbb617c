//! When two values of a field say the same: a CRM writes some of them in another way than they were sent.

use serde_json::Value;

/// Whether two values of the field with this key say the same. HighLevel lowers the case of e-mail
/// addresses and names, writes dates of birth with a time, and tells numbers as texts
/// (`facts/highlevel.md` 6.1, 9.2).
pub(super) fn is_same(key: &str, one: &Value, other: &Value) -> bool {
    plain(key, one) == plain(key, other)
}

/// A value without what does not count; none where it says nothing.
fn plain(key: &str, value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => plain_text(key, text.trim()).map(Value::String),
        Value::Number(number) => {
            let number = number.as_f64()?;
            // An opportunity without a value and one of nothing are told alike.
            (key != "value" || number != 0.0).then(|| Value::String(number.to_string()))
        }
        Value::Array(items) => {
            let mut items: Vec<String> =
                items.iter().filter_map(|it| plain(key, it)).map(|it| it.to_string()).collect();
            items.sort();
            (!items.is_empty()).then(|| Value::from(items))
        }
        Value::Bool(_) | Value::Object(_) => Some(value.clone()),
    }
}

fn plain_text(key: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    Some(match key {
        "email" | "first_name" | "last_name" | "full_name" => text.to_lowercase(),
        "phone" => text.chars().filter(char::is_ascii_digit).collect(),
        "date_of_birth" => text.get(..10).unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    })
}
