//! Requests held against the catalogue: unknown fields, missing ones and wrong types, refused in HighLevel's words.

use std::collections::HashMap;

use endpoint::catalogue::{Edition, Fault, Operation, Place, Problem, Schema, Shape, validate};
use serde_json::{Map, Value};

use super::{body::Body, refusal::Refusal};

/// What a request gives, by where it stands.
pub(crate) struct Given<'a> {
    /// In the order of the path.
    pub(crate) path: &'a [String],
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HashMap<&'static str, String>,
    pub(crate) body: &'a Body,
}

/// Refuses what does not fit; null is as absent.
///
/// # Errors
/// 422 with a sentence per complaint, unknown fields first.
pub(crate) fn check(
    operation: Operation<'static>,
    edition: Edition<'static>,
    given: &Given<'_>,
) -> Result<(), Refusal> {
    let parameters = parameters(edition, given);
    let body = edition.body().map(|body| {
        let whole = without_null(&given.body.whole());
        if given.body.is_multipart() { typed(whole, body.schema()) } else { whole }
    });
    let problems = validate(operation, edition.generation(), &parameters, body.as_ref());
    let is_loose = given.body.is_multipart();
    let mut complaints: Vec<(bool, String)> = Vec::new();
    for problem in &problems {
        let is_unknown = matches!(problem.fault, Fault::Unknown { .. });
        if is_unknown && is_loose && problem.place.starts_with("body.") {
            continue;
        }
        let sentences = sentences(edition, problem);
        complaints.extend(sentences.into_iter().map(|sentence| (!is_unknown, sentence)));
    }
    if let Some(Value::Object(body)) = &body {
        complaints.extend(empty_and_address(edition, body).map(|sentence| (true, sentence)));
    }
    complaints.sort_by_key(|(is_known, _)| *is_known);
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(Refusal::unprocessable(complaints.into_iter().map(|(_, it)| it).collect())),
    }
}

/// The values of path, query and headers by name. An operation without any documented query
/// ignores what stands there; a list may be written `name`, `name[]` or `name[0]`.
fn parameters(edition: Edition<'static>, given: &Given<'_>) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in super::route::names(edition.path()).into_iter().zip(given.path) {
        parameters.insert(name.to_owned(), Value::String(value.clone()));
    }
    let is_query = edition.parameters().any(|parameter| parameter.place() == Place::Query);
    for (key, text) in given.query.iter().filter(|(_, text)| is_query && !text.is_empty()) {
        let name = key.split_once('[').map_or(key.as_str(), |(name, _)| name);
        if edition.parameter(name).is_some_and(|it| it.place() == Place::Path) {
            continue;
        }
        let text = Value::String(text.clone());
        match parameters.get_mut(name) {
            None if name.len() < key.len() => {
                parameters.insert(name.to_owned(), Value::Array(vec![text]));
            }
            None => {
                parameters.insert(name.to_owned(), text);
            }
            Some(Value::Array(items)) => items.push(text),
            Some(one) => *one = Value::Array(vec![one.take(), text]),
        }
    }
    for parameter in edition.parameters().filter(|it| it.place() == Place::Header) {
        if let Some(value) = given.headers.get(parameter.name()) {
            parameters.insert(parameter.name().to_owned(), Value::String(value.clone()));
        }
    }
    split_joined(edition, &mut parameters);
    parameters
}

/// One text with commas stands for a list, where the operation writes lists so.
fn split_joined(edition: Edition<'static>, parameters: &mut Map<String, Value>) {
    for parameter in edition.parameters().filter(|parameter| parameter.is_joined()) {
        if let Some(value) = parameters.get_mut(parameter.name())
            && let Some(text) = value.as_str()
            && matches!(parameter.schema().shape(), Shape::Array { .. })
        {
            *value = text.split(',').map(Value::from).collect();
        }
    }
}

/// Parts are texts: those that say a boolean, a number or JSON where that is asked for count as it.
fn typed(body: Value, schema: Schema<'_>) -> Value {
    let Value::Object(fields) = body else { return body };
    let read = |name: &str, text: &str| {
        let value: Value = serde_json::from_str(text).ok()?;
        let is_asked_for = match schema.field(name)?.schema().shape() {
            Shape::Boolean => value.is_boolean(),
            Shape::Number { .. } => value.is_number(),
            Shape::Array { .. } => value.is_array(),
            Shape::Object => value.is_object(),
            _ => false,
        };
        is_asked_for.then_some(value)
    };
    let typed = fields.into_iter().map(|(name, value)| {
        let read = value.as_str().and_then(|text| read(&name, text));
        (name, read.unwrap_or(value))
    });
    typed.collect()
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name.clone(), without_null(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_null).collect(),
        other => other.clone(),
    }
}

