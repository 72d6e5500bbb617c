//! The tools of a white label: the names and arguments that its users know, under its prefix.

mod add_note;
mod create_opportunity;
mod get;
mod manage_tags;
mod person;
mod send_message;
mod trigger_workflow;
mod update;
mod upsert_contact;

use domain::BoxFuture;
use rmcp::model::JsonObject;

use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Tool, ToolSpec, TypedTool},
};

/// The tools under a prefix.
pub(super) fn all(prefix: &str) -> Vec<Box<dyn Tool>> {
    vec![
        labelled(prefix, add_note::AddNote),
        labelled(prefix, create_opportunity::CreateOpportunity),
        labelled(prefix, get::Get),
        labelled(prefix, manage_tags::ManageTags),
        labelled(prefix, send_message::SendMessage),
        labelled(prefix, trigger_workflow::TriggerWorkflow),
        labelled(prefix, update::Update),
        labelled(prefix, upsert_contact::UpsertContact),
    ]
}

/// A tool under the name that a white label gives it.
struct Labelled<T> {
    name: String,
    tool: T,
}

fn labelled<T: TypedTool>(prefix: &str, tool: T) -> Box<dyn Tool> {
    Box::new(Labelled { name: format!("{prefix}_{}", T::NAME), tool })
}

impl<T: TypedTool> Tool for Labelled<T> {
    fn spec(&self) -> ToolSpec {
        ToolSpec { name: self.name.clone(), ..self.tool.spec() }
    }

    fn call<'a>(
        &'a self,
        desk: &'a Desk,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Result<Act, ToolError>> {
        self.tool.call(desk, arguments)
    }
}
