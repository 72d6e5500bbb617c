//! What an assistant is told of an operation: enough to call it, in as few tokens as that takes.

use endpoint::catalogue::{
    Edition, Field, Kind, Operation, PageStyle, Parameter, Sampler, Schema, sample,
};
use rmcp::model::JsonObject;
use serde_json::{Map, Value, json};

use super::{index::title, invocation, sketch};
use crate::ToolError;

/// The longest description: 1,500 tokens of four bytes, less what stands around it.
const MOST_BYTES: usize = 5_400;
/// The longest list of names that may be left out, in a brief description.
const MOST_NAMES: usize = 360;
/// The longest list of what may be left out, with types.
const MOST_OPTIONAL: usize = 560;
/// The longest example in a brief description.
const MOST_EXAMPLE: usize = 420;
/// The most of required values in a brief description.
const MOST_REQUIRED: usize = 2_400;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What is needed for a call.
    #[default]
    Brief,
    /// Everything that it takes.
    Full,
    /// What it answers.
    Output,
}

/// A description, as an object. With a path, of the value that this leads to.
///
/// # Errors
/// Where the path leads nowhere.
pub(crate) fn describe(
    operation: Operation<'static>,
    detail: Detail,
    path: Option<&str>,
) -> Result<JsonObject, ToolError> {
    let mut told = head(operation);
    let edition = invocation::edition(operation);
    match (detail, path) {
        (Detail::Output, path) => {
            let reply = edition.success().and_then(|reply| reply.schema());
            let output = reply.map(|schema| within(schema, path)).transpose()?;
            told.insert("output".to_owned(), output.unwrap_or_else(|| json!("nothing documented")));
        }
        (_, Some(path)) => {
            told.insert("input".to_owned(), input_at(edition, path)?);
        }
        (Detail::Full, None) => {
            told.insert("input".to_owned(), full(operation));
        }
        (Detail::Brief, None) => told.extend(brief(operation, edition)),
    }
    Ok(told)
}

/// The tool by which an operation is called.
pub(crate) fn tool_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "read_operation",
        Kind::Write | Kind::Send | Kind::Delete | Kind::Money => "write_operation",
    }
}

fn head(operation: Operation<'static>) -> JsonObject {
    let edition = invocation::edition(operation);
    let mut told = JsonObject::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("id", json!(operation.id()));
    tell("title", json!(title(operation)));
    tell("kind", json!(operation.kind().as_str()));
    tell("call_with", json!(tool_of(operation.kind())));
    tell("request", json!(format!("{} {}", operation.method(), edition.path())));
    tell("scopes", json!(edition.scopes()));
    if operation.is_deprecated() {
        tell("deprecated", json!(true));
    }
    told
}

fn brief(operation: Operation<'static>, edition: Edition<'static>) -> JsonObject {
    let values = values(operation);
    let (required, optional): (Vec<&Taken>, Vec<&Taken>) =
        values.iter().partition(|it| it.is_required);
    let mut told = JsonObject::new();
    let mut needed: Map<String, Value> =
        required.iter().map(|it| (it.name.to_owned(), sketch::of(it.schema, 2))).collect();
    if Value::Object(needed.clone()).to_string().len() > MOST_REQUIRED {
        needed = required.iter().map(|it| (it.name.to_owned(), sketch::of(it.schema, 0))).collect();
    }
    told.insert("required".to_owned(), Value::Object(needed));
    told.insert("optional".to_owned(), left_out(&optional));
    if let Some(pages) = pages(edition) {
        told.insert("pages".to_owned(), json!(pages));
    }
    if let Some(note) = note(edition) {
        told.insert("note".to_owned(), json!(note));
    }
    let example = Value::Object(
        required
            .iter()
            .map(|it| (it.name.to_owned(), sample(it.name, it.schema, &mut Plain)))
            .collect(),
    );
    if !required.is_empty() && example.to_string().len() <= MOST_EXAMPLE {
        told.insert("example".to_owned(), example);
    }
    told
}

/// One value of `params`.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub(super) name: &'static str,
    pub(super) schema: Schema<'static>,
    pub(super) is_required: bool,
}

