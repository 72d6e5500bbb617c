//! The page of one operation: its flags, the fields of its body, and a call to copy.

use endpoint::catalogue::{Body, Edition, Field, Operation, Sampler, Schema, sample};
use serde_json::Value;

use super::{
    arguments::{OWN, Own},
    flags::kebab,
};
use crate::{commands::operations, printer};

/// Everything about calling this operation.
pub(super) fn page(operation: Operation<'_>, edition: Edition<'_>) -> String {
    let id = operation.id();
    let mut parts = vec![format!(
        "{id}  {}\n{} operation, {}; {}  {} {}",
        operation.title(),
        operation.kind().as_str(),
        operation.idempotency().as_str(),
        edition.generation(),
        operation.method(),
        edition.path(),
    )];
    let access = operations::access(edition);
    parts.push(format!("Access: {access}"));
    let rows = edition.parameters().map(|parameter| {
        let mark = if parameter.is_required() { "required" } else { "" };
        vec![
            format!("  --{}", kebab(parameter.name())),
            operations::place(parameter.place()).to_owned(),
            kind(parameter.schema()),
            mark.to_owned(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        parts.push(printer::table(&["flag", "place", "type", ""], rows));
    }
    parts.extend(edition.body().map(operations::body_table));
    parts.push(own_flags());
    parts.push(format!("Example:\n  highwire call {id} {}", in_shell(&example(edition))));
    parts.join("\n\n")
}

/// The flags of every call, as a list.
pub(super) fn own_flags() -> String {
    let row = |own: &Own| {
        let value = own.value.map_or_else(String::new, |value| format!(" {value}"));
        vec![format!("  --{}{value}", own.name), own.about.to_owned()]
    };
    printer::table(&["flag of every call", ""], OWN.iter().map(row))
}

/// The words of a call with everything that is required, made up.
pub(super) fn example(edition: Edition<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for parameter in edition.parameters().filter(|parameter| parameter.is_required()) {
        let value = sample(parameter.name(), parameter.schema(), &mut Words);
        let flag = match OWN.iter().any(|own| own.name == kebab(parameter.name())) {
            true => vec!["--param".to_owned(), format!("{}={}", parameter.name(), text(&value))],
            false => vec![format!("--{}", kebab(parameter.name())), text(&value)],
        };
        words.extend(flag);
    }
    words.extend(edition.body().into_iter().flat_map(body));
    words
}

/// A required body, field by field where that says it all.
fn body(body: Body<'_>) -> Vec<String> {
    let schema = body.schema();
    let required: Vec<_> = schema.fields().filter(|field| field.is_required()).collect();
    if required.is_empty() {
        // An empty object is enough, or nobody has said what it holds.
        let whole = sample("", schema, &mut Words).to_string();
        return if body.is_required() { vec!["--body".to_owned(), whole] } else { Vec::new() };
    }
    let field = |field: Field<'_>| {
        let is_file = field.schema().describe() == "string (binary)";
        match is_file {
            true => ["--file".to_owned(), format!("{}=@FILE", field.name())],
            false => {
                let value = sample(field.name(), field.schema(), &mut Words);
                ["--set".to_owned(), format!("{}={}", field.name(), text(&value))]
            }
        }
    };
    required.into_iter().flat_map(field).collect()
}

/// Made-up values: texts in capitals, and only what is required.
struct Words;

impl Sampler for Words {
    fn known(&mut self, _name: &str) -> Option<Value> {
        None
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        match format {
            Some("date-time") => "2027-01-31T09:00:00Z".to_owned(),
            Some("number") => "1".to_owned(),
            _ if name.is_empty() => "TEXT".to_owned(),
            _ => kebab(name).replace('-', "_").to_uppercase(),
        }
    }

    fn wants(&mut self, _field: Field<'_>) -> bool {
        false
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kind(schema: Schema<'_>) -> String {
    let values: Vec<_> = schema.values().collect();
    match values.len() {
        0 => schema.describe(),
        1..=8 => values.join(", "),
        _ => format!("{}, …", values[..8].join(", ")),
    }
}

/// The words with quotes where a shell needs them.
fn in_shell(words: &[String]) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_=.,:@/+".contains(letter);
    let quoted = words.iter().map(|word| match !word.is_empty() && word.chars().all(is_plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::call::{arguments::Arguments, defaults::Defaults, draft};

    #[test]
    fn every_example_is_a_call_that_can_be_sent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.bin");
        std::fs::write(&file, "x").unwrap();
        let mut wrong = Vec::new();
        for operation in highlevel::catalogue::operations() {
            for edition in operation.editions() {
                let generation = edition.generation().to_string();
                let mut words = vec![operation.id().to_owned(), "--version".to_owned(), generation];
                let name = |word: String| word.replace("@FILE", &format!("@{}", file.display()));
                words.extend(example(edition).into_iter().map(name));
                let built = draft::build(&Arguments::parse(&words), Defaults::default());
                wrong.extend(built.err().map(|failure| format!("{words:?}: {failure}")));
            }
        }
        assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        let words = ["--set".to_owned(), "a=[\"it's\"]".to_owned(), String::new()];
        assert_eq!(in_shell(&words), r#"--set 'a=["it'\''s"]' ''"#);
    }
}
