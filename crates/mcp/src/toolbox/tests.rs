//! What is listed, and what it costs an assistant.

use std::{collections::BTreeSet, path::Path};

use insta::{Settings, assert_json_snapshot};
use serde_json::Value;

use super::*;

/// What the default list may cost an assistant, in bytes of JSON: four make about one token. The aim
/// is 24,000; until it is reached the list must at least not grow.
const DEFAULT_BYTES: usize = 27_500;

/// What the list of the meta tools may cost.
const META_BYTES: usize = 4_000;

/// The prefix under which the tools of a white label are held against their snapshots.
const LABEL: &str = "growably";

fn every_list() -> Vec<(Profile, Toolbox)> {
    let profiles = [Profile::Default, Profile::Meta, Profile::WhiteLabel(LABEL.to_owned())];
    let list = |profile: Profile| (profile.clone(), Toolbox::of(&profile));
    profiles.map(list).into_iter().collect()
}

fn bytes(toolbox: &Toolbox) -> usize {
    let listed: Vec<&rmcp::model::Tool> = toolbox.all().map(|held| &held.listed).collect();
    serde_json::to_vec(&listed).unwrap().len()
}

#[test]
fn every_tool_is_listed_as_its_snapshot_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/snapshots");
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut names = BTreeSet::new();
    settings.bind(|| {
        for (_, toolbox) in every_list() {
            for held in toolbox.all() {
                if names.insert(held.spec.name.clone()) {
                    assert_json_snapshot!(held.spec.name.as_str(), held.listed);
                }
            }
        }
    });
    let left: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|file| file.strip_suffix(".snap").is_some_and(|name| !names.contains(name)))
        .collect();
    assert!(left.is_empty(), "snapshots of tools that are not there: {left:?}");
}

#[test]
fn lists_cost_no_more_than_they_may() {
    let sizes = [(Profile::Default, DEFAULT_BYTES), (Profile::Meta, META_BYTES)];
    for (profile, most) in sizes {
        let toolbox = Toolbox::of(&profile);
        let costs: Vec<String> = toolbox
            .all()
            .map(|held| {
                let bytes = serde_json::to_vec(&held.listed).unwrap().len();
                format!("{bytes:5} {}", held.spec.name)
            })
            .collect();
        let told = costs.join("\n");
        assert!(bytes(&toolbox) <= most, "{profile:?}: {} bytes\n{told}", bytes(&toolbox));
    }
}

#[test]
fn every_tool_says_what_it_is() {
    for (profile, toolbox) in every_list() {
        for held in toolbox.all() {
            let (spec, listed) = (&held.spec, &held.listed);
            let who = format!("{profile:?}: {}", spec.name);
            assert_eq!(listed.name, spec.name, "{who}");
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(spec.name.chars().all(is_plain) && spec.name.len() <= 64, "{who}: its name");
            assert!(spec.about.ends_with('.'), "{who}: a sentence ends with a period");
            let (input, output) = (&listed.input_schema, listed.output_schema.as_ref());
            assert_eq!(input["type"], "object", "{who}");
            assert_eq!(input["additionalProperties"], Value::Bool(false), "{who}: closed");
            assert_eq!(output.unwrap()["type"], "object", "{who}: structured");
            let hints = listed.annotations.as_ref().unwrap();
            let told = [hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint];
            assert!(told.iter().all(Option::is_some) && hints.open_world_hint.is_some(), "{who}");
        }
    }
}

#[test]
fn toolsets_that_anybody_names_fill_no_memory() {
    let boxes = Toolboxes::default();
    for number in 0..2 * REMEMBERED {
        boxes.of(&Profile::Toolsets([format!("x{number}")].into()));
    }
    assert_eq!(boxes.0.lock().unwrap().len(), REMEMBERED);
    let one = boxes.of(&Profile::Toolsets(["x1".to_owned()].into()));
    assert!(Arc::ptr_eq(&one, &boxes.of(&Profile::Toolsets(["x1".to_owned()].into()))));
}
