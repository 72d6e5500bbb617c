//! Makes the call of an operation out of one flat object of values, for one location.
//!
//! Path, query, header and body fields stand beside each other, since no assistant should have to
//! know where a value goes. The location comes from the place and never from a text; ids are held
//! against what an id can be before they become part of a path.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use endpoint::catalogue::{Body, Edition, Operation, Place as In, Problem, Schema};
use highlevel::{RawCall, catalogue};
use rmcp::model::JsonObject;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Place, ToolError};

/// Names under which operations ask for the location.
const LOCATION: [&str; 3] = ["locationId", "location_id", "altId"];
/// Says beside `altId` what it is the id of.
const ALT_TYPE: &str = "altType";
/// The files of a form.
const FILES: &str = "files";
/// The whole body, where it is no object or no field of it has this name.
const BODY: &str = "body";
/// The longest id. The longest of the vendor has 40 characters; keys of fields are longer.
const LONGEST_ID: usize = 200;

/// A file as an argument.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    field: String,
    name: String,
    content_type: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    base64: Option<String>,
}

/// The operation of this id.
///
/// # Errors
/// Where there is none, with the nearest.
pub(crate) fn operation(id: &str) -> Result<Operation<'static>, ToolError> {
    catalogue::operation(id).ok_or_else(|| {
        let fix = match catalogue::nearest(id) {
            Some(nearest) => {
                format!("did you mean `{}`? search_operations finds others", nearest.id())
            }
            None => "search_operations finds operations by what they do".to_owned(),
        };
        ToolError::new("unknown_operation", format!("there is no operation `{id}`"), fix)
    })
}

