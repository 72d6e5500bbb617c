//! Holds the values of a call against the catalogue, before anything is sent.
//!
//! Requests are held to their fields: an unknown one is a problem, since vendors refuse whole
//! calls for it. Replies may have more fields than the vendor documents, and mostly do.

use jiff::civil;
use serde_json::{Map, Value};

use super::operation::{Edition, Generation, Operation};
use super::place::Place;
use super::problem::{Fault, Problem};
use super::rows::Rest;
use super::schema::{Schema, Shape};

/// A value inside more values than this is not looked at.
const DEEPEST: usize = 64;

/// How alike a name has to be to be suggested: 0 is nothing alike, 1 the same.
const ALIKE: f64 = 0.55;

/// A list of allowed values is cut here.
const MOST_ALLOWED: usize = 12;

/// Everything that is wrong with a call; empty where it can be sent.
///
/// `parameters` are those of path, query and headers by name; one that can be given several times
/// is a list. A text that says a number counts as one there, since on the wire all of them are
/// texts. Headers for version and authorization belong to the transport, not here.
///
/// A multipart body is given as an object too: of its files only the presence counts.
#[must_use]
pub fn validate(
    operation: Operation<'_>,
    generation: Generation,
    parameters: &Map<String, Value>,
    body: Option<&Value>,
) -> Vec<Problem> {
    let Some(edition) = operation.edition(generation) else {
        return vec![Problem { place: generation.to_string(), fault: Fault::Generation }];
    };
    let mut check = Check { unknown_is_fine: false, as_text: true, problems: Vec::new() };
    check.parameters(edition, parameters);
    check.as_text = false;
    check.body(edition, body);
    check.problems
}

/// Everything in which a reply differs from what the catalogue says; empty where it agrees.
///
/// A status that the catalogue does not know, and a reply without a schema, are nothing to differ
/// from.
#[must_use]
pub fn validate_reply(
    operation: Operation<'_>,
    generation: Generation,
    status: u16,
    body: &Value,
) -> Vec<Problem> {
    let edition = operation.edition(generation);
    let schema = edition.and_then(|edition| edition.reply(status)).and_then(|reply| reply.schema());
    let mut check = Check { unknown_is_fine: true, as_text: false, problems: Vec::new() };
    if let Some(schema) = schema {
        check.value(schema, body, "reply", 0);
    }
    check.problems
}

/// One walk through the values, collecting what is wrong.
struct Check {
    /// Whether names may be there that the schema does not list.
    unknown_is_fine: bool,
    /// Whether every value is a text on the wire.
    as_text: bool,
    problems: Vec<Problem>,
}

impl Check {
    fn report(&mut self, place: impl Into<String>, fault: Fault) {
        self.problems.push(Problem { place: place.into(), fault });
    }

    fn parameters(&mut self, edition: Edition<'_>, given: &Map<String, Value>) {
        for parameter in edition.parameters() {
            let place = format!("{}.{}", place_name(parameter.place()), parameter.name());
            match given.get(parameter.name()) {
                Some(value) => self.parameter(parameter.schema(), value, &place),
                None if parameter.is_required() => self.report(place, Fault::Missing),
                None => {}
            }
        }
        for name in given.keys().filter(|name| edition.parameter(name).is_none()) {
            let free = edition.parameters().map(super::operation::Parameter::name);
            let nearest = nearest(name, free.filter(|free| !given.contains_key(*free)));
            self.report(format!("parameters.{name}"), Fault::Unknown { nearest });
        }
    }

    /// A single value counts as a list of one, since that is how a query says it.
    fn parameter(&mut self, schema: Schema<'_>, value: &Value, place: &str) {
        match schema.shape() {
            Shape::Array { items, .. } if !value.is_array() => self.value(items, value, place, 0),
            _ => self.value(schema, value, place, 0),
        }
    }

    fn body(&mut self, edition: Edition<'_>, given: Option<&Value>) {
        match (edition.body(), given) {
            (Some(body), Some(value)) => self.value(body.schema(), value, "body", 0),
            (Some(body), None) if body.is_required() => self.report("body", Fault::Missing),
            (None, Some(_)) => self.report("body", Fault::Body),
            (Some(_) | None, None) => {}
        }
    }

    fn value(&mut self, schema: Schema<'_>, value: &Value, place: &str, depth: usize) {
        if depth > DEEPEST || (value.is_null() && schema.is_nullable()) {
            return;
        }
        match (schema.shape(), value) {
            (Shape::Any, _) => {}
            (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Boolean, Value::String(text)) if self.as_text && is_boolean(text) => {}
            (Shape::Number { .. }, _) => self.number(schema, value, place),
            (Shape::String { .. }, _) => self.text(schema, value, place),
            (Shape::Array { .. }, Value::Array(items)) => self.list(schema, items, place, depth),
            (Shape::Object, Value::Object(fields)) => self.object(schema, fields, place, depth),
            // An object has no form in a query, so what the vendor calls one there is a text.
            (Shape::Object, Value::String(_) | Value::Number(_)) if self.as_text => {}
            (Shape::Choice, _) => self.choice(schema, value, place, depth),
            (Shape::Boolean | Shape::Array { .. } | Shape::Object, _) => {
                self.wrong_type(schema, value, place);
            }
        }
    }

    fn wrong_type(&mut self, schema: Schema<'_>, value: &Value, place: &str) {
        self.report(place, Fault::Type { expected: schema.describe(), found: type_name(value) });
    }

