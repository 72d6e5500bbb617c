//! Values from the command line: a text becomes what the schema asks for, at its place in the body.

use endpoint::catalogue::{Schema, Shape};
use serde_json::{Map, Value};

/// Sets one field of a body. The path has a field's name or a list's index between dots. A text for
/// a list is one more item of it.
///
/// # Errors
/// Where the path leads through a value that has no fields.
pub(super) fn set(
    body: &mut Value,
    schema: Option<Schema<'_>>,
    path: &str,
    text: &str,
) -> Result<(), String> {
    let (mut place, mut schema) = (body, schema);
    let mut walked = "body".to_owned();
    for name in path.split('.') {
        let has_no_fields = format!("--set {path}: {walked} has no fields: set it as a whole");
        place = match place {
            Value::Array(items) => {
                let index: usize = name.parse().map_err(|_| has_no_fields)?;
                if index > items.len() {
                    let count = items.len();
                    return Err(format!(
                        "--set {path}: {walked} has {count} items: add {count} first"
                    ));
                }
                if index == items.len() {
                    items.push(Value::Null);
                }
                schema = schema.and_then(item);
                &mut items[index]
            }
            Value::Null if name.parse::<usize>().is_ok() && schema.is_some_and(is_list) => {
                if name != "0" {
                    return Err(format!("--set {path}: {walked} has no items: add 0 first"));
                }
                *place = Value::Array(vec![Value::Null]);
                schema = schema.and_then(item);
                &mut place[0]
            }
            Value::Null | Value::Object(_) => {
                schema = schema.and_then(|schema| field(schema, name));
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let fields = place.as_object_mut().ok_or(has_no_fields)?;
                fields.entry(name).or_insert(Value::Null)
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(has_no_fields),
        };
        walked = format!("{walked}.{name}");
    }
    match schema.filter(|schema| is_list(*schema)) {
        Some(list) => add_to_list(place, list, text),
        None => *place = value(schema, text),
    }
    Ok(())
}

/// The field of an object, also where only one alternative of a choice has it.
pub(super) fn field<'a>(schema: Schema<'a>, name: &str) -> Option<Schema<'a>> {
    let own = schema.field(name).map(endpoint::catalogue::Field::schema);
    let of_choice = || schema.choices().find_map(|choice| field(choice, name));
    own.or_else(|| schema.map_values()).or_else(of_choice)
}

/// The text as what the schema asks for. What does not fit stays a text, and is refused with the
/// rest.
fn value(schema: Option<Schema<'_>>, text: &str) -> Value {
    let json = || serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let Some(schema) = schema else { return json() };
    match (schema.shape(), json()) {
        (_, Value::Null) if schema.is_nullable() => Value::Null,
        (Shape::String { .. }, _) => Value::String(text.to_owned()),
        (Shape::Number { .. }, number @ Value::Number(_)) => number,
        (Shape::Boolean, yes @ Value::Bool(_)) => yes,
        (Shape::Number { .. } | Shape::Boolean, _) => Value::String(text.to_owned()),
        (Shape::Any | Shape::Array { .. } | Shape::Object | Shape::Choice, json) => json,
    }
}

fn add_to_list(place: &mut Value, schema: Schema<'_>, text: &str) {
    let given = match serde_json::from_str(text) {
        Ok(whole @ (Value::Array(_) | Value::Null)) => whole,
        _ => Value::Array(vec![value(item(schema), text)]),
    };
    match (place, given) {
        (Value::Array(items), Value::Array(more)) => items.extend(more),
        (place, given) => *place = given,
    }
}

fn item(schema: Schema<'_>) -> Option<Schema<'_>> {
    match schema.shape() {
        Shape::Array { items, .. } => Some(items),
        Shape::Choice => schema.choices().find_map(item),
        _ => None,
    }
}

fn is_list(schema: Schema<'_>) -> bool {
    matches!(schema.shape(), Shape::Array { .. })
}

#[cfg(test)]
mod tests {
    use endpoint::catalogue::{Body, Generation};
    use serde_json::json;

    use super::*;

    fn built(operation: &str, sets: &[(&str, &str)]) -> Result<Value, String> {
        let operation = highlevel::catalogue::operation(operation).unwrap();
        let schema = operation.edition(Generation::V2).unwrap().body().map(Body::schema);
        let mut body = Value::Null;
        sets.iter().try_for_each(|(path, text)| set(&mut body, schema, path, text))?;
        Ok(body)
    }

    #[test]
    fn texts_become_what_the_schema_asks_for() {
        let body = built(
            "contacts.create-contact",
            &[
                ("firstName", "Ada"),
                ("postalCode", "01234"),
                ("phone", "+15550100"),
                ("dnd", "true"),
                ("tags", "vip"),
                ("tags", "new"),
                ("customFields.0.id", "7"),
            ],
        );
        let expected = json!({
            "firstName": "Ada", "postalCode": "01234", "phone": "+15550100", "dnd": true,
            "tags": ["vip", "new"], "customFields": [{"id": "7"}],
        });
        assert_eq!(body.unwrap(), expected);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused() {
        let refused =
            built("contacts.create-contact", &[("firstName", "Ada"), ("firstName.x", "1")]);
        assert!(refused.unwrap_err().contains("body.firstName has no fields"));
        let refused = built("contacts.create-contact", &[("customFields.1.id", "7")]);
        assert!(refused.unwrap_err().contains("add 0 first"));
    }
}
