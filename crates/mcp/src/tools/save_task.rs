//! `save_task`: creates, changes or completes a task of a contact.

use domain::{Entity, RecordKey, WriteEffect};
use endpoint::catalogue::Kind;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{find_contacts::said, get_contact::task, rows::text, told::put};
use crate::{
    ToolError,
    desk::{Desk, Written},
    directory::{Shelf, label},
    names::Noun,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Saves a task.
pub(crate) struct SaveTask;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// id, e-mail, phone or whole name
    contact: String,
    /// change this task; else a new one
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    /// RFC 3339; a date is its midnight in UTC
    #[serde(default)]
    due: Option<String>,
    /// a user
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    done: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    task: Map<String, Value>,
}

/// A write of a task as it is to be made.
struct Wanted {
    contact: String,
    id: Option<String>,
    body: Value,
}

impl TypedTool for SaveTask {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "save_task";
    const ABOUT: &'static str = "Creates, changes or completes a task of a contact.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let (contact, name) = desk.contact(&input.contact).await?;
        let body = body(desk, &input).await?;
        let id = said(&input.id);
        let (question, operation, target) = match &id {
            None => {
                let title = text(&body, "/title").unwrap_or_default();
                let question = format!("Create a task for {name} ({contact}): \"{title}\"");
                (question, "contacts.create-task", None)
            }
            Some(id) => {
                let call = desk.raw("contacts.get-task")?;
                let call = call.with("contactId", contact.as_str()).with("taskId", id.as_str());
                let reply = desk.read(call).await?;
                let title = text(reply.content(), "/title").unwrap_or("without a title").to_owned();
                let question = format!("Change the task \"{title}\" of {name}: {body}");
                (question, "contacts.update-task", Some((id.clone(), title)))
            }
        };
        let (entity, (id_of, called)) = match target {
            Some(task) => ("task", task),
            None => ("contact", (contact.clone(), name)),
        };
        let wanted = Wanted { contact, id, body };
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: vec![PlanTarget {
                entity: entity.to_owned(),
                id: id_of,
                name: Some(called),
                version: None,
            }],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: operation.to_owned(),
                request: None,
                body: wanted.body.clone(),
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(save(desk, operation, wanted))),
        }))
    }
}

/// What is sent: of a new task a title and a day, of another what was given.
async fn body(desk: &Desk, input: &Input) -> Result<Value, ToolError> {
    let mut body = Map::new();
    put(&mut body, "title", said(&input.title));
    put(&mut body, "body", said(&input.text));
    if let Some(due) = said(&input.due) {
        put(&mut body, "dueDate", Some(due_at(&due)?));
    }
    if let Some(owner) = said(&input.owner) {
        put(&mut body, "assignedTo", Some(desk.resolve(Noun::User, None, &owner).await?.id));
    }
    put(&mut body, "completed", input.done);
    if input.id.is_none() {
        body.entry("completed").or_insert(json!(false));
        if !body.contains_key("title") || !body.contains_key("dueDate") {
            return Err(ToolError::argument(
                "a new task needs a title and a day",
                "give `title` and `due`, or the `id` of the task to change",
            ));
        }
    } else if body.is_empty() {
        return Err(ToolError::argument("nothing is to be changed", "give what is to be changed"));
    }
    Ok(Value::Object(body))
}

fn due_at(text: &str) -> Result<String, ToolError> {
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let day = text.parse::<Date>().ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    });
    let at = at.map(|at| format!("{at:.3}"));
    at.ok_or_else(|| {
        ToolError::argument("`due` is no time", "give it as 2026-03-09T16:00:00Z, or as 2026-03-09")
    })
}

async fn save(desk: Desk, operation: &'static str, wanted: Wanted) -> Result<Answer, ToolError> {
    let call = desk.raw(operation)?.with("contactId", wanted.contact.as_str());
    let call = match &wanted.id {
        Some(id) => call.with("taskId", id.as_str()),
        None => call,
    };
    let written = Written {
        effect: if wanted.id.is_some() { WriteEffect::Changed } else { WriteEffect::Created },
        record: wanted.id.as_deref().map(|id| RecordKey::new(Entity::Task, id)),
        parent: Some(RecordKey::new(Entity::Contact, wanted.contact.as_str())),
    };
    let reply = desk.write(call.body(wanted.body), written).await?;
    let mut told = task(reply.content());
    put(&mut told, "contact_id", Some(wanted.contact));
    if let Some(Value::String(owner)) = told.get_mut("owner") {
        *owner = label(&desk.labels(Shelf::Users).await, owner);
    }
    Answer::of(&Output { task: told })
}
