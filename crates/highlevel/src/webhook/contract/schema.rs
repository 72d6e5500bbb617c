//! A schema: the part of JSON Schema (draft 2020-12) that the contracts are written in.
//!
//! Each keyword speaks for itself, as the standard has it: `properties` says nothing about a text,
//! and `minLength` nothing about a number. Unlike in the standard, `format` is always checked.

use serde_json::Value;

use super::Mismatch;

/// What a value may be. It contains no other that contains it, so a walk has an end.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// Any of these; all types where there is none.
    pub(super) types: Vec<Type>,
    /// Any of these texts; all values where there is none.
    pub(super) values: Vec<String>,
    pub(super) format: Option<Format>,
    /// In characters.
    pub(super) shortest: usize,
    pub(super) items: Option<Box<Schema>>,
    pub(super) fields: Vec<(String, Schema)>,
    pub(super) required: Vec<String>,
    /// Every value is good for one of these at least; nothing is asked where there is none.
    pub(super) alternatives: Vec<Schema>,
}

/// A type of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A moment with its offset (RFC 3339).
    DateTime,
    /// A day (RFC 3339).
    Date,
}

impl Schema {
    /// In what a value differs.
    pub(super) fn check(&self, value: &Value) -> Vec<Mismatch> {
        let mut walk = Walk::telling(Mismatch::MOST);
        walk.value(self, value);
        walk.told
    }

    fn accepts(&self, value: &Value) -> bool {
        let mut walk = Walk::telling(0);
        walk.value(self, value);
        !walk.differs
    }

    /// What it asks for, in words.
    fn describe(&self) -> String {
        if let [field] = self.required.as_slice()
            && self.types.is_empty()
        {
            return format!("the field `{field}`");
        }
        let of_text = match self.format {
            Some(Format::DateTime) => "a moment such as 2026-03-02T09:00:00Z",
            Some(Format::Date) => "a day such as 2026-03-02",
            None if self.shortest > 0 => "a text that is not empty",
            None => "a text",
        };
        let word = |kind: &Type| match kind {
            Type::Null => "null",
            Type::Boolean => "a boolean",
            Type::Integer => "a whole number",
            Type::Number => "a number",
            Type::String => of_text,
            Type::Array => "a list",
            Type::Object => "an object",
        };
        let alternatives = self.alternatives.iter().map(Self::describe);
        let values = self.values.iter().map(|value| format!("`{value}`"));
        let types = self.types.iter().map(|kind| word(kind).to_owned());
        let words: Vec<_> = match self.values.is_empty() {
            true => types.chain(alternatives).collect(),
            false => values.collect(),
        };
        match words.is_empty() {
            true => "any value".to_owned(),
            false => words.join(" or "),
        }
    }
}

impl Type {
    fn has(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null)
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            // 1.0 has no fraction, so it is whole.
            (Self::Integer, Value::Number(number)) => {
                number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => false,
        }
    }
}

impl Format {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => is_date(text),
            Self::DateTime => is_date_time(text),
        }
    }
}

/// A walk through a value, with the way back to its top.
struct Walk<'a> {
    path: Vec<Step<'a>>,
    /// How many differences are worth telling.
    most: usize,
    told: Vec<Mismatch>,
    differs: bool,
}

/// One level down.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

impl<'a> Walk<'a> {
    fn telling(most: usize) -> Self {
        Self { path: Vec::new(), most, told: Vec::new(), differs: false }
    }

    fn is_over(&self) -> bool {
        self.differs && self.told.len() >= self.most
    }

    fn value(&mut self, schema: &'a Schema, value: &Value) {
        if !schema.types.is_empty() && !schema.types.iter().any(|kind| kind.has(value)) {
            return self.report(schema, word(value));
        }
        match value {
            Value::String(text) => self.text(schema, text),
            Value::Array(items) => self.list(schema, items),
            Value::Object(_) => self.fields(schema, value),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        let is_other = |text: &str| !schema.values.iter().any(|known| known == text);
        if !schema.values.is_empty() && value.as_str().is_none_or(is_other) {
            self.report(schema, another(value));
        }
        let alternatives = &schema.alternatives;
        if !alternatives.is_empty() && !alternatives.iter().any(|schema| schema.accepts(value)) {
            let found = match alternatives.iter().all(|schema| schema.types.is_empty()) {
                true => "none of them",
                false => another(value),
            };
            self.push(found, || {
                alternatives.iter().map(Schema::describe).collect::<Vec<_>>().join(" or ")
            });
        }
    }

    fn text(&mut self, schema: &Schema, text: &str) {
        if text.chars().take(schema.shortest).count() < schema.shortest {
            self.report(schema, "a shorter text");
        } else if schema.format.is_some_and(|format| !format.fits(text)) {
            self.report(schema, "another text");
        }
    }

    fn list(&mut self, schema: &'a Schema, items: &[Value]) {
        let Some(schema) = &schema.items else { return };
        for (number, item) in items.iter().enumerate() {
            if self.is_over() {
                return;
            }
            self.path.push(Step::Item(number));
            self.value(schema, item);
            self.path.pop();
        }
    }

    fn fields(&mut self, schema: &'a Schema, value: &Value) {
        for name in schema.required.iter().filter(|name| value.get(name).is_none()) {
            let field = schema.fields.iter().find(|(known, _)| known == name);
            self.path.push(Step::Field(name));
            self.push("nothing", || {
                field.map_or_else(|| "any value".to_owned(), |(_, field)| field.describe())
            });
            self.path.pop();
        }
        for (name, schema) in &schema.fields {
            if let Some(value) = value.get(name) {
                self.path.push(Step::Field(name));
                self.value(schema, value);
                self.path.pop();
            }
        }
    }

    fn report(&mut self, schema: &Schema, found: &'static str) {
        self.push(found, || schema.describe());
    }

    fn push(&mut self, found: &'static str, expected: impl FnOnce() -> String) {
        self.differs = true;
        if self.told.len() < self.most {
            let pointer = self.path.iter().map(Step::token).collect();
            self.told.push(Mismatch { pointer, expected: expected(), found });
        }
    }
}

impl Step<'_> {
    /// As it stands in a JSON Pointer.
    fn token(&self) -> String {
        match self {
            Self::Field(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Self::Item(number) => format!("/{number}"),
        }
    }
}

fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value of a good type that is no good all the same.
fn another(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "another text",
        _ => word(value),
    }
}

/// The text with every digit as 0.
fn shape(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
}

fn is_date(text: &str) -> bool {
    shape(text).eq("0000-00-00".chars()) && text.parse::<jiff::civil::Date>().is_ok()
}

/// Which of jiff's many forms the standard has: a day, `T`, a time with seconds, and an offset.
fn is_date_time(text: &str) -> bool {
    let Some((day, time)) = text.split_once(['T', 't']) else { return false };
    let Some((clock, offset)) = time.find(['Z', 'z', '+', '-']).map(|at| time.split_at(at)) else {
        return false;
    };
    let (seconds, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    is_date(day)
        && shape(seconds).eq("00:00:00".chars())
        && !fraction.is_empty()
        && shape(fraction).all(|digit| digit == '0')
        && (matches!(offset, "Z" | "z") || shape(&offset[1..]).eq("00:00".chars()))
        && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests;
