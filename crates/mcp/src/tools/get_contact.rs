//! `get_contact`: one contact, and what hangs on it where that is asked for.

use domain::crm::e164;
use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    find_contacts::{no_number, said},
    people::{Names, whole},
    rows::{listed, text},
    told::{moment, put},
};
use crate::{
    ToolError,
    desk::Desk,
    directory::{Shelf, label},
    output,
    tool::{Act, Answer, TypedTool},
};

/// Reads a contact.
pub(crate) struct GetContact;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    include: Vec<Part>,
    fields: Vec<String>,
}

/// What hangs on a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Part {
    Notes,
    Tasks,
    Opportunities,
    Appointments,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    contact: Map<String, Value>,
}

impl TypedTool for GetContact {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "get_contact";
    const ABOUT: &'static str = "Reads the contact with this id, e-mail or phone.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let reply = desk.read(call(desk, &input)?).await?;
        let found = desk.own(reply.content()).filter(|contact| text(contact, "/id").is_some());
        let found = found.ok_or_else(nobody)?;
        let names = Names::of(desk, std::slice::from_ref(found), true).await;
        let told = output::project(&Value::Object(whole(found, &names)), &input.fields);
        let mut contact = told.as_object().cloned().unwrap_or_default();
        let id = text(found, "/id").unwrap_or_default();
        for part in &input.include {
            contact.insert(part.name().to_owned(), Value::Array(part.read(desk, id).await?));
        }
        let answer = Answer::of(&Output { contact })?;
        Ok(Act::Answer(answer.untrusted(&["/contact/notes/*/text", "/contact/tasks/*/text"])))
    }
}

/// The one call that finds the contact.
fn call(desk: &Desk, input: &Input) -> Result<RawCall, ToolError> {
    let location = desk.place().location.to_string();
    match (said(&input.id), said(&input.email), said(&input.phone)) {
        (Some(id), None, None) => Ok(desk.raw("contacts.get-contact")?.with("contactId", id)),
        (None, Some(email), None) => {
            let call = desk.raw("contacts.get-duplicate-contact")?;
            Ok(call.with("locationId", location).with("email", email))
        }
        (None, None, Some(phone)) => {
            let number = e164(&phone).ok_or_else(no_number)?;
            let call = desk.raw("contacts.get-duplicate-contact")?;
            Ok(call.with("locationId", location).with("number", number))
        }
        _ => Err(ToolError::argument(
            "which contact is meant is not said by one value",
            "give one of `id`, `email` and `phone`; find_contacts looks for names",
        )),
    }
}

fn nobody() -> ToolError {
    ToolError::new("not_found", "there is no such contact", "look for it with find_contacts")
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Tasks => "tasks",
            Self::Opportunities => "opportunities",
            Self::Appointments => "appointments",
        }
    }

    async fn read(self, desk: &Desk, contact: &str) -> Result<Vec<Value>, ToolError> {
        let (operation, rows_in) = match self {
            Self::Notes => ("contacts.get-all-notes", "notes"),
            Self::Tasks => ("contacts.get-all-tasks", "tasks"),
            Self::Opportunities => ("opportunities.search-opportunity", "opportunities"),
            Self::Appointments => ("contacts.get-appointments-for-contact", "events"),
        };
        let tell = |row: &Value| match self {
            Self::Notes => note(row),
            Self::Tasks => task(row),
            Self::Opportunities => opportunity(row),
            Self::Appointments => appointment(row),
        };
        let call = desk.raw(operation)?;
        let call = match self {
            Self::Opportunities => call
                .with("location_id", desk.place().location.to_string())
                .with("contact_id", contact)
                .with("limit", 100),
            _ => call.with("contactId", contact),
        };
        let reply = desk.read(call).await?.into_json();
        let mut items: Vec<Map<String, Value>> = listed(&reply, rows_in).iter().map(tell).collect();
        for (shelf, member) in [(Shelf::Users, "owner"), (Shelf::Calendars, "calendar")] {
            name(desk, &mut items, (shelf, member)).await;
        }
        if self == Self::Opportunities {
            name_stages(desk, &mut items).await;
        }
        Ok(items.into_iter().map(Value::Object).collect())
    }
}

/// Puts names in the place of ids.
async fn name(desk: &Desk, items: &mut [Map<String, Value>], (shelf, member): (Shelf, &str)) {
    if !items.iter().any(|item| item.contains_key(member)) {
        return;
    }
    let known = desk.labels(shelf).await;
    for item in items {
        if let Some(Value::String(id)) = item.get_mut(member) {
            *id = label(&known, id);
        }
    }
}

async fn name_stages(desk: &Desk, items: &mut [Map<String, Value>]) {
    let pipelines = desk.labels(Shelf::Pipelines).await;
    for item in items {
        let pipeline = item.get("pipeline").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(known) = pipelines.iter().find(|known| known.id == pipeline) else { continue };
        let mut stages = listed(&known.record, "stages").iter();
        let stage = item.get("stage").and_then(Value::as_str).unwrap_or_default();
        let stage = stages.find(|it| it["id"] == stage).and_then(|it| text(it, "/name"));
        put(item, "stage", stage);
        put(item, "pipeline", Some(known.name.as_str()));
    }
}

fn note(row: &Value) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(row, "/id"));
    put(&mut told, "text", text(row, "/body"));
    put(&mut told, "at", moment(&row["dateAdded"]));
    told
}

/// A task, as other tools tell it too.
pub(super) fn task(row: &Value) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(row, "/id"));
    put(&mut told, "title", text(row, "/title"));
    put(&mut told, "text", text(row, "/body"));
    put(&mut told, "due", moment(&row["dueDate"]));
    put(&mut told, "done", row["completed"].as_bool());
    put(&mut told, "owner", text(row, "/assignedTo"));
    told
}

fn opportunity(row: &Value) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(row, "/id"));
    put(&mut told, "name", text(row, "/name"));
    put(&mut told, "status", text(row, "/status"));
    put(&mut told, "value", Some(row["monetaryValue"].clone()).filter(Value::is_number));
    put(&mut told, "pipeline", text(row, "/pipelineId"));
    put(&mut told, "stage", text(row, "/pipelineStageId"));
    put(&mut told, "owner", text(row, "/assignedTo"));
    told
}

fn appointment(row: &Value) -> Map<String, Value> {
    let mut told = Map::new();
    put(&mut told, "id", text(row, "/id"));
    put(&mut told, "title", text(row, "/title"));
    put(&mut told, "status", text(row, "/appointmentStatus"));
    put(&mut told, "start", when(&row["startTime"]));
    put(&mut told, "end", when(&row["endTime"]));
    put(&mut told, "calendar", text(row, "/calendarId"));
    put(&mut told, "owner", text(row, "/assignedUserId"));
    told
}

/// A time; as it came where it tells no offset.
fn when(value: &Value) -> Option<String> {
    moment(value).or_else(|| value.as_str().map(str::to_owned))
}