/// What the catalogue does not say: a required text is not empty, an address has an `@`.
fn empty_and_address<'a>(
    edition: Edition<'static>,
    body: &'a Map<String, Value>,
) -> impl Iterator<Item = String> + use<'a> {
    let fields = edition.body().map(|body| body.schema());
    body.iter().filter_map(move |(name, value)| {
        let text = value.as_str()?;
        let field = fields?.field(name)?;
        match text {
            "" if field.is_required() => Some(format!("{name} should not be empty")),
            "" => None,
            _ if name == "email" && !is_email(text) => Some(format!("{name} must be an email")),
            _ => None,
        }
    })
}

/// The sentences of HighLevel's framework for one problem.
fn sentences(edition: Edition<'static>, problem: &Problem) -> Vec<String> {
    let path = path(&problem.place);
    match &problem.fault {
        Fault::Unknown { .. } => {
            let (parent, name) = path.rsplit_once('.').unwrap_or(("", &path));
            let parent = if parent.is_empty() { String::new() } else { format!("{parent}.") };
            vec![format!("{parent}property {name} should not exist")]
        }
        Fault::Missing => {
            let schema = schema_at(edition, &problem.place);
            let kind = schema.map_or_else(|| must_be("string", &path), |it| must(it, &path));
            vec![format!("{path} should not be empty"), kind]
        }
        Fault::Type { expected, .. } => vec![item_or(&problem.place, must_be(expected, &path))],
        Fault::Value { allowed, .. } => {
            let allowed = allowed.join(", ");
            vec![format!("{path} must be one of the following values: {allowed}")]
        }
        Fault::Format { format } if format == "number" => {
            vec![format!("{path} must be a number string")]
        }
        Fault::Format { .. } => vec![format!("{path} must be a valid ISO 8601 date string")],
        Fault::Range { limit } => vec![range(&path, limit)],
        Fault::Generation | Fault::Body => vec![problem.to_string()],
    }
}

/// A wrong item of a list of texts is told of the list.
fn item_or(place: &str, sentence: String) -> String {
    let list = place.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match list {
        Some((list, _)) => {
            format!("each value in {}", sentence.replacen(&path(place), &path(list), 1))
        }
        None => sentence,
    }
}

/// `body.items[0].name` is told as `items.0.name`.
fn path(place: &str) -> String {
    let path = place.split_once('.').map_or(place, |(_, rest)| rest);
    path.replace('[', ".").replace(']', "")
}

fn must(schema: Schema<'_>, path: &str) -> String {
    match schema.values().len() {
        0 => must_be(&schema.describe(), path),
        _ => {
            let values: Vec<&str> = schema.values().take(12).collect();
            format!("{path} must be one of the following values: {}", values.join(", "))
        }
    }
}

fn must_be(expected: &str, path: &str) -> String {
    match expected {
        "boolean" => format!("{path} must be a boolean value"),
        "integer" => format!("{path} must be an integer number"),
        "number" => format!("{path} must be a number conforming to the specified constraints"),
        "string (number)" => format!("{path} must be a number string"),
        "string (date-time)" => format!("{path} must be a valid ISO 8601 date string"),
        "array of string" => format!("each value in {path} must be a string"),
        "object" => format!("{path} must be an object"),
        _ if expected.starts_with("array") => format!("{path} must be an array"),
        _ if expected.starts_with("map") => format!("{path} must be an object"),
        _ => format!("{path} must be a string"),
    }
}

fn range(path: &str, limit: &str) -> String {
    let (bound, number) = match limit.strip_prefix("at least ") {
        Some(number) => ("less", number),
        None => ("greater", limit.trim_start_matches("at most ")),
    };
    let (number, unit) = number.split_once(' ').unwrap_or((number, ""));
    match (unit, bound) {
        ("characters", "less") => {
            format!("{path} must be longer than or equal to {number} characters")
        }
        ("characters", _) => format!("{path} must be shorter than or equal to {number} characters"),
        ("items", "less") => format!("{path} must contain at least {number} elements"),
        ("items", _) => format!("{path} must contain no more than {number} elements"),
        _ => format!("{path} must not be {bound} than {number}"),
    }
}