/// The generation of the API in which operations are called: the oldest that has it.
pub(crate) fn edition(operation: Operation<'static>) -> Edition<'static> {
    operation.editions().next().expect("an operation is in some generation")
}

/// The call of an operation with these values, in this place. Nothing is sent.
///
/// # Errors
/// With everything that is wrong with the values.
pub(crate) fn call_of(
    operation: Operation<'static>,
    mut given: JsonObject,
    place: &Place,
) -> Result<RawCall, ToolError> {
    let edition = edition(operation);
    let files = files_of(edition, &mut given)?;
    locate(operation, edition, &mut given, place)?;
    for parameter in edition.parameters().filter(|it| it.place() == In::Path) {
        if let Some(value) = given.get(parameter.name()) {
            check_id(parameter.name(), value)?;
        }
    }
    let mut call = RawCall::of(operation);
    let mut body = Map::new();
    let mut whole = None;
    for (name, value) in given {
        let is_parameter = edition.parameter(&name).is_some();
        let is_field = edition.body().is_some_and(|body| has_field(body.schema(), &name));
        match edition.body() {
            Some(_) if name == BODY && !is_field && !is_parameter => whole = Some(value),
            Some(_) if is_field || !is_parameter => {
                if is_parameter {
                    call = call.with(&name, value.clone());
                }
                body.insert(name, value);
            }
            _ => call = call.with(&name, value),
        }
    }
    let is_needed = edition.body().is_some_and(Body::is_required);
    call = match whole {
        Some(whole) if body.is_empty() || !whole.is_object() => call.body(whole),
        Some(Value::Object(fields)) => {
            body.extend(fields);
            call.body(Value::Object(body))
        }
        _ if !body.is_empty() || (is_needed && files.is_empty()) => call.body(Value::Object(body)),
        _ => call,
    };
    for (file, bytes) in files {
        call = call.file(&file.field, &file.name, &file.content_type, bytes);
    }
    let problems = call.problems();
    match problems.is_empty() {
        true => Ok(call),
        false => Err(refused(operation, &problems)),
    }
}

/// Whether the location is filled in for an operation under this name.
pub(crate) fn is_filled(operation: Operation<'static>, name: &str) -> bool {
    let is_about_it = edition(operation).path().ends_with(&format!("{{{name}}}"));
    let may_be_meant_otherwise =
        is_about_it && !operation.kind().eq(&endpoint::catalogue::Kind::Read);
    (LOCATION.contains(&name) || name == ALT_TYPE) && !may_be_meant_otherwise
}

/// The fields of a body, also where it is one of several objects; each name once.
pub(crate) fn fields_of(schema: Schema<'static>) -> Vec<endpoint::catalogue::Field<'static>> {
    let mut fields: Vec<_> = schema.fields().collect();
    for field in schema.choices().flat_map(|choice| choice.fields()) {
        if !fields.iter().any(|known| known.name() == field.name()) {
            fields.push(field);
        }
    }
    fields
}

fn has_field(schema: Schema<'static>, name: &str) -> bool {
    fields_of(schema).iter().any(|field| field.name() == name)
}

/// Fills in the location where the operation asks for it, and refuses another one.
fn locate(
    operation: Operation<'static>,
    edition: Edition<'static>,
    given: &mut JsonObject,
    place: &Place,
) -> Result<(), ToolError> {
    let takes = |name: &str| {
        edition.parameter(name).is_some()
            || edition.body().is_some_and(|body| has_field(body.schema(), name))
    };
    for name in LOCATION.into_iter().filter(|name| takes(name)) {
        match given.get(name) {
            Some(Value::String(text)) if text == place.location.as_str() => {}
            Some(_) => {
                return Err(ToolError::new(
                    "other_location",
                    format!("`{name}` is not the location that this call works in"),
                    "leave it out, and name the location in the argument `location`",
                ));
            }
            None if is_filled(operation, name) => {
                given.insert(name.to_owned(), place.location.as_str().into());
            }
            None => {}
        }
    }
    if takes(ALT_TYPE) && given.contains_key("altId") {
        given.entry(ALT_TYPE).or_insert_with(|| "location".into());
    }
    Ok(())
}

/// Refuses what is no id. What passes is percent-encoded all the same.
fn check_id(name: &str, value: &Value) -> Result<(), ToolError> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_.:@+ |,=~".contains(character);
    let is_id = !text.trim().is_empty()
        && text.chars().count() <= LONGEST_ID
        && text.chars().all(is_plain)
        && !text.contains("..")
        && text != ".";
    match is_id {
        true => Ok(()),
        false => Err(ToolError::argument(
            format!("`{name}` is no id"),
            "give an id as the CRM tells it; list or search for the record first",
        )),
    }
}

/// Takes the files out of the values of a form.
fn files_of(
    edition: Edition<'static>,
    given: &mut JsonObject,
) -> Result<Vec<(File, Vec<u8>)>, ToolError> {
    let is_form = edition
        .body()
        .is_some_and(|body| body.content_types().any(|kind| kind == "multipart/form-data"));
    let fix = "give `files` as a list of {field, name, content_type, and text or base64}";
    let Some(files) = given.remove(FILES).filter(|_| is_form) else { return Ok(Vec::new()) };
    let files: Vec<File> = serde_json::from_value(files)
        .map_err(|error| ToolError::argument(format!("`files` do not fit: {error}"), fix))?;
    let read = |file: File| {
        let bytes = match (&file.text, &file.base64) {
            (Some(text), None) => Some(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD.decode(text).ok(),
            _ => None,
        };
        let wrong =
            || ToolError::argument(format!("`files` of `{}` has no content", file.field), fix);
        let bytes = bytes.ok_or_else(wrong)?;
        Ok((file, bytes))
    };
    files.into_iter().map(read).collect()
}

fn refused(operation: Operation<'static>, problems: &[Problem]) -> ToolError {
    let told = problems.iter().map(|problem| {
        let flat = Problem { place: flat(&problem.place), fault: problem.fault.clone() };
        flat.to_string()
    });
    let told: Vec<_> = told.collect();
    let fix =
        format!("correct `params`; describe_operation `{}` tells what it takes", operation.id());
    ToolError::argument(told.join("; "), fix)
}

/// Where a value stands for the caller, to whom all of them are `params`.
fn flat(place: &str) -> String {
    match place.split_once('.') {
        Some(("body" | "query" | "path" | "header" | "parameters", rest)) => {
            format!("params.{rest}")
        }
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests;
