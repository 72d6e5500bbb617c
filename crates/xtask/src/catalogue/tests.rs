//! The generator: the same bytes every time, nothing lost, no correction without an effect.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::catalogue::schemas::{Graph, NodeId, Shape, Source};

/// The specifications, where they are at hand; they are not part of the repository.
fn folder() -> Option<PathBuf> {
    let folder = root().join("../shared/highlevel-openapi");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: there are no specifications beside the repository");
    None
}

#[test]
fn what_is_committed_is_what_the_generator_writes() {
    let Some(folder) = folder() else { return };
    let home = root().join(HOME);
    let output = generate(&folder, &home).unwrap();
    let hint = "run `cargo xtask catalogue` and commit what it writes";
    assert_eq!(output.listing, read(&home.join("operations.txt")).unwrap(), "{hint}");
    let committed = std::fs::read(home.join("catalogue.bin")).unwrap();
    assert!(output.bytes == committed, "{hint}");
}

/// Generates with one more entry in the overlay, and gives the reason why that fails.
fn refused(entry: &str) -> Option<String> {
    let specifications = Specifications::read(&folder()?).unwrap();
    let text = read(&root().join(HOME).join("overlay.toml")).unwrap();
    let overlay = Overlay::parse(&format!("{text}\n{entry}")).unwrap();
    let result = Draft::of(&specifications, &overlay).and_then(|mut draft| {
        corrections::apply(&mut draft, &overlay)?;
        draft.finish()?;
        tables::table(&draft, &overlay)
    });
    match result {
        Ok(_) => panic!("it was taken: {entry}"),
        Err(error) => Some(format!("{error:#}")),
    }
}

/// Corrections of one operation, each with the reason why it is refused.
///
/// Those of one step of the work are told at once, so one try shows that all are refused.
fn all_refused(corrections: &[(&str, &str)]) {
    let entry = |(change, _): &(&str, &str)| {
        format!(
            "[[correction]]\noperations = [\"contacts.create-contact\"]\ngenerations = [\"v2\"]\n\
             {change}\nreason = \"r\"\nsource = \"s\"\n"
        )
    };
    let entries: Vec<_> = corrections.iter().map(entry).collect();
    let Some(refusal) = refused(&entries.join("\n")) else { return };
    let lines: Vec<_> = refusal.lines().skip(1).collect();
    assert_eq!(lines.len(), corrections.len(), "{refusal}");
    for (line, (change, expected)) in lines.iter().zip(corrections) {
        assert!(line.contains(expected), "{change} gave {line}");
    }
}

#[test]
fn a_correction_without_an_effect_is_refused() {
    let no_effect = "it is so without the correction";
    all_refused(&[("kind = \"write\"", no_effect), ("idempotency = \"repeats\"", no_effect)]);
    all_refused(&[
        ("version = \"2021-07-28\"", no_effect),
        ("at = \"body\"\noptional = [\"locationIds\"]", "there is no field `locationIds`"),
        ("at = \"body\"\noptional = [\"email\"]", no_effect),
        ("at = \"body.locationId\"\nschema = { type = \"string\" }", no_effect),
        ("at = \"body\"\nfields = { locationId = { type = \"string\" } }", "is so without"),
        ("at = \"body.nothing\"\nschema = {}", "there is no field `nothing`"),
        ("at = \"body\"", "it says nothing about body"),
        ("at = \"head\"\nschema = {}", "neither with body"),
        ("optional = [\"email\"]", "say with `at` where"),
        ("reply = { status = 201 }", "described already"),
        ("body = {}", "it has a body"),
    ]);
    all_refused(&[
        ("envelope = \"contact\"", no_effect),
        ("pagination = { style = \"none\" }", no_effect),
    ]);
}

#[test]
fn an_entry_that_names_nothing_is_refused() {
    let ends = "reason = \"r\"\nsource = \"s\"\n";
    for (entry, expected) in [
        (format!("[[correction]]\noperations = [\"a.b\"]\nkind = \"read\"\n{ends}"), "`a.b`"),
        (format!("[[link]]\nv2 = \"GET /a\"\nv3 = \"GET /b\"\n{ends}"), "leads nowhere"),
        (
            "[[wire_name]]\nwire = \"fristName\"\nmeans = \"firstName\"\nsource = \"s\"\n"
                .to_owned(),
            "nothing is called `fristName`",
        ),
    ] {
        let Some(refusal) = refused(&entry) else { return };
        assert!(refusal.contains(expected), "{entry} gave {refusal}");
    }
}

