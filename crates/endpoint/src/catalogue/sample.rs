//! Makes values that a schema accepts: answers of a simulation, calls of a test, examples for people.

use serde_json::{Map, Value, json};

use super::schema::{Field, Schema, Shape};

/// Optional fields are left out inside more values than this.
const FULL: usize = 5;
/// A schema that still contains itself here ends with the shortest value of its shape.
const DEEPEST: usize = 16;

/// Decides what the schema leaves open.
pub trait Sampler {
    /// A value for the field of this name, where one is known; it is taken only where it fits.
    fn known(&mut self, name: &str) -> Option<Value>;

    /// A text for the field of this name. It is cut or filled up to the lengths of the schema.
    fn text(&mut self, name: &str, format: Option<&str>) -> String;

    /// Whether an optional field is wanted.
    fn wants(&mut self, field: Field<'_>) -> bool;
}

/// A value that `schema` accepts, for the field `name`. The first of several allowed values is
/// taken, the first alternative of a choice, the smallest positive number, and lists of one item.
#[must_use]
pub fn sample(name: &str, schema: Schema<'_>, sampler: &mut impl Sampler) -> Value {
    value(name, schema, sampler, 0)
}

fn value(name: &str, schema: Schema<'_>, sampler: &mut impl Sampler, depth: usize) -> Value {
    if let Some(known) = sampler.known(name).filter(|known| fits(schema, known, 0)) {
        return known;
    }
    match schema.shape() {
        Shape::Any => json!({}),
        Shape::Boolean => json!(true),
        Shape::Number { whole, minimum, maximum } => number(schema, whole, minimum, maximum),
        Shape::String { format, shortest, longest, .. } => match schema.values().next() {
            Some(first) => json!(first),
            None => json!(cut(sampler.text(name, format), shortest, longest)),
        },
        Shape::Array { items, shortest, .. } => {
            let wanted = u32::from(depth <= FULL);
            let name = name.strip_suffix('s').unwrap_or(name);
            let count = shortest.unwrap_or(0).max(wanted);
            (0..count).map(|_| value(name, items, sampler, depth + 1)).collect()
        }
        Shape::Object => object(schema, sampler, depth),
        Shape::Choice => match schema.choices().next() {
            Some(first) if depth <= DEEPEST => value(name, first, sampler, depth + 1),
            _ => Value::Null,
        },
    }
}

fn object(schema: Schema<'_>, sampler: &mut impl Sampler, depth: usize) -> Value {
    let mut object = Map::new();
    for field in schema.fields().filter(|_| depth <= DEEPEST) {
        if field.is_required() || (depth < FULL && sampler.wants(field)) {
            let made = value(field.name(), field.schema(), sampler, depth + 1);
            object.insert(field.name().to_owned(), made);
        }
    }
    Value::Object(object)
}

fn number(schema: Schema<'_>, whole: bool, minimum: Option<f64>, maximum: Option<f64>) -> Value {
    if let Some(first) = schema.values().next() {
        return first.parse::<Value>().unwrap_or(Value::Null);
    }
    let number = 1.0_f64.max(minimum.unwrap_or(1.0)).min(maximum.unwrap_or(f64::MAX));
    match whole || number.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "bounds of a schema are small")]
        true => json!(number as i64),
        false => json!(number),
    }
}

fn cut(mut text: String, shortest: Option<u32>, longest: Option<u32>) -> String {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    while text.chars().count() < shortest.map_or(0, count) {
        text.push('x');
    }
    text.chars().take(longest.map_or(usize::MAX, count)).collect()
}

/// Whether a known value can stand there: the shape agrees all the way down. A schema that asks
/// for a format, lengths or one of some numbers takes no known value.
fn fits(schema: Schema<'_>, known: &Value, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match (schema.shape(), known) {
        (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => true,
        (Shape::Number { whole, .. }, Value::Number(number)) => {
            schema.values().len() == 0 && (!whole || !number.is_f64())
        }
        (Shape::String { format, shortest, longest, .. }, Value::String(text)) => {
            match schema.values().len() {
                0 => format.is_none() && shortest.is_none() && longest.is_none(),
                _ => schema.values().any(|allowed| allowed == text),
            }
        }
        (Shape::Array { items, shortest, longest, .. }, Value::Array(known)) => {
            let is_free = shortest.is_none() && longest.is_none();
            is_free && known.iter().all(|item| fits(items, item, depth + 1))
        }
        (Shape::Object, Value::Object(known)) => fits_object(schema, known, depth),
        (Shape::Choice, _) => schema.choices().any(|choice| fits(choice, known, depth + 1)),
        _ => false,
    }
}

fn fits_object(schema: Schema<'_>, known: &Map<String, Value>, depth: usize) -> bool {
    let is_there = |field: Field<'_>| !field.is_required() || known.contains_key(field.name());
    let is_good = |(name, value): (&String, &Value)| {
        let field = schema.field(name).map(Field::schema);
        field.or(schema.map_values()).is_none_or(|schema| fits(schema, value, depth + 1))
    };
    schema.fields().all(is_there) && known.iter().all(is_good)
}