    fn number(&mut self, schema: Schema<'_>, value: &Value, place: &str) {
        let Shape::Number { whole, minimum, maximum } = schema.shape() else { return };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if self.as_text => {
                text.parse().ok().filter(|n: &f64| n.is_finite())
            }
            _ => None,
        };
        let Some(number) = number.filter(|number| !whole || number.fract() == 0.0) else {
            self.wrong_type(schema, value, place);
            return;
        };
        self.range(number, minimum, maximum, "", place);
        let is_listed = |allowed: &str| allowed.parse().is_ok_and(|allowed: f64| allowed == number);
        if schema.values().len() > 0 && !schema.values().any(is_listed) {
            self.wrong_value(schema, &number.to_string(), place);
        }
    }

    fn text(&mut self, schema: Schema<'_>, value: &Value, place: &str) {
        let Shape::String { format, shortest, longest, .. } = schema.shape() else { return };
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) if self.as_text || format == Some("number") => number.to_string(),
            Value::Bool(yes) if self.as_text => yes.to_string(),
            // The files of a multipart body have no JSON form.
            _ if format == Some("binary") => return,
            _ => return self.wrong_type(schema, value, place),
        };
        if let Some(format) = format.filter(|format| !has_format(&text, format)) {
            self.report(place, Fault::Format { format: format.to_owned() });
        }
        let length = text.chars().count() as f64;
        self.range(length, shortest.map(f64::from), longest.map(f64::from), " characters", place);
        if schema.values().len() > 0 && schema.values().all(|allowed| allowed != text) {
            self.wrong_value(schema, &text, place);
        }
    }

    fn range(
        &mut self,
        number: f64,
        minimum: Option<f64>,
        maximum: Option<f64>,
        unit: &str,
        place: &str,
    ) {
        if let Some(minimum) = minimum.filter(|minimum| number < *minimum) {
            self.report(place, Fault::Range { limit: format!("at least {minimum}{unit}") });
        }
        if let Some(maximum) = maximum.filter(|maximum| number > *maximum) {
            self.report(place, Fault::Range { limit: format!("at most {maximum}{unit}") });
        }
    }

    fn wrong_value(&mut self, schema: Schema<'_>, given: &str, place: &str) {
        let nearest = nearest(given, schema.values());
        let allowed = schema.values().take(MOST_ALLOWED).map(str::to_owned).collect();
        self.report(place, Fault::Value { given: given.to_owned(), nearest, allowed });
    }

    fn list(&mut self, schema: Schema<'_>, given: &[Value], place: &str, depth: usize) {
        let Shape::Array { items, shortest, longest, .. } = schema.shape() else { return };
        let length = given.len() as f64;
        self.range(length, shortest.map(f64::from), longest.map(f64::from), " items", place);
        for (index, value) in given.iter().enumerate() {
            self.value(items, value, &format!("{place}[{index}]"), depth + 1);
        }
    }

    fn object(
        &mut self,
        schema: Schema<'_>,
        given: &Map<String, Value>,
        place: &str,
        depth: usize,
    ) {
        for field in schema.fields() {
            let inner = format!("{place}.{}", field.name());
            match given.get(field.name()) {
                Some(value) => self.value(field.schema(), value, &inner, depth + 1),
                None if field.is_required() => self.report(inner, Fault::Missing),
                None => {}
            }
        }
        for (name, value) in given.iter().filter(|(name, _)| schema.field(name).is_none()) {
            let inner = format!("{place}.{name}");
            match schema.map_values() {
                Some(values) => self.value(values, value, &inner, depth + 1),
                None if self.is_unknown(schema) => {
                    let free = schema.fields().map(super::schema::Field::name);
                    let nearest = nearest(name, free.filter(|free| !given.contains_key(*free)));
                    self.report(inner, Fault::Unknown { nearest });
                }
                None => {}
            }
        }
    }

    /// Whether a name that the object does not list is a problem. Of an object without any field
    /// nobody has said what it holds.
    fn is_unknown(&self, schema: Schema<'_>) -> bool {
        match schema.rest() {
            Rest::Refused => !self.unknown_is_fine,
            Rest::Unsaid => !self.unknown_is_fine && schema.fields().len() > 0,
            Rest::Anything | Rest::Of(_) => false,
        }
    }

    /// Of a choice that nothing fits, the alternative with the fewest problems is reported.
    fn choice(&mut self, schema: Schema<'_>, value: &Value, place: &str, depth: usize) {
        let mut fewest: Option<Vec<Problem>> = None;
        for choice in schema.choices() {
            let (unknown_is_fine, as_text) = (self.unknown_is_fine, self.as_text);
            let mut attempt = Self { unknown_is_fine, as_text, problems: Vec::new() };
            attempt.value(choice, value, place, depth + 1);
            if attempt.problems.is_empty() {
                return;
            }
            let found = attempt.problems;
            if fewest.as_ref().is_none_or(|fewest| rank(&found, place) < rank(fewest, place)) {
                fewest = Some(found);
            }
        }
        self.problems.extend(fewest.unwrap_or_default());
    }
}

/// An alternative of another type altogether is the worst guess at what was meant.
fn rank(problems: &[Problem], place: &str) -> (bool, usize) {
    let is_other = |it: &Problem| it.place == place && matches!(it.fault, Fault::Type { .. });
    (problems.iter().any(is_other), problems.len())
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn is_boolean(text: &str) -> bool {
    matches!(text, "true" | "false")
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "date-time" => {
            text.parse::<jiff::Timestamp>().is_ok()
                || text.parse::<civil::DateTime>().is_ok()
                || text.parse::<civil::Date>().is_ok()
        }
        "number" => text.parse::<f64>().is_ok_and(f64::is_finite),
        _ => true,
    }
}

/// The candidate most like `given`, where one is alike at all; the case of letters counts little.
fn nearest<'a>(given: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let given = given.to_lowercase();
    candidates
        .map(|name| (strsim::normalized_damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name.to_owned())
}
