//! Answers of operations without a memory: true to the schema, made of what the request gave.

use endpoint::catalogue::{Edition, Schema, Shape};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Content},
    call::Call,
    ids::RecordIds,
    moment::iso,
};

/// Optional fields are left out inside more values than this.
const FULL: usize = 5;
/// A schema that still contains itself here ends with the shortest value of its shape.
const DEEPEST: usize = 16;

/// The answer to a call, from its documented success. What the request named stands in the answer
/// under the same name.
pub(crate) fn answer(edition: Edition<'static>, call: &Call, ids: &mut RecordIds) -> Answer {
    let Some(reply) = edition.success() else {
        return json!({}).into();
    };
    let content = match (reply.content_type(), reply.schema()) {
        (Some(kind), _) if !kind.contains("json") => {
            Content::Bytes { kind: kind.to_owned(), bytes: file(kind) }
        }
        (_, Some(schema)) => {
            let mut maker = Maker { given: given(call), last: last_id(call), now: call.now, ids };
            Content::Json(maker.value("", schema, 0))
        }
        (_, None) => Content::Json(json!({})),
    };
    Answer { status: reply.status(), content }
}

/// The smallest file of a kind that a reader accepts, where one is known.
fn file(kind: &str) -> Vec<u8> {
    match kind {
        "text/plain" => b"[00:00] Hello.\n".to_vec(),
        // A wave file of no samples: header, format, empty data.
        _ => b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0"
            .to_vec(),
    }
}

/// Everything that the request names, the body's own fields last.
fn given(call: &Call) -> Map<String, Value> {
    let mut given = Map::new();
    if let Some(token) = &call.token {
        given.insert("companyId".to_owned(), json!(token.company));
        if let Some(location) = &token.location {
            given.insert("locationId".to_owned(), json!(location));
        }
    }
    let named = call.query.iter().map(|(name, text)| (name.clone(), json!(text)));
    given.extend(named);
    given.extend(call.segments.iter().map(|(name, text)| ((*name).to_owned(), json!(text))));
    given.extend(call.body.iter().map(|(name, value)| (name.clone(), value.clone())));
    given
}

/// The id of the record that the path leads to: a path ends with it.
fn last_id(call: &Call) -> Option<String> {
    let (name, text) = call.segments.last()?;
    (*name != "locationId" && *name != "companyId").then(|| text.clone())
}

struct Maker<'a> {
    given: Map<String, Value>,
    last: Option<String>,
    now: Timestamp,
    ids: &'a mut RecordIds,
}

impl Maker<'_> {
    fn value(&mut self, name: &str, schema: Schema<'static>, depth: usize) -> Value {
        if let Some(given) = self.given.get(name).filter(|given| fits(schema, given, 0)) {
            return given.clone();
        }
        match schema.shape() {
            Shape::Any => json!({}),
            Shape::Boolean => json!(true),
            Shape::Number { whole, minimum, maximum } => number(schema, whole, minimum, maximum),
            Shape::String { format, shortest, longest, .. } => {
                json!(self.text(name, schema, Length { format, shortest, longest }))
            }
            Shape::Array { items, shortest, .. } => {
                let wanted = if depth > FULL { 0 } else { 1 };
                let count = shortest.unwrap_or(0).max(wanted);
                let name = singular(name);
                (0..count).map(|_| self.value(name, items, depth + 1)).collect()
            }
            Shape::Object => self.object(schema, depth),
            Shape::Choice => match schema.choices().next() {
                Some(first) if depth <= DEEPEST => self.value(name, first, depth + 1),
                _ => Value::Null,
            },
        }
    }

    fn object(&mut self, schema: Schema<'static>, depth: usize) -> Value {
        let mut object = Map::new();
        for field in schema.fields() {
            let is_wanted = if depth < FULL { true } else { field.is_required() };
            if is_wanted && depth <= DEEPEST {
                let value = self.value(field.name(), field.schema(), depth + 1);
                object.insert(field.name().to_owned(), value);
            }
        }
        Value::Object(object)
    }

    fn text(&mut self, name: &str, schema: Schema<'static>, length: Length<'_>) -> String {
        if let Some(first) = schema.values().next() {
            return first.to_owned();
        }
        let text = match (length.format, name) {
            (Some("date-time" | "date"), _) => iso(self.now),
            (Some("number"), _) => "1".to_owned(),
            (_, "id" | "_id") => match self.last.take() {
                Some(last) => last,
                None => self.ids.record(),
            },
            (_, "traceId") => self.ids.uuid(),
            (_, "altType") => "location".to_owned(),
            (_, "altId") => self.text_of("locationId"),
            (_, "currency") => "USD".to_owned(),
            (_, "createdAt" | "updatedAt" | "dateAdded" | "dateUpdated") => iso(self.now),
            (_, "email") => "sam@example.com".to_owned(),
            (_, "phone") => "+15550100142".to_owned(),
            (_, "url" | "website" | "link") => "https://example.com/".to_owned(),
            (_, name) if name.ends_with("Id") => self.ids.record(),
            _ => format!("example {name}").trim_end().to_owned(),
        };
        length.fit(text)
    }

    fn text_of(&self, name: &str) -> String {
        self.given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// What a text has to be like.
struct Length<'a> {
    format: Option<&'a str>,
    shortest: Option<u32>,
    longest: Option<u32>,
}

impl Length<'_> {
    fn fit(&self, mut text: String) -> String {
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        while text.chars().count() < self.shortest.map_or(0, count) {
            text.push('x');
        }
        text.chars().take(self.longest.map_or(usize::MAX, count)).collect()
    }
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn number(
    schema: Schema<'static>,
    whole: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
) -> Value {
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

/// Whether a value of the request can stand in the answer: the shape agrees all the way down.
fn fits(schema: Schema<'static>, value: &Value, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match (schema.shape(), value) {
        (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => true,
        (Shape::Number { whole, .. }, Value::Number(number)) => {
            schema.values().len() == 0 && (!whole || !number.is_f64())
        }
        (Shape::String { format, shortest, longest, .. }, Value::String(text)) => {
            let is_free = format.is_none() && shortest.is_none() && longest.is_none();
            match schema.values().len() {
                0 => is_free,
                _ => schema.values().any(|allowed| allowed == text),
            }
        }
        (Shape::Array { items, shortest, longest, .. }, Value::Array(given)) => {
            let is_free = shortest.is_none() && longest.is_none();
            is_free && given.iter().all(|item| fits(items, item, depth + 1))
        }
        (Shape::Object, Value::Object(given)) => {
            let known = |name: &String| schema.field(name).map(|field| field.schema());
            let values = schema.map_values();
            let is_good = |(name, value): (&String, &Value)| {
                known(name).or(values).is_none_or(|schema| fits(schema, value, depth + 1))
            };
            let is_there = |name: &str| given.contains_key(name);
            given.iter().all(is_good)
                && schema.fields().all(|field| !field.is_required() || is_there(field.name()))
        }
        (Shape::Choice, _) => schema.choices().any(|choice| fits(choice, value, depth + 1)),
        _ => false,
    }
}
