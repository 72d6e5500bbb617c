//! Values of properties as a request writes them (`facts/notion.md` 3).

use serde_json::{Value, json};

use super::{
    choice::{self, Named},
    date,
    field::Field,
    kind::Kind,
    refusal::Refusal,
    rich_text,
};

/// `facts/notion.md` 5.
const MAX_URL: usize = 2000;
const MAX_EMAIL: usize = 200;
const MAX_PHONE: usize = 200;
/// The name of a file.
const MAX_FILE_NAME: usize = 100;

/// A well-formed value that has not met its schema.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    /// As it is stored; null is empty.
    Payload(Value),
    /// Options, which the schema resolves or gets to know.
    Choices(Vec<Named>),
}

/// Reads `body.properties.<name>`; the type is the one that the value itself names.
///
/// # Errors
/// When it names no type that can be written, or its value is malformed or too long.
pub(crate) fn write(field: &Field) -> Result<(Kind, Written), Refusal> {
    let object = field.object()?;
    let named = field.key("type");
    let kind = match named.value().and_then(Value::as_str) {
        Some(name) => Kind::parse(name),
        None => object.keys().find_map(|key| Kind::parse(key)),
    };
    let kind = kind
        .filter(|kind| kind.is_writable() && object.contains_key(kind.as_str()))
        .ok_or_else(|| no_kind(field))?;
    field.only(&["id", "type", kind.as_str()])?;
    Ok((kind, payload(kind, &field.key(kind.as_str()))?))
}

/// The message lists every type that it could have been, as Notion's does.
fn no_kind(field: &Field) -> Refusal {
    let lines = Kind::writable().map(|kind| {
        let message = field.key(kind.as_str()).should_be("defined").message;
        message.replace("body failed validation: ", "")
    });
    let lines: Vec<String> = lines.collect();
    Refusal::validation(format!("body failed validation. Fix one:\n{}", lines.join("\n")))
}

fn payload(kind: Kind, field: &Field) -> Result<Written, Refusal> {
    let payload = match kind {
        Kind::Title | Kind::RichText => Value::Array(rich_text::write(field)?),
        Kind::Number => nullable(field, "a number or `null`", Value::is_number)?,
        Kind::Checkbox => json!(field.boolean()?),
        Kind::Select | Kind::Status => {
            let choice = match field.is_null() {
                true => Vec::new(),
                false => vec![choice::named(field)?],
            };
            return Ok(Written::Choices(choice));
        }
        Kind::MultiSelect => {
            let items = field.items()?;
            let choices: Result<Vec<Named>, Refusal> = items.iter().map(choice::named).collect();
            return choices.map(Written::Choices);
        }
        Kind::Date if field.is_null() => Value::Null,
        Kind::Date => date::write(field)?,
        Kind::Url => short_text(field, MAX_URL)?,
        Kind::Email => short_text(field, MAX_EMAIL)?,
        Kind::PhoneNumber => short_text(field, MAX_PHONE)?,
        Kind::People | Kind::Relation => references(field)?,
        Kind::Files => files(field)?,
        Kind::UniqueId
        | Kind::CreatedTime
        | Kind::CreatedBy
        | Kind::LastEditedTime
        | Kind::LastEditedBy => return Err(field.should_be("not present")),
    };
    Ok(Written::Payload(payload))
}

fn nullable(field: &Field, what: &str, is: fn(&Value) -> bool) -> Result<Value, Refusal> {
    match field.defined()? {
        value if value.is_null() || is(value) => Ok(value.clone()),
        _ => Err(field.should_be(what)),
    }
}

/// A string that may be null but not empty.
fn short_text(field: &Field, most: usize) -> Result<Value, Refusal> {
    let value = nullable(field, "a string or `null`", Value::is_string)?;
    if value.is_string() && field.short_string(most)?.is_empty() {
        return Err(field.should_be("not empty"));
    }
    Ok(value)
}

/// The ids of pages or users.
fn references(field: &Field) -> Result<Value, Refusal> {
    let mut ids = Vec::new();
    for item in field.items()? {
        ids.push(json!(item.key("id").uuid()?.to_string()));
    }
    Ok(Value::Array(ids))
}

