//! Schemas in the fewest tokens: the names of fields, each with a word for what it may be.
//!
//! `*` behind a name says that it is required, `a|b` lists the only values, a list stands for a list
//! of what is in it, and `{...}` for an object that a path leads into.

use endpoint::catalogue::{Field, Schema, Shape};
use serde_json::{Map, Value, json};

/// Only so many values are listed.
const MOST_VALUES: usize = 24;
/// Stands for the fields of an object that is not looked into.
const INSIDE: &str = "{...}";
/// How deep a sketch goes at most; schemas contain themselves.
const DEEPEST: usize = 8;

/// The sketch of a schema that has room in so many bytes: as deep as they allow.
pub(super) fn within(schema: Schema<'static>, room: usize) -> Value {
    let sketches = (1..=DEEPEST).rev().map(|depth| of(schema, depth));
    let fitting = |sketch: &Value| sketch.to_string().len() <= room;
    sketches.into_iter().find(fitting).unwrap_or_else(|| names(schema, room))
}

/// The sketch of a schema, this deep.
pub(super) fn of(schema: Schema<'static>, depth: usize) -> Value {
    match schema.shape() {
        Shape::Array { items, .. } if depth > 0 => json!([of(items, depth - 1)]),
        Shape::Array { .. } => json!(schema.describe()),
        Shape::Object => object(schema, depth),
        Shape::Choice => choice(schema, depth),
        Shape::Any | Shape::Boolean | Shape::Number { .. } | Shape::String { .. } => {
            json!(word(schema))
        }
    }
}

/// One field with its name: `*` says that it is required.
pub(super) fn field(field: Field<'static>, depth: usize) -> (String, Value) {
    let mark = if field.is_required() { "*" } else { "" };
    (format!("{}{mark}", field.name()), of(field.schema(), depth))
}

/// The schema that a path leads to: names with dots, through lists and choices as if they were not
/// there.
pub(super) fn at(schema: Schema<'static>, path: &str) -> Option<Schema<'static>> {
    let mut at = schema;
    for name in path.split(['.', '/']).filter(|name| !name.is_empty() && *name != "*") {
        at = inner(at, name.trim_end_matches("[]"), 0)?;
    }
    Some(at)
}

fn inner(schema: Schema<'static>, name: &str, steps: usize) -> Option<Schema<'static>> {
    if steps > DEEPEST {
        return None;
    }
    match schema.shape() {
        Shape::Array { items, .. } => inner(items, name, steps + 1),
        Shape::Choice => schema.choices().find_map(|choice| inner(choice, name, steps + 1)),
        _ => schema.field(name).map(Field::schema).or(schema.map_values()),
    }
}

/// A plain value in a word or two.
pub(super) fn word(schema: Schema<'static>) -> String {
    let values: Vec<&str> = schema.values().take(MOST_VALUES).collect();
    let more = schema.values().len().saturating_sub(MOST_VALUES);
    let word = match (values.is_empty(), more) {
        (false, 0) => values.join("|"),
        (false, more) => format!("{}|{more} more", values.join("|")),
        (true, _) => match schema.shape() {
            Shape::String { format: Some(format), .. } => format.to_owned(),
            Shape::Number { minimum, maximum, .. } => {
                format!("{}{}", schema.describe(), limits(minimum, maximum))
            }
            _ => schema.describe(),
        },
    };
    match schema.is_nullable() {
        true => format!("{word}|null"),
        false => word,
    }
}

fn limits(minimum: Option<f64>, maximum: Option<f64>) -> String {
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!(" {minimum}..{maximum}"),
        (Some(minimum), None) => format!(" from {minimum}"),
        (None, Some(maximum)) => format!(" to {maximum}"),
        (None, None) => String::new(),
    }
}

fn object(schema: Schema<'static>, depth: usize) -> Value {
    let values = schema.map_values();
    if schema.fields().len() == 0 && values.is_none() {
        return json!("object");
    }
    if depth == 0 {
        return json!(INSIDE);
    }
    let mut told: Map<String, Value> =
        schema.fields().map(|inner| field(inner, depth - 1)).collect();
    if let Some(values) = values {
        told.insert("(any name)".to_owned(), of(values, depth - 1));
    }
    Value::Object(told)
}

fn choice(schema: Schema<'static>, depth: usize) -> Value {
    let mut told: Vec<Value> = Vec::new();
    for choice in schema.choices() {
        let sketch = of(choice, depth.saturating_sub(1));
        if !told.contains(&sketch) {
            told.push(sketch);
        }
    }
    match told.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
        Some(words) => json!(words.join(" or ")),
        None if depth == 0 => json!(schema.describe()),
        None => json!({ "one of": told }),
    }
}

/// The names of the fields alone, as many as there is room for.
fn names(schema: Schema<'static>, room: usize) -> Value {
    let mut told = String::new();
    let all: Vec<_> = super::invocation::fields_of(schema);
    for (index, field) in all.iter().enumerate() {
        let mark = if field.is_required() { "*" } else { "" };
        if told.len() + field.name().len() + 24 > room {
            told.push_str(&format!("{} more", all.len() - index));
            break;
        }
        told.push_str(&format!("{}{mark}, ", field.name()));
    }
    json!(told.trim_end_matches(", "))
}
