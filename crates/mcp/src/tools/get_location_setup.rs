//! `get_location_setup`: what a location has by name, with the ids.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    rows::{listed, text},
    told::put,
};
use crate::{
    ToolError,
    desk::Desk,
    directory::{Entry, Shelf},
    tool::{Act, TypedTool},
};

/// Tells the names and ids of a location.
pub(crate) struct GetLocationSetup;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// nothing for all
    only: Vec<List>,
}

/// A list of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum List {
    Pipelines,
    Users,
    Tags,
    CustomFields,
    CustomValues,
    Calendars,
    Workflows,
}

impl List {
    fn shelf(self) -> Shelf {
        match self {
            Self::Pipelines => Shelf::Pipelines,
            Self::Users => Shelf::Users,
            Self::Tags => Shelf::Tags,
            Self::CustomFields => Shelf::CustomFields,
            Self::CustomValues => Shelf::CustomValues,
            Self::Calendars => Shelf::Calendars,
            Self::Workflows => Shelf::Workflows,
        }
    }
}

impl TypedTool for GetLocationSetup {
    type Input = Input;
    type Output = Map<String, Value>;
    const NAME: &'static str = "get_location_setup";
    const ABOUT: &'static str = "Tells names and ids of pipelines, users, tags, custom fields and values, calendars, workflows.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let shelves: Vec<Shelf> = match input.only.as_slice() {
            [] => Shelf::SETUP.into(),
            only => only.iter().map(|list| list.shelf()).collect(),
        };
        let (mut told, mut missing) = (Map::new(), Map::new());
        let mut first = None;
        for shelf in &shelves {
            match desk.shelf(*shelf).await {
                Ok(shelved) => {
                    let items = shelved.entries.iter().map(|entry| item(*shelf, entry));
                    told.insert(shelf.as_str().to_owned(), items.collect());
                }
                // One list that the credential may not read does not hide the others.
                Err(error) => {
                    missing.insert(shelf.as_str().to_owned(), json!(error.to_string()));
                    first.get_or_insert(error);
                }
            }
        }
        match first {
            Some(error) if told.is_empty() => Err(error),
            _ => {
                put(&mut told, "missing", Some(missing).filter(|missing| !missing.is_empty()));
                Act::answer(&told)
            }
        }
    }
}

fn item(shelf: Shelf, entry: &Entry) -> Value {
    let record = &entry.record;
    let mut told = Map::new();
    put(&mut told, "id", Some(entry.id.as_str()));
    put(&mut told, "name", Some(entry.name.as_str()));
    match shelf {
        Shelf::Pipelines => {
            let stage = |stage: &Value| json!({"id": stage["id"], "name": stage["name"]});
            let stages: Vec<Value> = listed(record, "stages").iter().map(stage).collect();
            put(&mut told, "stages", Some(stages));
        }
        Shelf::Users => put(&mut told, "email", text(record, "/email")),
        Shelf::CustomFields => {
            put(&mut told, "key", text(record, "/fieldKey"));
            put(&mut told, "type", text(record, "/dataType"));
            let options = Some(record["picklistOptions"].clone());
            put(&mut told, "options", options.filter(Value::is_array));
        }
        Shelf::CustomValues => {
            put(&mut told, "key", text(record, "/fieldKey"));
            put(&mut told, "value", text(record, "/value"));
        }
        Shelf::Workflows => put(&mut told, "status", text(record, "/status")),
        Shelf::Tags | Shelf::Calendars | Shelf::Forms | Shelf::Surveys => {}
    }
    Value::Object(told)
}
