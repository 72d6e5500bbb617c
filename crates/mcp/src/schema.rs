//! JSON Schemas of tools, without what costs tokens and says nothing.

use rmcp::model::JsonObject;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

/// The schema of what a tool takes: closed, as its type is.
#[must_use]
pub fn input_of<T: JsonSchema>() -> JsonObject {
    of::<T>()
}

/// The schema of what a tool gives. What lists hold is told by its names where it is read.
#[must_use]
pub fn output_of<T: JsonSchema>() -> JsonObject {
    let mut schema = of::<T>();
    schema.values_mut().for_each(loosen);
    schema
}

fn of<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    trim(&mut schema);
    match schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}

/// Takes out what no assistant needs: titles, the widths of numbers, and the `null` and `default` of
/// what may be left out.
fn trim(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for word in ["title", "$schema"] {
                members.remove(word);
            }
            if members.get("default").is_some_and(says_nothing) {
                members.remove("default");
            }
            let is_whole = |format: &str| format.starts_with("uint") || format.starts_with("int");
            match members.get("format").and_then(Value::as_str) {
                Some(format) if is_whole(format) => {
                    members.remove("format");
                    members.remove("minimum");
                }
                Some("double") => drop(members.remove("format")),
                _ => {}
            }
            if members.get("items") == Some(&Value::Bool(true)) {
                members.remove("items");
            }
            if members.get("additionalProperties") == Some(&Value::Bool(true)) {
                members.remove("additionalProperties");
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|one| !one.is_null());
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            for (word, member) in members {
                match member {
                    // Its members are names, which may be those of keywords.
                    Value::Object(named) if word == "properties" => {
                        named.values_mut().for_each(trim)
                    }
                    member => trim(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(trim),
        _ => {}
    }
}

/// Takes out of a schema of results what only says that a list has items, and the words to its members.
fn loosen(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    members.remove("description");
    let says_kind_alone = |items: &Value| match items {
        Value::Object(items) => items.keys().all(|word| word == "type"),
        _ => true,
    };
    if members.get("type").is_some_and(|kind| kind == "array")
        && members.get("items").is_some_and(says_kind_alone)
    {
        members.remove("items");
    }
    members.values_mut().for_each(loosen);
}

/// Whether a default is what is meant where nothing is given.
fn says_nothing(default: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::Bool(yes) => !yes,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(says_nothing),
        Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_members_are_no_keywords() {
        let mut schema = json!({
            "title": "Task", "type": "object",
            "properties": {
                "title": { "type": ["string", "null"], "default": null },
                "count": { "type": "integer", "format": "uint", "minimum": 0 },
                "kind": { "enum": ["a", null], "type": "string" },
            },
        });
        trim(&mut schema);
        let left = json!({
            "type": "object",
            "properties": {
                "title": { "type": "string" },
                "count": { "type": "integer" },
                "kind": { "enum": ["a"], "type": "string" },
            },
        });
        assert_eq!(schema, left);
    }
}
