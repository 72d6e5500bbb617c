//! `/contacts/{contactId}/tasks`: list, read, create, change, complete, delete.

use endpoint::{Endpoint, Method};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    ContactId, Effect, HighLevelEndpoint, TaskId, UserId, Version,
    models::{Done, TaskReply, TasksReply},
    operation::json,
};

/// Lists all tasks of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct ListTasks {
    /// Which contact.
    pub contact_id: ContactId,
}

impl Endpoint for ListTasks {
    const NAME: &'static str = "contacts.get-all-tasks";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/contacts/{contactId}/tasks";
    type Response = TasksReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }
}

impl HighLevelEndpoint for ListTasks {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("contacts.readonly");
}

/// Reads a task.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTask {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which task.
    pub task_id: TaskId,
}

impl Endpoint for GetTask {
    const NAME: &'static str = "contacts.get-task";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/contacts/{contactId}/tasks/{taskId}";
    type Response = TaskReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("taskId", self.task_id.as_str())]
    }
}

impl HighLevelEndpoint for GetTask {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("contacts.readonly");
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

impl Endpoint for CreateTask {
    const NAME: &'static str = "contacts.create-task";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/contacts/{contactId}/tasks";
    type Response = TaskReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CreateTask {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
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

impl Endpoint for UpdateTask {
    const NAME: &'static str = "contacts.update-task";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/contacts/{contactId}/tasks/{taskId}";
    type Response = TaskReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("taskId", self.task_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for UpdateTask {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
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

impl Endpoint for CompleteTask {
    const NAME: &'static str = "contacts.update-task-completed";
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/contacts/{contactId}/tasks/{taskId}/completed";
    type Response = TaskReply;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("taskId", self.task_id.as_str())]
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        json(self)
    }
}

impl HighLevelEndpoint for CompleteTask {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}

/// Deletes a task.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTask {
    /// Which contact.
    pub contact_id: ContactId,
    /// Which task.
    pub task_id: TaskId,
}

impl Endpoint for DeleteTask {
    const NAME: &'static str = "contacts.delete-task";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/contacts/{contactId}/tasks/{taskId}";
    type Response = Done;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("contactId", self.contact_id.as_str()), ("taskId", self.task_id.as_str())]
    }
}

impl HighLevelEndpoint for DeleteTask {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Delete;
    const SCOPE: Option<&'static str> = Some("contacts.write");
}
