//! `delete_contact`: takes a contact away for good.

use domain::{Entity, RecordKey, crm::Target};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::save_contact::target;
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Deletes a contact.
pub(crate) struct DeleteContact;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// id, e-mail, phone or whole name
    contact: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    deleted: Deleted,
}

#[derive(Serialize, JsonSchema)]
struct Deleted {
    id: String,
    name: String,
}

impl TypedTool for DeleteContact {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "delete_contact";
    const ABOUT: &'static str =
        "Deletes a contact with all that hangs on it; it does not come back.";
    const KIND: Kind = Kind::Delete;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let (id, name) = desk.contact(&input.contact).await?;
        let call = desk.raw("contacts.get-contact")?.with("contactId", id.as_str());
        let reply = desk.read(call).await?;
        let target = desk.own(reply.content()).and_then(target);
        let reached = ["email", "phone"].into_iter().find_map(|it| reply.content()[it].as_str());
        let reached = reached.map(|reached| format!(", {reached}")).unwrap_or_default();
        Ok(Act::Plan(Plan {
            kind: Kind::Delete,
            title: Self::NAME.to_owned(),
            question: format!(
                "Delete the contact {name} ({id}{reached}) with its conversations, notes, tasks and \
                 deals? It cannot be brought back."
            ),
            targets: target.into_iter().collect(),
            count: 1,
            must_type: Some(name.clone()),
            calls: vec![PlannedCall {
                operation: "contacts.delete-contact".to_owned(),
                request: Some(format!("DELETE /contacts/{id}")),
                body: serde_json::Value::Null,
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(delete(desk, id, name))),
        }))
    }
}

/// Deletes it as it stands: the change set keeps what it was.
async fn delete(desk: Desk, id: String, name: String) -> Result<Answer, ToolError> {
    let (crm, behalf) = (desk.crm().await?, desk.behalf());
    let target = Target { key: RecordKey::new(Entity::Contact, id.as_str()), parent: None };
    let standing = crm.standing(&behalf, &target, false).await?.ok_or_else(|| {
        ToolError::new("not_found", "the contact is not there any more", "nothing is left to do")
    })?;
    crm.remove(&behalf, &target, &standing).await?;
    Answer::of(&Output { deleted: Deleted { id, name } })
}
