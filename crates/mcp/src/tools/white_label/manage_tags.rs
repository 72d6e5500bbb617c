//! `…_manage_tags`: gives tags to a contact, or takes them away.

use std::collections::BTreeSet;

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::person::Person;
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Gives or takes tags.
pub(super) struct ManageTags;

/// What is done with the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum TagAction {
    Add,
    Remove,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    contact_id: String,
    action: TagAction,
    #[schemars(length(min = 1, max = 50))]
    tags: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// All that the contact has now.
    tags: BTreeSet<String>,
}

impl TypedTool for ManageTags {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "manage_tags";
    const ABOUT: &'static str = "Adds tags to a contact, or removes them.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        if input.tags.iter().all(|tag| tag.trim().is_empty()) {
            return Err(ToolError::argument("no tag is named", "give at least one in tags"));
        }
        let person = Person::read(desk, &input.contact_id).await?;
        let named = input.tags.join(", ");
        let (question, operation) = match input.action {
            TagAction::Add => (format!("Tag {} with {named}", person.name), "contacts.add-tags"),
            TagAction::Remove => {
                (format!("Take {named} from the tags of {}", person.name), "contacts.remove-tags")
            }
        };
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: vec![person.target()],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: operation.to_owned(),
                request: None,
                body: json!({ "tags": input.tags }),
                scopes: Vec::new(),
            }],
            run: Box::new(move |desk| Box::pin(managed(desk, input))),
        }))
    }
}

async fn managed(desk: Desk, input: Input) -> Result<Answer, ToolError> {
    let (crm, behalf, id) = (desk.crm().await?, desk.behalf(), &input.contact_id);
    let mut tags = BTreeSet::new();
    match input.action {
        TagAction::Add => tags = crm.add_tags(&behalf, id, &input.tags).await?,
        TagAction::Remove => {
            for tag in &input.tags {
                tags = crm.remove_tag(&behalf, id, tag).await?;
            }
        }
    }
    Answer::of(&Output { tags })
}