#[test]
fn every_entry_says_why_and_whence() {
    let entry = "[[correction]]\noperations = [\"a.b\"]\nreason = \"r\"\n";
    assert!(Overlay::parse(entry).is_err_and(|error| error.to_string().contains("source")));
    let entry = "[[correction]]\noperations = [\"a.b\"]\nresaon = \"r\"\n";
    assert!(Overlay::parse(entry).is_err());
}

/// Named schemas of one document.
struct Named(Value);

impl Source for Named {
    fn named<'a>(&'a self, _: &str, reference: &str) -> Result<(&'a str, &'a str, &'a Value)> {
        let schemas = self.0.as_object().unwrap();
        let (name, schema) = schemas.get_key_value(reference).unwrap();
        Ok(("document", name, schema))
    }
}

fn node(named: Value, json: &Value) -> Result<(Graph, NodeId)> {
    let mut graph = Graph::default();
    let id = graph.read(&Named(named), "document", json)?;
    Ok((graph, id))
}

fn refusal(json: &Value) -> String {
    match node(json!({}), json) {
        Ok(_) => panic!("{json} was read"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn what_a_schema_cannot_hold_is_an_error() {
    for (json, expected) in [
        (json!({"type": "string", "contentEncoding": "base64"}), "`contentEncoding`"),
        (json!({"type": "text"}), "there is no type `text`"),
        (json!({"not": {"type": "string"}}), "`not`"),
        (json!({"type": "object", "properties": {"a": {"type": "nothing"}}}), "the field `a`"),
        (json!({"allOf": [{"type": "string"}, {"type": "number"}]}), "no objects"),
        (json!({"oneOf": [], "anyOf": []}), "at once"),
        (json!({"type": "array", "items": {}, "minItems": -1}), "no count"),
    ] {
        let refusal = refusal(&json);
        assert!(refusal.contains(expected), "{json} gave {refusal}");
    }
}

#[test]
fn prose_and_examples_leave_nothing_behind() {
    let said =
        json!({"type": "string", "description": "A long story.", "example": "Ada", "title": "T"});
    let (graph, id) = node(json!({}), &said).unwrap();
    let (plain, other) = node(json!({}), &json!({"type": "string"})).unwrap();
    assert_eq!(graph.get(id), plain.get(other));
}

#[test]
fn an_object_whose_example_is_no_object_is_what_the_example_is() {
    let shape = |example: Value| {
        let (graph, id) = node(json!({}), &json!({"type": "object", "example": example})).unwrap();
        graph.get(id).shape.clone()
    };
    assert!(matches!(shape(json!("2026-01-01")), Shape::Text(_)));
    assert!(matches!(shape(json!(7)), Shape::Number { .. }));
    assert!(matches!(shape(json!(true)), Shape::Boolean));
    assert!(matches!(shape(json!({"a": 1})), Shape::Object { .. }));
    assert!(matches!(shape(json!("{ a: 1 }")), Shape::Object { .. }));
}

#[test]
fn a_schema_can_contain_itself() {
    let tree = json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "Tree"}},
    }});
    let (graph, id) = node(json!({"Tree": tree}), &json!({"$ref": "Tree"})).unwrap();
    let children = graph.get(id).inner()[0];
    assert_eq!(graph.get(children).inner(), [id]);
    let circle = node(json!({"A": {"allOf": [{"$ref": "A"}]}}), &json!({"$ref": "A"}));
    assert!(circle.is_err(), "a schema that is only itself has no values");
}

#[test]
fn objects_joined_have_all_fields_and_the_later_ones_win() {
    let named = json!({"Base": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let joined = json!({"allOf": [{"$ref": "Base"}], "properties": {
        "a": {"type": "number"}, "b": {"type": "boolean"}}, "required": ["b", "c"]});
    let (graph, id) = node(named, &joined).unwrap();
    let Shape::Object { fields, .. } = &graph.get(id).shape else { panic!("it is no object") };
    let names: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(names, [("a", false), ("b", true), ("c", true)]);
    assert!(matches!(graph.get(fields[0].schema).shape, Shape::Number { .. }));
}
