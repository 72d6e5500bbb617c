//! The entry for the registry of MCP servers, `server.json`, held against that registry's schema.
//!
//! Of the schema of 2025-12-11 this says what an entry with remotes is held to: which members there
//! are, which have to be, and what their texts look like.

use serde_json::{Map, Value};

const ENTRY: &str = include_str!("../../../../../server.json");
const SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// The members of an input: of a variable, and with a name and variables of a header.
const INPUT: [&str; 8] = [
    "choices",
    "default",
    "description",
    "format",
    "isRequired",
    "isSecret",
    "placeholder",
    "value",
];

fn object<'a>(value: &'a Value, known: &[&str], required: &[&str]) -> &'a Map<String, Value> {
    let members = value.as_object().expect("an object");
    for name in members.keys() {
        assert!(known.contains(&name.as_str()), "`{name}` is not known there");
    }
    for name in required {
        assert!(members.contains_key(*name), "`{name}` is missing");
    }
    members
}

fn text(value: &Value, longest: usize) -> &str {
    let text = value.as_str().expect("a text");
    assert!(!text.is_empty() && text.chars().count() <= longest, "{text}");
    text
}

fn input(value: &Value, more: &[&str]) {
    let known: Vec<&str> = INPUT.iter().chain(more).copied().collect();
    for (name, member) in object(value, &known, &[]) {
        match name.as_str() {
            "isRequired" | "isSecret" => assert!(member.is_boolean(), "{name}"),
            "choices" => assert!(member.is_array(), "{name}"),
            "variables" => variables(member),
            _ => {
                text(member, usize::MAX);
            }
        }
    }
}

fn variables(value: &Value) {
    value.as_object().expect("variables by name").values().for_each(|one| input(one, &[]));
}

/// Every name in braces is one of the variables.
fn assert_filled(template: &Value, variables: &Value) {
    let parts = template.as_str().expect("a text").split('{').skip(1);
    for name in parts.filter_map(|part| part.split_once('}')).map(|(name, _)| name) {
        assert!(variables[name].is_object(), "`{name}` is no variable");
    }
}

#[test]
fn the_entry_fits_the_schema() {
    let entry: Value = serde_json::from_str(ENTRY).unwrap();
    let known = [
        "$schema",
        "_meta",
        "description",
        "icons",
        "name",
        "packages",
        "remotes",
        "repository",
        "title",
        "version",
        "websiteUrl",
    ];
    object(&entry, &known, &["$schema", "name", "description", "version", "remotes"]);
    assert_eq!(entry["$schema"], SCHEMA);
    let (space, name) = text(&entry["name"], 200).split_once('/').expect("one slash");
    let is_plain = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric() || more.contains(it))
    };
    assert!(is_plain(space, ".-") && is_plain(name, "._-"), "{space}/{name}");
    text(&entry["title"], 100);
    text(&entry["description"], 100);
    assert_eq!(entry["version"], env!("CARGO_PKG_VERSION"), "the entry is of this version");
    let remotes = entry["remotes"].as_array().expect("a list");
    assert!(!remotes.is_empty());
    for remote in remotes {
        object(remote, &["headers", "type", "url", "variables"], &["type", "url"]);
        assert_eq!(remote["type"], "streamable-http");
        assert!(text(&remote["url"], 500).starts_with("https://"));
        variables(&remote["variables"]);
        assert_filled(&remote["url"], &remote["variables"]);
        for header in remote["headers"].as_array().expect("a list") {
            input(header, &["name", "variables"]);
            text(&header["name"], 100);
            assert_filled(&header["value"], &header["variables"]);
            assert_eq!(header["isSecret"], true, "what opens the hub is a secret");
        }
    }
}
