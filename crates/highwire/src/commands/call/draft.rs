//! Makes the raw call that the words ask for, and lists everything that is wrong with it.

use std::{fs, io::Read as _};

use endpoint::catalogue::{Body, Edition, Fault, Generation, Problem, Shape};
use highlevel::{Call as _, RawCall};
use serde_json::{Map, Value};

use super::{
    arguments::{Arguments, OWN},
    defaults::{self, Defaults, LOCATION_FLAG},
    flags::{self, kebab},
    paging, values,
};
use crate::failure::Failure;

/// Media types by the ending of a file's name, for forms; anything else is bytes.
const MEDIA_TYPES: [(&str, &str); 14] = [
    ("csv", "text/csv"),
    ("gif", "image/gif"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("webp", "image/webp"),
];

/// What to do about a location that is missing.
const LOCATION_ADVICE: &str = "give --location-id, or set GHL_LOCATION_ID";

/// A call that can be sent.
pub(super) struct Draft {
    pub(super) call: RawCall,
    pub(super) body: Option<Value>,
    /// Field, path and size of each file of a form.
    pub(super) files: Vec<(String, String, usize)>,
}

/// The operation in the generation that is asked for, or the oldest that it has.
///
/// # Errors
/// Where there is no such operation, or not in that generation.
pub(super) fn edition(arguments: &Arguments) -> Result<(RawCall, Edition<'static>), Failure> {
    let Some(id) = &arguments.operation else {
        return Err(Failure::usage(
            "call an operation: none is named",
            arguments.problems.clone(),
            "put its id first, such as `highwire call contacts.get-contact --contact-id ID`; \
             `highwire operations search WORDS` finds it",
        ));
    };
    let unknown = |error: highlevel::UnknownOperation| {
        let hint = match error.nearest() {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "find it with `highwire operations search WORDS`".to_owned(),
        };
        Failure::usage(format!("call the operation `{id}`: there is none"), Vec::new(), hint)
    };
    let mut call = RawCall::new(id).map_err(unknown)?;
    if let Some(generation) = arguments.generation {
        call = call.generation(generation);
    }
    match call.edition() {
        Some(edition) => Ok((call, edition)),
        None => {
            let others: Vec<_> =
                call.operation().editions().map(|it| it.generation().as_str()).collect();
            let asked = arguments.generation.map_or("", Generation::as_str);
            Err(Failure::usage(
                format!("call {id} in {asked}: that generation lacks it"),
                Vec::new(),
                format!("use --version {}", others.join(" or ")),
            ))
        }
    }
}

/// Builds the call; nothing is sent.
///
/// # Errors
/// Everything that is wrong with the words and the values at once.
pub(super) fn build(arguments: &Arguments, settings: Defaults<'_>) -> Result<Draft, Failure> {
    let (call, edition) = edition(arguments)?;
    let mut problems = arguments.problems.clone();
    let mut parameters = Map::new();
    let named = parameters_of(arguments, edition, &mut parameters, &mut problems);
    let read = body_of(arguments, edition);
    let is_readable = read.is_ok();
    let mut body = read.unwrap_or_else(|found| {
        problems.extend(found);
        None
    });
    if arguments.paginate {
        paging::fill(edition, &mut parameters, &mut body, arguments.rows);
    }
    let defaults = Defaults { named: named.as_deref(), ..settings };
    defaults::fill(edition, &mut parameters, &mut body, defaults);

    let mut call = parameters.into_iter().fold(call, |call, (name, value)| call.with(&name, value));
    if let Some(body) = &body {
        call = call.body(body.clone());
    }
    let mut files = Vec::new();
    for (field, path) in &arguments.files {
        match fs::read(path) {
            Ok(bytes) => {
                files.push((field.clone(), path.clone(), bytes.len()));
                call = call.file(field, file_name(path), media_type(path), bytes);
            }
            Err(error) => problems.push(format!("--file {field}=@{path} cannot be read: {error}")),
        }
    }
    // Of a body that cannot be read nothing else is worth telling.
    let is_told = |problem: &&Problem| is_readable || !problem.place.starts_with("body");
    let found = call.problems();
    let found = found.iter().filter(is_told);
    problems.extend(found.map(|problem| in_flags(problem, &call, edition)));
    if problems.is_empty() {
        problems.extend(call.request("").err().map(|error| unsendable(&error)));
    }
    match problems.is_empty() {
        true => Ok(Draft { call, body, files }),
        false => Err(refused(call.operation().id(), problems)),
    }
}

/// Why values that the catalogue allows cannot be put on the wire, such as an empty id.
fn unsendable(error: &highlevel::Error) -> String {
    match error.call() {
        Some(endpoint::Error::Build { problem, .. }) => problem.clone(),
        _ => error.to_string(),
    }
}

/// A command line that is refused before anything is sent.
pub(super) fn refused(operation: &str, problems: Vec<String>) -> Failure {
    Failure::usage(
        format!("call {operation}: nothing was sent"),
        problems,
        format!("`highwire call {operation} --help` explains every flag and field"),
    )
}

/// Reads the flags of the operation; gives the location that a flag names where the operation has
/// another name for it.
fn parameters_of(
    arguments: &Arguments,
    edition: Edition<'_>,
    parameters: &mut Map<String, Value>,
    problems: &mut Vec<String>,
) -> Option<String> {
    let mut location = None;
    for (flag, value) in &arguments.flags {
        let parameter = flags::parameter(edition, flag);
        let is_location = flag == LOCATION_FLAG || kebab(flag) == LOCATION_FLAG;
        match (parameter, value) {
            (Some(parameter), Some(text)) => {
                problems.extend(flags::add(parameters, parameter, text).err());
            }
            (Some(parameter), None) => match parameter.schema().shape() {
                Shape::Boolean => problems.extend(flags::add(parameters, parameter, "true").err()),
                _ => {
                    let kind = parameter.schema().describe();
                    problems.push(format!("--{flag} needs a value: {kind}"));
                }
            },
            (None, Some(text)) if is_location && defaults::takes_location(edition) => {
                location = Some(text.clone());
            }
            (None, _) => problems.push(unknown_flag(flag, edition)),
        }
    }
    for (name, text) in &arguments.parameters {
        match edition.parameter(name) {
            Some(parameter) => problems.extend(flags::add(parameters, parameter, text).err()),
            None => problems.push(unknown_flag(name, edition)),
        }
    }
    location
}

/// A field of the body that is given as a flag is the likeliest slip.
fn unknown_flag(flag: &str, edition: Edition<'_>) -> String {
    let schema = edition.body().map(Body::schema);
    let mut fields = schema.into_iter().flat_map(|schema| schema.fields());
    if let Some(field) = fields.find(|it| it.name() == flag || kebab(it.name()) == flag) {
        return format!("--{flag} is a field of the body: give it as --set {}=…", field.name());
    }
    let kebabs: Vec<_> = edition.parameters().map(|it| kebab(it.name())).collect();
    let names = edition.parameters().map(endpoint::catalogue::Parameter::name);
    let own = OWN.iter().map(|own| own.name);
    match flags::nearest(flag, kebabs.iter().map(String::as_str).chain(names).chain(own)) {
        Some(nearest) => format!("--{flag} is not known: did you mean --{nearest}?"),
        None => format!("--{flag} is not known: leave it out"),
    }
}

fn body_of(arguments: &Arguments, edition: Edition<'_>) -> Result<Option<Value>, Vec<String>> {
    let whole = arguments.body.as_deref().map(read_body).transpose();
    let mut body = whole.map_err(|problem| vec![problem])?;
    let schema = edition.body().map(Body::schema);
    let mut problems = Vec::new();
    for (path, text) in &arguments.sets {
        let body = body.get_or_insert(Value::Null);
        problems.extend(values::set(body, schema, path, text).err());
    }
    if problems.is_empty() { Ok(body) } else { Err(problems) }
}

fn read_body(given: &str) -> Result<Value, String> {
    let (origin, text) = match (given, given.strip_prefix('@')) {
        ("-", _) => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| format!("--body - cannot be read from stdin: {error}"))?;
            ("-", text)
        }
        (_, Some(path)) => {
            let read = fs::read_to_string(path);
            (given, read.map_err(|error| format!("--body @{path} cannot be read: {error}"))?)
        }
        (given, None) => ("JSON", given.to_owned()),
    };
    // The parser's message has line and column, and nothing of the text.
    serde_json::from_str(&text).map_err(|error| match origin {
        "JSON" => format!("--body is no JSON: {error}; give JSON, @FILE or -"),
        origin => format!("--body {origin} is no JSON: {error}"),
    })
}

