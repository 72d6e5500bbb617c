//! The values of a record's properties, held against the fields of its object.

use serde_json::{Map, Value};

use super::{
    account::Account,
    object_fields::{by_key, full_key},
    refusal::Refusal,
};

/// The properties that a body gives, by their keys without the object's prefix; null stays null.
///
/// # Errors
/// 400 with a sentence per property that the object has not, or whose value does not fit its field.
pub(crate) fn check(
    account: &Account,
    object: &str,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let mut taken = Map::new();
    let mut complaints = Vec::new();
    for (name, value) in given {
        let short = name.strip_prefix(&format!("{object}.")).unwrap_or(name);
        // A list of texts is written with one key per text: `list.option`.
        let (own, option) = short.split_once('.').unwrap_or((short, ""));
        match by_key(account, &full_key(object, own)) {
            None => complaints.push(format!("property {name} should not exist")),
            Some(field) => match fault(field, option, value) {
                Some(fault) => complaints.push(format!("{name} {fault}")),
                None => {
                    taken.insert(short.to_owned(), value.clone());
                }
            },
        }
    }
    match complaints.is_empty() {
        true => Ok(taken),
        false => Err(Refusal::bad_request(complaints)),
    }
}

/// Why a value does not fit a field.
fn fault(field: &Value, option: &str, value: &Value) -> Option<String> {
    let kind = field["dataType"].as_str().unwrap_or_default();
    let options: Vec<&str> = field["options"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|option| option["key"].as_str())
        .collect();
    let is_option = |text: &str| options.is_empty() || options.contains(&text);
    if value.is_null() {
        return None;
    }
    if kind == "TEXTBOX_LIST" {
        return match value.is_string() && is_option(option) {
            true => None,
            false => Some("must be a string under the key of an option".to_owned()),
        };
    }
    if !option.is_empty() {
        return Some("should not exist: the property has no parts".to_owned());
    }
    let wrong = match kind {
        "NUMERICAL" => (!value.is_number()).then_some("must be a number"),
        "MONETORY" => (!(value["value"].is_number() && value["currency"].is_string()))
            .then_some("must be an object with a currency and a numeric value"),
        "SINGLE_OPTIONS" | "RADIO" => (!value.as_str().is_some_and(is_option))
            .then_some("must be the key of one of its options"),
        "MULTIPLE_OPTIONS" | "CHECKBOX" => {
            let items = value.as_array();
            let fit = items
                .is_some_and(|items| items.iter().all(|item| item.as_str().is_some_and(is_option)));
            (!fit).then_some("must be a list of keys of its options")
        }
        "FILE_UPLOAD" => {
            let items = value.as_array();
            let fit = items.is_some_and(|items| items.iter().all(|item| item["url"].is_string()));
            (!fit).then_some("must be a list of objects with a url")
        }
        "DATE" => (!value.as_str().is_some_and(is_date)).then_some("must be a date: YYYY-MM-DD"),
        "EMAIL" => {
            (!value.as_str().is_some_and(|text| text.contains('@'))).then_some("must be an email")
        }
        _ => (!value.is_string()).then_some("must be a string"),
    };
    wrong.map(str::to_owned)
}

fn is_date(text: &str) -> bool {
    let day = text.split('T').next().unwrap_or_default();
    day.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn takes(kind: &str, key: &str, value: Value) -> bool {
        let mut account = Account::new("l", Map::new());
        let field = json!({
            "fieldKey": "custom_objects.pet.it", "dataType": kind,
            "options": [{ "key": "a", "label": "A" }, { "key": "b", "label": "B" }],
        });
        account.object_fields.add("f", field);
        let given = [(key.to_owned(), value)].into_iter().collect();
        check(&account, "custom_objects.pet", &given).is_ok()
    }

    #[test]
    fn values_fit_their_fields_or_are_refused() {
        for (kind, good, bad) in [
            ("TEXT", json!("x"), json!(1)),
            ("NUMERICAL", json!(2.5), json!("2.5")),
            ("MONETORY", json!({ "currency": "default", "value": 5 }), json!(5)),
            ("SINGLE_OPTIONS", json!("a"), json!("c")),
            ("MULTIPLE_OPTIONS", json!(["a", "b"]), json!(["a", "c"])),
            ("DATE", json!("2026-03-05"), json!("05.03.2026")),
            ("FILE_UPLOAD", json!([{ "url": "https://a.example/" }]), json!("a")),
            ("EMAIL", json!("a@b.example"), json!("a")),
        ] {
            assert!(takes(kind, "it", good), "{kind}");
            assert!(takes(kind, "custom_objects.pet.it", Value::Null), "{kind}");
            assert!(!takes(kind, "it", bad), "{kind}");
        }
        assert!(takes("TEXTBOX_LIST", "it.a", json!("x")));
        assert!(!takes("TEXTBOX_LIST", "it.c", json!("x")));
        assert!(!takes("TEXT", "other", json!("x")));
    }
}
