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
        let mut walk = Walk::default();
        walk.value(self, value);
        walk.found
    }

    fn accepts(&self, value: &Value) -> bool {
        self.check(value).is_empty()
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
#[derive(Default)]
struct Walk {
    pointer: String,
    found: Vec<Mismatch>,
}

impl Walk {
    fn value(&mut self, schema: &Schema, value: &Value) {
        if self.found.len() >= Mismatch::MOST {
            return;
        }
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
            let expected =
                alternatives.iter().map(Schema::describe).collect::<Vec<_>>().join(" or ");
            let found = match alternatives.iter().all(|schema| schema.types.is_empty()) {
                true => "none of them",
                false => another(value),
            };
            self.push(expected, found);
        }
    }

    fn text(&mut self, schema: &Schema, text: &str) {
        if text.chars().take(schema.shortest).count() < schema.shortest {
            self.report(schema, "a shorter text");
        } else if schema.format.is_some_and(|format| !format.fits(text)) {
            self.report(schema, "another text");
        }
    }

    fn list(&mut self, schema: &Schema, items: &[Value]) {
        let Some(schema) = &schema.items else { return };
        for (number, item) in items.iter().enumerate() {
            if self.found.len() >= Mismatch::MOST {
                return;
            }
            let before = self.step(&number.to_string());
            self.value(schema, item);
            self.pointer.truncate(before);
        }
    }

    fn fields(&mut self, schema: &Schema, value: &Value) {
        for name in &schema.required {
            if value.get(name).is_none() {
                let field = schema.fields.iter().find(|(known, _)| known == name);
                let expected = field.map_or("any value".to_owned(), |(_, field)| field.describe());
                let before = self.step(name);
                self.push(expected, "nothing");
                self.pointer.truncate(before);
            }
        }
        for (name, schema) in &schema.fields {
            if let Some(value) = value.get(name) {
                let before = self.step(name);
                self.value(schema, value);
                self.pointer.truncate(before);
            }
        }
    }

    /// One level down; returns what the pointer is to be cut to on the way back.
    fn step(&mut self, token: &str) -> usize {
        let before = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
        before
    }

    fn report(&mut self, schema: &Schema, found: &'static str) {
        self.push(schema.describe(), found);
    }

    fn push(&mut self, expected: String, found: &'static str) {
        if self.found.len() < Mismatch::MOST {
            self.found.push(Mismatch { pointer: self.pointer.clone(), expected, found });
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
        && text.to_ascii_uppercase().parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests;
