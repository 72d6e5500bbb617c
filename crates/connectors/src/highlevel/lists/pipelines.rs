//! `GET /opportunities/pipelines`: pipelines with their stages, all at once.

use domain::{Entity, Fields, ListPart, Upkeep};
use serde_json::{Map, Value};

use super::{
    noun::{Noun, Single, Turned, call},
    row,
};

pub(super) const PIPELINES: Noun = Noun {
    part: ListPart { name: "pipelines", entity: Entity::Pipeline, upkeep: Upkeep::Sweep },
    ask: |ask| call("opportunities.get-pipelines").with("locationId", ask.location),
    turn: |_, reply| Turned::whole(reply, "pipelines"),
    fields,
    changed: &["dateUpdated", "updatedAt"],
    single: Single::InList,
};

fn fields(pipeline: &mut Map<String, Value>) -> Fields {
    let stages = pipeline.remove("stages").unwrap_or_default();
    let stage = |stage: &Value| {
        let named = |name: &str| stage.get(name).cloned().map(|value| (name.to_owned(), value));
        let told: Map<String, Value> =
            ["id", "name", "position"].into_iter().filter_map(named).collect();
        Value::Object(told)
    };
    let stages: Vec<_> = stages.as_array().into_iter().flatten().map(stage).collect();
    let stages: Fields = [("stages".to_owned(), stages.into())].into();
    row::all([stages, row::told(pipeline, &[("name", "name")])])
}
