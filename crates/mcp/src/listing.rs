//! How a tool is listed: its name, its sentence, its schemas with what every tool takes, its hints.

use std::{borrow::Cow, sync::Arc};

use endpoint::catalogue::Kind;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::tool::ToolSpec;

/// The argument that every tool takes: the location, by its id or its name.
pub(crate) const LOCATION: &str = "location";

/// What every tool that may write takes: whether it only shows what it would do.
pub(crate) const DRY_RUN: &str = "dry_run";

/// What every tool that may write takes: the token of a preview that somebody agreed to.
pub(crate) const CONFIRM: &str = "confirm";

/// What every tool that may write takes: under which key a repetition gives the first result.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency_key";

/// The tool that calls operations of every kind: it is there for whoever may write, and it is
/// destructive all the same.
const OF_EVERY_KIND: &str = "write_operation";

/// A tool as it is listed.
pub(crate) fn listed(spec: &ToolSpec) -> Tool {
    let is_destructive = matches!(spec.kind, Kind::Delete | Kind::Send | Kind::Money);
    let annotations = ToolAnnotations::new()
        .read_only(spec.kind == Kind::Read)
        .destructive(is_destructive || spec.name == OF_EVERY_KIND)
        .idempotent(spec.is_idempotent)
        .open_world(true);
    Tool::new_with_raw(spec.name.clone(), Some(Cow::Borrowed(spec.about)), input(spec))
        .with_raw_output_schema(output(spec))
        .with_annotations(annotations)
}

/// What a tool takes, with what every tool takes. A tool that has such an argument of its own keeps
/// its own words for it.
fn input(spec: &ToolSpec) -> Arc<JsonObject> {
    let mut input = JsonObject::clone(&spec.input);
    let properties = input.entry("properties").or_insert_with(|| json!({}));
    if let Value::Object(properties) = properties {
        for (name, schema) in shared(spec.kind) {
            properties.entry(name).or_insert(schema);
        }
    }
    Arc::new(input)
}

/// What a tool gives. One that writes may give a preview, a dry run or a no instead, so that none of
/// its members has to be there.
fn output(spec: &ToolSpec) -> Arc<JsonObject> {
    if spec.kind == Kind::Read || !spec.output.contains_key("required") {
        return Arc::clone(&spec.output);
    }
    let mut output = JsonObject::clone(&spec.output);
    output.remove("required");
    Arc::new(output)
}

fn shared(kind: Kind) -> Vec<(&'static str, Value)> {
    let mut shared = vec![(LOCATION, json!({"type": "string"}))];
    if kind != Kind::Read {
        shared.extend([
            (DRY_RUN, json!({"type": "boolean"})),
            (CONFIRM, json!({"type": "string"})),
            (IDEMPOTENCY_KEY, json!({"type": "string"})),
        ]);
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: Kind, input: Value) -> ToolSpec {
        let object = |value| serde_json::from_value::<JsonObject>(value).unwrap();
        ToolSpec {
            name: "act".to_owned(),
            about: "Acts.",
            kind,
            is_idempotent: false,
            input: Arc::new(object(input)),
            output: Arc::new(object(json!({"type": "object"}))),
        }
    }

    fn arguments(kind: Kind, input: Value) -> Vec<String> {
        let listed = listed(&spec(kind, input));
        let properties = listed.input_schema["properties"].as_object().unwrap();
        properties.keys().cloned().collect()
    }

    #[test]
    fn every_tool_takes_a_location_and_those_that_write_take_more() {
        let bare = json!({"type": "object", "additionalProperties": false});
        assert_eq!(arguments(Kind::Read, bare.clone()), ["location"]);
        for kind in [Kind::Write, Kind::Send, Kind::Delete, Kind::Money] {
            let mut all = arguments(kind, bare.clone());
            all.sort();
            assert_eq!(all, [CONFIRM, DRY_RUN, IDEMPOTENCY_KEY, LOCATION], "{kind:?}");
        }
    }

    #[test]
    fn a_tools_own_words_stay() {
        let own = json!({"type": "object", "properties": {"location": {"type": "integer"}}});
        let listed = listed(&spec(Kind::Read, own));
        assert_eq!(listed.input_schema["properties"]["location"]["type"], "integer");
    }

    #[test]
    fn a_tool_that_writes_may_give_a_preview_instead() {
        let output = json!({"type": "object", "required": ["id"], "properties": {"id": {}}});
        for (kind, has_required) in [(Kind::Read, true), (Kind::Write, false), (Kind::Send, false)]
        {
            let mut spec = spec(kind, json!({"type": "object"}));
            spec.output = Arc::new(serde_json::from_value(output.clone()).unwrap());
            let listed = listed(&spec).output_schema.unwrap();
            assert_eq!(listed.contains_key("required"), has_required, "{kind:?}");
        }
    }

    #[test]
    fn hints_follow_from_the_kind() {
        let hints = |kind| {
            let hints = listed(&spec(kind, json!({"type": "object"}))).annotations.unwrap();
            (hints.read_only_hint.unwrap(), hints.destructive_hint.unwrap())
        };
        assert_eq!(hints(Kind::Read), (true, false));
        assert_eq!(hints(Kind::Write), (false, false));
        assert_eq!(hints(Kind::Delete), (false, true));
        assert_eq!(hints(Kind::Send), (false, true));
    }
}
