//! The JSON Schema of what an operation takes, closed, and not deeper than an assistant reads.

use endpoint::catalogue::{Operation, Schema, Shape};
use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

use super::description::values;

/// How deep objects are spelled out; what is deeper is whatever the catalogue holds it against.
const DEEPEST: usize = 3;

/// What an operation takes, without what is filled in.
pub(crate) fn input_schema(operation: Operation<'static>) -> JsonObject {
    let values = values(operation);
    let properties: Map<String, Value> =
        values.iter().map(|it| (it.name.to_owned(), of(it.schema, DEEPEST))).collect();
    let mut required: Vec<&str> =
        values.iter().filter(|it| it.is_required).map(|it| it.name).collect();
    required.sort_unstable();
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// What every operation is told as.
pub(crate) fn output_schema() -> JsonObject {
    Map::from_iter([("type".to_owned(), json!("object"))])
}

fn of(schema: Schema<'static>, depth: usize) -> Value {
    let mut told = match schema.shape() {
        Shape::Any => json!({}),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Number { whole, minimum, maximum } => number(schema, whole, minimum, maximum),
        Shape::String { .. } if schema.values().len() > 0 => {
            json!({ "type": "string", "enum": schema.values().collect::<Vec<_>>() })
        }
        Shape::String { format: Some("date-time"), .. } => {
            json!({ "type": "string", "format": "date-time" })
        }
        Shape::String { .. } => json!({ "type": "string" }),
        Shape::Array { items, .. } if depth > 0 => {
            json!({ "type": "array", "items": of(items, depth - 1) })
        }
        Shape::Array { .. } => json!({ "type": "array" }),
        Shape::Object => object(schema, depth),
        Shape::Choice => {
            let choices: Vec<Value> =
                schema.choices().map(|choice| of(choice, depth.saturating_sub(1))).collect();
            json!({ "anyOf": choices })
        }
    };
    if let Some(Value::String(kind)) = told.get("type").filter(|_| schema.is_nullable()) {
        told["type"] = json!([kind, "null"]);
    }
    told
}

fn number(
    schema: Schema<'static>,
    whole: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
) -> Value {
    let mut told = json!({ "type": if whole { "integer" } else { "number" } });
    let values: Vec<Value> = schema.values().filter_map(|text| text.parse().ok()).collect();
    if !values.is_empty() {
        told["enum"] = json!(values);
    }
    for (name, limit) in [("minimum", minimum), ("maximum", maximum)] {
        if let Some(limit) = limit {
            told[name] = json!(limit);
        }
    }
    told
}

fn object(schema: Schema<'static>, depth: usize) -> Value {
    if depth == 0 || schema.fields().len() == 0 {
        return json!({ "type": "object" });
    }
    let fields = || schema.fields().filter(|field| !field.is_read_only());
    let properties: Map<String, Value> =
        fields().map(|field| (field.name().to_owned(), of(field.schema(), depth - 1))).collect();
    let required: Vec<&str> = fields().filter(|it| it.is_required()).map(|it| it.name()).collect();
    let mut told = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        told["required"] = json!(required);
    }
    told
}