/// A problem in the words of the command line.
fn in_flags(problem: &Problem, call: &RawCall, edition: Edition<'_>) -> String {
    let parameter = ["path.", "query.", "header.", "parameters."]
        .into_iter()
        .find_map(|place| problem.place.strip_prefix(place));
    match (parameter, problem.place.strip_prefix("body.")) {
        (Some(name), _) => parameter_problem(name, &problem.fault, call),
        (None, Some(name)) if problem.fault == Fault::Missing => missing_field(name, edition),
        (None, None) if problem.place == "body" && problem.fault == Fault::Missing => {
            "a body is required: give --body or --set".to_owned()
        }
        (None, None) if problem.place == "files" => {
            "--file is not taken: the operation takes no form".to_owned()
        }
        (None, _) => problem.to_string(),
    }
}

fn parameter_problem(name: &str, fault: &Fault, call: &RawCall) -> String {
    let (name, rest) = name.find('[').map_or((name, ""), |at| name.split_at(at));
    let flag = format!("--{}{rest}", kebab(name));
    match (fault, call.parameter(name)) {
        (Fault::Missing, _) if kebab(name) == LOCATION_FLAG || name == "altId" => {
            format!("{flag} is required: {LOCATION_ADVICE}")
        }
        // On the command line everything is a text, so its type says nothing.
        (Fault::Type { expected, .. }, Some(Value::String(given))) => {
            format!("{flag} cannot be `{given}`: give {expected}")
        }
        (fault, _) => Problem { place: flag, fault: fault.clone() }.to_string(),
    }
}

fn missing_field(name: &str, edition: Edition<'_>) -> String {
    let schema = edition.body().and_then(|body| values::field(body.schema(), name));
    let is_file =
        schema.is_some_and(|it| matches!(it.shape(), Shape::String { format: Some("binary"), .. }));
    let advice = match name {
        "altId" | "locationId" | "location_id" => LOCATION_ADVICE.to_owned(),
        _ if is_file => format!("add --file {name}=@FILE"),
        _ => format!("add --set {name}=…"),
    };
    format!("body.{name} is required: {advice}")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn media_type(path: &str) -> &'static str {
    let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let known = MEDIA_TYPES.iter().find(|(known, _)| *known == ending);
    known.map_or("application/octet-stream", |(_, media_type)| media_type)
}
