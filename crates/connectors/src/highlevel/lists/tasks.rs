//! `POST /locations/{locationId}/tasks/search`: tasks, skipped to.

use domain::{Entity, ListPart, Upkeep};
use serde_json::json;

use super::{
    noun::{ById, Given, Noun, Single, Turned, call},
    row,
};

const PAGE: u64 = 100;

pub(super) const TASKS: Noun = Noun {
    part: ListPart { name: "tasks", entity: Entity::Task, upkeep: Upkeep::Sweep },
    ask: |ask| {
        call("locations.task-search")
            .with("locationId", ask.location)
            .body(json!({ "limit": PAGE, "skip": ask.skipped() }))
    },
    turn: |ask, reply| Turned::skipped(ask, reply, "tasks", PAGE),
    fields: |task| {
        row::all([
            row::told(
                task,
                &[
                    ("assignedTo", "assigned_to"),
                    ("body", "body"),
                    ("contactId", "contact_id"),
                    ("title", "title"),
                ],
            ),
            row::mentioned(task, &[("completed", "completed")]),
            row::moments(task, &[("dateAdded", "created_at"), ("dueDate", "due_at")]),
        ])
    },
    changed: &["dateUpdated"],
    single: Single::OfContact(ById {
        operation: "contacts.get-task",
        id: "taskId",
        location: &[("contactId", Given::Contact)],
        envelope: Some("task"),
        fields: None,
    }),
};
