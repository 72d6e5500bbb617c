//! `/contacts/{contactId}/tasks`: list, read, create, change, complete, delete.

use jiff::Timestamp;
use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    ContactId, TaskId, UserId,
    models::{Done, TaskReply, TasksReply},
};

/// Lists all tasks of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTasks {
    /// Which contact.
    pub contact_id: ContactId,
}

operation! {
    ListTasks = "contacts.get-all-tasks",
    Get "/contacts/{contactId}/tasks" (contactId: contact_id) => TasksReply,
    V2021_07_28 Read Some("contacts.readonly"),
}

/// Reads a task.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTask {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which task.
    pub task_id: TaskId,
}

operation! {
    GetTask = "contacts.get-task",
    Get "/contacts/{contactId}/tasks/{taskId}"
        (contactId: contact_id, taskId: task_id) => TaskReply,
    V2021_07_28 Read Some("contacts.readonly"),
}

/// Creates a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateTask {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// What is to be done.
    pub title: String,
    /// By when.
    pub due_date: Timestamp,
    /// Whether it is done already.
    pub completed: bool,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who is to do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
}

impl CreateTask {
    /// An open task that nobody in particular is to do.
    #[must_use]
    pub fn new(contact_id: ContactId, title: &str, due_date: Timestamp) -> Self {
        let title = title.to_owned();
        Self { contact_id, title, due_date, completed: false, body: None, assigned_to: None }
    }
}

operation! {
    CreateTask = "contacts.create-task",
    Post "/contacts/{contactId}/tasks" (contactId: contact_id) => TaskReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Changes a task; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateTask {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which task.
    #[serde(skip)]
    pub task_id: TaskId,
    /// What is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Timestamp>,
    /// Whether it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who is to do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
}

operation! {
    UpdateTask = "contacts.update-task",
    Put "/contacts/{contactId}/tasks/{taskId}"
        (contactId: contact_id, taskId: task_id) => TaskReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Says that a task is done, or that it is not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompleteTask {
    /// Which contact.
    #[serde(skip)]
    pub contact_id: ContactId,
    /// Which task.
    #[serde(skip)]
    pub task_id: TaskId,
    /// Whether it is done.
    pub completed: bool,
}

operation! {
    CompleteTask = "contacts.update-task-completed",
    Put "/contacts/{contactId}/tasks/{taskId}/completed"
        (contactId: contact_id, taskId: task_id) => TaskReply,
    V2021_07_28 Write Some("contacts.write"),
    body json,
}

/// Deletes a task.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTask {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which task.
    pub task_id: TaskId,
}

operation! {
    DeleteTask = "contacts.delete-task",
    Delete "/contacts/{contactId}/tasks/{taskId}" (contactId: contact_id, taskId: task_id) => Done,
    V2021_07_28 Delete Some("contacts.write"),
}