/// Everything that `params` may hold, without what is filled in.
pub(super) fn values(operation: Operation<'static>) -> Vec<Taken> {
    let edition = invocation::edition(operation);
    let parameter = |it: Parameter<'static>| Taken {
        name: it.name(),
        schema: it.schema(),
        is_required: it.is_required(),
    };
    let mut values: Vec<Taken> = edition.parameters().map(parameter).collect();
    if let Some(body) = edition.body() {
        let is_choice = body.schema().choices().len() > 0;
        let field = |it: Field<'static>| Taken {
            name: it.name(),
            schema: it.schema(),
            is_required: it.is_required() && !is_choice,
        };
        let fields = invocation::fields_of(body.schema());
        if fields.is_empty() {
            let is_required = body.is_required();
            values.push(Taken { name: "body", schema: body.schema(), is_required });
        }
        let fields: Vec<_> =
            fields.into_iter().filter(|it| !it.is_read_only()).map(field).collect();
        for taken in fields {
            match values.iter_mut().find(|known| known.name == taken.name) {
                Some(known) => known.is_required |= taken.is_required,
                None => values.push(taken),
            }
        }
    }
    values.retain(|it| !invocation::is_filled(operation, it.name));
    values
}

fn full(operation: Operation<'static>) -> Value {
    let values = values(operation);
    let told = |depth: usize| -> Value {
        let told = values.iter().map(|it| {
            let mark = if it.is_required { "*" } else { "" };
            (format!("{}{mark}", it.name), sketch::of(it.schema, depth))
        });
        Value::Object(told.collect())
    };
    let fitting = (0..6).rev().map(told).find(|told| told.to_string().len() <= MOST_BYTES);
    fitting.unwrap_or_else(|| json!(joined(&values.iter().collect::<Vec<_>>())))
}

fn input_at(edition: Edition<'static>, path: &str) -> Result<Value, ToolError> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let parameter = edition.parameter(name).map(Parameter::schema);
    let found = match parameter {
        Some(schema) => sketch::at(schema, rest),
        None => edition.body().and_then(|body| sketch::at(body.schema(), path)),
    };
    let schema = found.ok_or_else(|| nowhere(path))?;
    Ok(sketch::within(schema, MOST_BYTES))
}

fn within(schema: Schema<'static>, path: Option<&str>) -> Result<Value, ToolError> {
    let found = path.map_or(Some(schema), |path| sketch::at(schema, path));
    let schema = found.ok_or_else(|| nowhere(path.unwrap_or_default()))?;
    Ok(sketch::within(schema, MOST_BYTES))
}

fn nowhere(path: &str) -> ToolError {
    ToolError::argument(
        format!("`{path}` leads to nothing"),
        "give names with dots between, as the description without `path` tells them",
    )
}

/// What may be left out: with types where there is room for them, and else by name.
fn left_out(values: &[&Taken]) -> Value {
    let told = |depth: usize| -> Value {
        values.iter().map(|it| (it.name.to_owned(), sketch::of(it.schema, depth))).collect()
    };
    let typed = [1, 0].into_iter().map(told);
    let fitting = typed.into_iter().find(|told| told.to_string().len() <= MOST_OPTIONAL);
    fitting.unwrap_or_else(|| json!(joined(values)))
}

/// The names, as many as there is room for.
fn joined(values: &[&Taken]) -> String {
    let mut told = String::new();
    for (index, value) in values.iter().enumerate() {
        if told.len() > MOST_NAMES {
            told.push_str(&format!(" and {} more: detail=full", values.len() - index));
            return told;
        }
        if index > 0 {
            told.push_str(", ");
        }
        told.push_str(value.name);
    }
    told
}

/// How a list goes on.
fn pages(edition: Edition<'static>) -> Option<String> {
    let pages = edition.pagination();
    if pages.style() == PageStyle::None {
        return None;
    }
    let largest = pages.largest().map(|largest| format!(" to {largest}")).unwrap_or_default();
    let size = pages.size().map(|size| format!("{size}{largest}; ")).unwrap_or_default();
    Some(format!("{size}`next` of a result goes into params"))
}

/// What no schema says.
fn note(edition: Edition<'static>) -> Option<&'static str> {
    let takes_files = edition
        .body()
        .is_some_and(|body| body.content_types().any(|kind| kind == "multipart/form-data"));
    takes_files.then_some("files: [{field, name, content_type, text or base64}]")
}

/// Values that say what they stand for.
struct Plain;

impl Sampler for Plain {
    fn known(&mut self, _: &str) -> Option<Value> {
        None
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        match format {
            Some("date-time") => "2026-03-04T15:00:00Z".to_owned(),
            Some("date") => "2026-03-04".to_owned(),
            Some("number") => "1".to_owned(),
            _ if name.to_lowercase().ends_with("email") => "ada@example.com".to_owned(),
            _ if name.to_lowercase().contains("phone") => "+15550100142".to_owned(),
            _ => format!("<{name}>"),
        }
    }

    fn wants(&mut self, _: Field<'_>) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
