//! The words of a refused call, which RepairShopr writes in a different place for almost every operation.

use serde_json::Value;

/// Where the words stand, the most telling place first (`facts/repairshopr.md` 8).
const PLACES: [&str; 3] = ["errors", "error", "message"];

/// How much of them is kept, in characters.
const KEPT: usize = 500;

/// What a refusal says, in one line; none where the body is not RepairShopr's or says nothing.
pub(super) fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let members = body.as_object()?;
    let mut words = Vec::new();
    match PLACES.iter().find_map(|place| members.get(*place).filter(|it| says_something(it))) {
        Some(said) => collect(said, &mut words),
        // The errors of an estimate stand bare: each field with its list.
        None => {
            for (field, said) in members.iter().filter(|(_, said)| said.is_array()) {
                let start = words.len();
                collect(said, &mut words);
                words[start..].iter_mut().for_each(|word| *word = format!("{field} {word}"));
            }
        }
    }
    let line = words.join(", ").split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    Some(match line.char_indices().nth(KEPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    })
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => words.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(members) => members.values().for_each(|value| collect(value, words)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn the_words_are_found_wherever_they_stand() {
        for (body, expected) in [
            (r#"{"record":{"id":null},"errors":"Name can't be blank"}"#, "Name can't be blank"),
            (r#"{"success":false,"errors":["one","two"],"params":{}}"#, "one, two"),
            (r#"{"errors":[{"detail":"one"},{"detail":"two"}]}"#, "one, two"),
            (r#"{"error":"Customer required field"}"#, "Customer required field"),
            (r#"{"success":false,"error":["Lines\nare wrong"],"message":"x"}"#, "Lines are wrong"),
            (r#"{"success":false,"message":["Email taken"],"params":{"a":"b"}}"#, "Email taken"),
            (r#"{"errors":[],"message":"Not found"}"#, "Not found"),
            (
                r#"{"date":["is missing"],"customer_id":["is blank","is no number"]}"#,
                "customer_id is blank, customer_id is no number, date is missing",
            ),
        ] {
            assert_eq!(message(body.as_bytes()).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn a_body_without_words_says_nothing() {
        for body in ["", "null", "[]", "{}", "<html>", r#"{"success":false,"error":null}"#] {
            assert_eq!(message(body.as_bytes()), None, "{body}");
        }
        let long = format!(r#"{{"error":"{}"}}"#, "é".repeat(600));
        assert_eq!(message(long.as_bytes()).unwrap().chars().count(), 501);
    }
}