fn files(field: &Field) -> Result<Value, Refusal> {
    let mut files = Vec::new();
    for item in field.items()? {
        item.only(&["name", "type", "external"])?;
        let url = item.key("external").key("url").short_string(MAX_URL)?;
        let name = match item.key("name").present() {
            Some(name) => name.short_string(MAX_FILE_NAME)?,
            None => url,
        };
        files.push(json!({ "name": name, "type": "external", "external": { "url": url } }));
    }
    Ok(Value::Array(files))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value) -> Result<(Kind, Written), String> {
        let body = json!({ "properties": { "X": value } });
        write(&Field::body(&body).key("properties").key("X")).map_err(|refusal| refusal.message)
    }

    #[test]
    fn every_writable_type_is_read() {
        let id = "12345678-1234-4123-8123-123456789abc";
        for (value, kind, expected) in [
            (json!({ "number": 1.5 }), Kind::Number, json!(1.5)),
            (json!({ "number": null }), Kind::Number, json!(null)),
            (json!({ "checkbox": true }), Kind::Checkbox, json!(true)),
            (json!({ "url": "https://x.y" }), Kind::Url, json!("https://x.y")),
            (json!({ "email": null }), Kind::Email, json!(null)),
            (json!({ "phone_number": "+1 555" }), Kind::PhoneNumber, json!("+1 555")),
            (json!({ "people": [{ "object": "user", "id": id }] }), Kind::People, json!([id])),
            (json!({ "relation": [{ "id": id.replace('-', "") }] }), Kind::Relation, json!([id])),
            (json!({ "type": "rich_text", "rich_text": [] }), Kind::RichText, json!([])),
            (json!({ "id": "title", "title": [] }), Kind::Title, json!([])),
            (json!({ "date": null }), Kind::Date, json!(null)),
            (
                json!({ "files": [{ "external": { "url": "https://x.y/z" } }] }),
                Kind::Files,
                json!([{ "name": "https://x.y/z", "type": "external", "external": { "url": "https://x.y/z" } }]),
            ),
        ] {
            let expected = Ok((kind, Written::Payload(expected)));
            assert_eq!(written(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn options_are_named_by_name_or_id() {
        let choices = |value| match written(value).unwrap().1 {
            Written::Choices(choices) => choices,
            Written::Payload(payload) => panic!("{payload}"),
        };
        assert_eq!(choices(json!({ "select": null })), []);
        assert_eq!(
            choices(json!({ "status": { "name": "New" } })),
            [Named::Name("New".to_owned())]
        );
        let both = choices(json!({ "multi_select": [{ "name": "A" }, { "id": "b" }] }));
        assert_eq!(both, [Named::Name("A".to_owned()), Named::Id("b".to_owned())]);
    }

    #[test]
    fn limits_and_wrong_shapes_are_named_by_place() {
        let at = "body failed validation: body.properties.X";
        for (value, expected) in [
            (
                json!({ "url": "x".repeat(2001) }),
                format!("{at}.url.length should be ≤ `2000`, instead was `2001`."),
            ),
            (
                json!({ "email": "x".repeat(201) }),
                format!("{at}.email.length should be ≤ `200`, instead was `201`."),
            ),
            (
                json!({ "phone_number": "x".repeat(201) }),
                format!("{at}.phone_number.length should be ≤ `200`, instead was `201`."),
            ),
            (
                json!({ "email": "" }),
                format!("{at}.email should be not empty, instead was `\"\"`."),
            ),
            (
                json!({ "number": "5" }),
                format!("{at}.number should be a number or `null`, instead was `\"5\"`."),
            ),
            (
                json!({ "checkbox": null }),
                format!("{at}.checkbox should be a boolean, instead was `null`."),
            ),
            (
                json!({ "relation": [{ "id": "x" }] }),
                format!("{at}.relation[0].id should be a valid uuid, instead was `\"x\"`."),
            ),
            (
                json!({ "multi_select": vec![json!({ "name": "A" }); 101] }),
                format!("{at}.multi_select.length should be ≤ `100`, instead was `101`."),
            ),
            (
                json!({ "number": 1, "checkbox": true }),
                format!("{at}.number should be not present, instead was `1`."),
            ),
            (json!("text"), format!("{at} should be an object, instead was `\"text\"`.")),
        ] {
            assert_eq!(written(value).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_value_without_a_writable_type_is_told_all_of_them() {
        for value in [json!({}), json!({ "created_time": "2026-01-01" }), json!({ "text": [] })] {
            let message = written(value).unwrap_err();
            let start = "body failed validation. Fix one:\nbody.properties.X.title should be defined, instead was `undefined`.\n";
            assert!(message.starts_with(start), "{message}");
            assert!(
                message.ends_with(
                    "body.properties.X.status should be defined, instead was `undefined`."
                ),
                "{message}"
            );
        }
    }
}
