//! How the values of a raw call become a request: as the catalogue says, parameter by parameter.

use endpoint::{
    Content, Draft, Part, Request,
    catalogue::{Edition, Generation, Parameter, Place},
};
use serde_json::{Map, Value};

use super::RawCall;
use crate::{Call, Error, Version};

const JSON: &str = "application/json";

/// Whether the body is a form in parts.
pub(super) fn is_multipart(edition: Edition<'_>) -> bool {
    edition.body().is_some_and(|body| usual(body) == "multipart/form-data")
}

/// The request of a call without problems.
pub(super) fn request(
    call: &RawCall,
    edition: Edition<'static>,
    base_url: &str,
) -> Result<Request, Error> {
    let mut path = Vec::new();
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in edition.parameters() {
        let Some(value) = call.parameters.get(parameter.name()) else { continue };
        let texts = texts_of(parameter, value);
        let named = texts.into_iter().map(|text| (parameter.name(), text));
        match parameter.place() {
            Place::Path => path.extend(named),
            Place::Query => query.extend(named),
            Place::Header | Place::Body => headers.extend(named),
        }
    }
    let draft = Draft {
        operation: call.operation.id(),
        method: call.operation.method(),
        path: edition.path(),
        path_parameters: path.iter().map(|(name, text)| (*name, text.as_str())).collect(),
        query,
        accept: edition.success().and_then(|reply| reply.content_type()).unwrap_or(JSON),
        body: body(call, edition)?,
    };
    let request = draft.encode(base_url).map_err(|error| Error::of(call.profile(), error))?;
    let version = call.version.map_or_else(|| version(edition), Version::as_str);
    let request = request.with_header("version", version);
    Ok(headers.into_iter().fold(request, |request, (name, text)| request.with_header(name, text)))
}

/// A parameter's texts: one for each value, or all of them in one.
pub(super) fn texts_of(parameter: Parameter<'_>, value: &Value) -> Vec<String> {
    match texts(value) {
        several if parameter.is_joined() && value.is_array() => vec![several.join(",")],
        several => several,
    }
}

/// The header's value. A call without one is answered 401 (`facts/highlevel.md` 1.2).
pub(crate) fn version(edition: Edition<'static>) -> &'static str {
    let usual = match edition.generation() {
        Generation::V2 => Version::V2021_07_28,
        Generation::V3 => Version::V3,
    };
    edition.version().unwrap_or(usual.as_str())
}

fn usual(body: endpoint::catalogue::Body<'_>) -> &str {
    body.content_types().next().unwrap_or(JSON)
}

fn body(call: &RawCall, edition: Edition<'_>) -> Result<Option<Content>, Error> {
    let Some(declared) = edition.body() else { return Ok(None) };
    if call.body.is_none() && call.files.is_empty() {
        return Ok(None);
    }
    let fields = || match &call.body {
        Some(Value::Object(fields)) => Ok(form_fields(fields)),
        None => Ok(Vec::new()),
        Some(_) => Err(Error::argument(call.operation.id(), "the body of a form is an object")),
    };
    match usual(declared) {
        "multipart/form-data" => Ok(Some(multipart(call, fields()?))),
        "application/x-www-form-urlencoded" => {
            let fields = fields()?;
            let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            Ok(Some(Content::form(fields)))
        }
        _ => Ok(call.body.as_ref().map(|body| Content::json(body.to_string()))),
    }
}

fn multipart(call: &RawCall, fields: Vec<(String, String)>) -> Content {
    let part = |(name, text): (String, String)| Part { name, file: None, bytes: text.into() };
    let mut parts: Vec<_> = fields.into_iter().map(part).collect();
    parts.extend(call.files.iter().cloned().map(|file| Part {
        name: file.field,
        file: Some((file.name, file.media_type)),
        bytes: file.bytes.into(),
    }));
    Content::multipart(&parts)
}

/// Each field with its text; a list repeats the name.
fn form_fields(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let named = |(name, value): (&String, &Value)| {
        texts(value).into_iter().map(|text| (name.clone(), text)).collect::<Vec<_>>()
    };
    fields.iter().flat_map(named).collect()
}

/// What stands on the wire for a value. An object has no other form there than its JSON.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}
