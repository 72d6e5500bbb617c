//! JSON Schemas of tools, without what costs tokens and says nothing.

use rmcp::model::JsonObject;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

/// The schema of what a tool takes: closed, as its type is.
#[must_use]
pub fn input_of<T: JsonSchema>() -> JsonObject {
    of::<T>()
}

/// The schema of what a tool gives.
#[must_use]
pub fn output_of<T: JsonSchema>() -> JsonObject {
    of::<T>()
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

/// Takes out what no assistant needs: titles, and the `null` and `default` of what may be left out.
fn trim(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("title");
            members.remove("$schema");
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            members.values_mut().for_each(trim);
        }
        Value::Array(items) => items.iter_mut().for_each(trim),
        _ => {}
    }
}
