//! `highwire operations`: finds and explains the operations of the HighLevel API.

use endpoint::catalogue::{Access, Body, Edition, Operation, Place, Schema};
use highlevel::catalogue::{catalogue, operation};
use serde_json::{Value, json};

use crate::{cli, failure::Failure, printer};

/// How many fields of a body are shown before the rest is only counted.
const FIELDS_SHOWN: usize = 60;

/// Needs no settings and no hub: the catalogue is part of the binary.
pub(crate) fn run(asked: &cli::Operations, json: bool) -> Result<(), Failure> {
    match asked {
        cli::Operations::Search { words, limit } => search(&words.join(" "), *limit, json),
        cli::Operations::Describe { operation } => describe(operation, json),
    }
}

/// Lists the operations that fit some words best.
fn search(query: &str, limit: usize, json: bool) -> Result<(), Failure> {
    let found = catalogue().search(query, limit);
    if found.is_empty() {
        return Err(Failure::user(
            format!("find an operation for \"{query}\""),
            "try fewer or other words, such as \"create contact\" or \"calendar slots\"",
        ));
    }
    match json {
        true => found.into_iter().for_each(|operation| printer::data(line(operation).to_string())),
        false => {
            let head = ["operation", "what it does", "kind", "call"];
            printer::data(printer::table(&head, found.into_iter().map(row)));
        }
    }
    Ok(())
}

fn line(operation: Operation<'_>) -> Value {
    json!({
        "id": operation.id(),
        "title": operation.title(),
        "kind": operation.kind().as_str(),
        "method": operation.method().as_str(),
        "path": operation.path(),
        "generations": operation.editions().map(|edition| edition.generation().as_str()).collect::<Vec<_>>(),
    })
}

fn row(operation: Operation<'_>) -> Vec<String> {
    vec![
        operation.id().to_owned(),
        operation.title().to_owned(),
        operation.kind().as_str().to_owned(),
        format!("{} {}", operation.method(), operation.path()),
    ]
}

/// Explains one operation.
fn describe(id: &str, json: bool) -> Result<(), Failure> {
    let Some(operation) = operation(id) else {
        let nearest = catalogue().nearest(id).map(|nearest| nearest.id().to_owned());
        let hint = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "find it with `highwire operations search WORDS`".to_owned(),
        };
        return Err(Failure::user(format!("describe the operation `{id}`: there is none"), hint));
    };
    match json {
        true => {
            let mut told = line(operation);
            told["idempotency"] = operation.idempotency().as_str().into();
            told["editions"] = operation.editions().map(edition_json).collect();
            printer::data(told.to_string());
        }
        false => printer::data(text(operation)),
    }
    Ok(())
}

fn edition_json(edition: Edition<'_>) -> Value {
    json!({
        "generation": edition.generation().as_str(),
        "path": edition.path(),
        "version": edition.version(),
        "access": edition.access().map(|access| json!({
            "token_class": access.token_class(),
            "scopes": access.scopes().collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "parameters": edition.parameters().map(|parameter| json!({
            "name": parameter.name(),
            "place": place(parameter.place()),
            "required": parameter.is_required(),
            "type": parameter.schema().describe(),
        })).collect::<Vec<_>>(),
        "body": edition.body().map(|body| json!({
            "content_types": body.content_types().collect::<Vec<_>>(),
            "required": body.is_required(),
            "fields": fields(body.schema()),
        })),
        "pagination": edition.pagination().style().as_str(),
        "envelope": edition.envelope(),
        "replies": edition.replies().map(|reply| reply.status()).collect::<Vec<_>>(),
        "deprecated": edition.is_deprecated(),
    })
}

fn fields(schema: Schema<'_>) -> Vec<Value> {
    schema
        .fields()
        .map(|field| {
            json!({
                "name": field.name(),
                "required": field.is_required(),
                "type": field.schema().describe(),
            })
        })
        .collect()
}

fn text(operation: Operation<'_>) -> String {
    let mut lines = vec![
        format!("{}  {}", operation.id(), operation.title()),
        format!("{} operation, {}", operation.kind().as_str(), operation.idempotency().as_str()),
    ];
    for edition in operation.editions() {
        lines.extend(edition_lines(operation, edition));
    }
    lines.join("\n")
}

fn edition_lines(operation: Operation<'_>, edition: Edition<'_>) -> Vec<String> {
    let deprecated = if edition.is_deprecated() { "  (deprecated)" } else { "" };
    let version = edition.version().unwrap_or("none");
    let mut lines = vec![
        String::new(),
        format!("{}  {} {}{deprecated}", edition.generation(), operation.method(), edition.path()),
        format!("  version header  {version}"),
    ];
    lines.push(format!("  access          {}", access(edition)));
    lines.push(format!("  pagination      {}", edition.pagination().style().as_str()));
    if let Some(envelope) = edition.envelope() {
        lines.push(format!("  reply in        {envelope}"));
    }
    let parameters = edition.parameters().map(|parameter| {
        let mark = if parameter.is_required() { "required" } else { "" };
        vec![
            format!("  {}", parameter.name()),
            place(parameter.place()).to_owned(),
            parameter.schema().describe(),
            mark.to_owned(),
        ]
    });
    let parameters: Vec<_> = parameters.collect();
    if !parameters.is_empty() {
        lines.push(printer::table(&["parameter", "place", "type", ""], parameters));
    }
    lines.extend(edition.body().map(body_table));
    lines
}

/// Who may call it, such as `location contacts.write, or agency`.
pub(super) fn access(edition: Edition<'_>) -> String {
    let way = |access: Access<'_>| {
        let scopes: Vec<_> = access.scopes().collect();
        format!("{} {}", access.token_class(), scopes.join(" ")).trim_end().to_owned()
    };
    let ways: Vec<_> = edition.access().map(way).collect();
    if ways.is_empty() { "no token".to_owned() } else { ways.join(", or ") }
}

pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    }
}

pub(super) fn body_table(body: Body<'_>) -> String {
    let schema = body.schema();
    let fields = schema.fields().len();
    let rows = schema.fields().take(FIELDS_SHOWN).map(|field| {
        let mark = if field.is_required() { "required" } else { "" };
        vec![field.name().to_owned(), field.schema().describe(), mark.to_owned()]
    });
    let table = match fields {
        0 => format!("  body            {}", schema.describe()),
        _ => printer::table(&["field of the body", "type", ""], rows),
    };
    match fields.saturating_sub(FIELDS_SHOWN) {
        0 => table,
        left => format!("{table}\n  and {left} more fields: --json shows them"),
    }
}