/// What the catalogue says of a place at the top of the body, or of a parameter.
fn schema_at(edition: Edition<'static>, place: &str) -> Option<Schema<'static>> {
    let (root, name) = place.split_once('.')?;
    match root {
        "body" => edition.body()?.schema().field(name).map(|field| field.schema()),
        _ => edition.parameter(name).map(|parameter| parameter.schema()),
    }
}

/// One `@` between a name and a host with a dot.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let dotted = host
        .split_once('.')
        .is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty() && !rest.ends_with('.'));
    !name.is_empty() && dotted && !host.contains('@') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use endpoint::catalogue::Generation;
    use serde_json::json;

    use super::*;

    fn complaints(id: &str, path: &[&str], query: &[(&str, &str)], body: Value) -> Value {
        let operation = highlevel::catalogue::operation(id).unwrap();
        let edition = operation.edition(Generation::V2).unwrap();
        let path: Vec<String> = path.iter().map(|text| (*text).to_owned()).collect();
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let query: Vec<_> = query.iter().map(owned).collect();
        let body = Body::Json(body);
        let given = Given { path: &path, query: &query, headers: &HashMap::new(), body: &body };
        check(operation, edition, &given)
            .map_or_else(|refusal| refusal.into_body()["message"].clone(), |()| json!([]))
    }

    #[test]
    fn what_fits_passes_and_null_is_as_absent() {
        let body = json!({ "locationId": "l", "email": null, "tags": ["a"], "name": "x" });
        assert_eq!(complaints("contacts.create-contact", &[], &[], body), json!([]));
    }

    #[test]
    fn unknown_fields_come_first_then_every_other_complaint() {
        let body = json!({ "nmae": "x", "email": "a@b", "tags": ["a", 1], "dnd": "no" });
        let expected = json!([
            "property nmae should not exist",
            "dnd must be a boolean value",
            "locationId should not be empty",
            "locationId must be a string",
            "each value in tags must be a string",
            "email must be an email",
        ]);
        assert_eq!(complaints("contacts.create-contact", &[], &[], body), expected);
    }

    #[test]
    fn a_query_is_looked_at_where_one_is_documented() {
        let found = |query: &[(&str, &str)]| {
            complaints("opportunities.search-opportunity", &[], query, Value::Null)
        };
        assert_eq!(found(&[("location_id", "l"), ("status", "won")]), json!([]));
        let expected = json!([
            "property sortBy should not exist",
            "location_id should not be empty",
            "location_id must be a string",
        ]);
        assert_eq!(found(&[("sortBy", "name")]), expected);
        let unasked =
            complaints("contacts.get-contact", &["c"], &[("locationId", "l")], Value::Null);
        assert_eq!(unasked, json!([]));
    }

    #[test]
    fn parts_count_as_what_they_say() {
        let operation = highlevel::catalogue::operation("medias.upload-media-content").unwrap();
        let edition = operation.edition(Generation::V2).unwrap();
        let check = |hosted: &str| {
            let parts = json!({ "hosted": hosted, "fileUrl": "https://a.example/b.pdf" });
            let body = Body::Parts(parts.as_object().unwrap().clone());
            check(
                operation,
                edition,
                &Given { path: &[], query: &[], headers: &HashMap::new(), body: &body },
            )
        };
        assert!(check("true").is_ok() && check("false").is_ok());
        let refusal = check("maybe").unwrap_err().into_body();
        assert_eq!(refusal["message"], json!(["hosted must be a boolean value"]));
    }

    #[test]
    fn nested_places_are_told_with_dots() {
        assert_eq!(path("body.items[0].name"), "items.0.name");
        assert_eq!(range("limit", "at most 100"), "limit must not be greater than 100");
        let long = range("query", "at most 75 characters");
        assert_eq!(long, "query must be shorter than or equal to 75 characters");
    }

    #[test]
    fn addresses_are_looked_at() {
        for good in ["a@b.example", "a.b+c@d.e.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a", "@b.example", "a@.example", "a@b.", "a b@c.example", "a@b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
