//! `…_upsert_contact`: changes the contact with an e-mail address or a phone number, or makes one.

use std::collections::BTreeMap;

use domain::crm::ContactDraft;
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Makes or changes a contact.
pub(super) struct UpsertContact;

#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// With its country, as +15550100142.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    company_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Added to those that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    /// By name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    custom_fields: BTreeMap<String, Value>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    is_new: bool,
    contact: Map<String, Value>,
    /// What the CRM did not take over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_applied: Vec<Value>,
}

impl TypedTool for UpsertContact {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "upsert_contact";
    const ABOUT: &'static str =
        "Changes the contact with this email or phone, or creates one; what is left out stays.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, _: &Desk, input: Input) -> Result<Act, ToolError> {
        let Some(reached) = input.email.as_deref().or(input.phone.as_deref()) else {
            let fix = "give email, phone or both: a contact is found by them";
            return Err(ToolError::argument("neither email nor phone is given", fix));
        };
        let question = format!("Create or change the contact with {reached}");
        let call = PlannedCall {
            operation: "contacts.upsert-contact".to_owned(),
            request: None,
            body: json!(input),
            scopes: Vec::new(),
        };
        let draft = draft(input);
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: Vec::new(),
            count: 1,
            must_type: None,
            calls: vec![call],
            run: Box::new(move |desk| {
                Box::pin(async move {
                    let crm = desk.crm().await?;
                    let done = crm.upsert_contact(&desk.behalf(), &draft).await?;
                    let contact = super::update::members(&done.contact)?;
                    let is_new = done.outcome == domain::crm::Outcome::Created;
                    let not_applied = done.not_applied.iter().map(|one| json!(one)).collect();
                    Answer::of(&Output { is_new, contact, not_applied })
                })
            }),
        }))
    }
}

fn draft(input: Input) -> ContactDraft {
    ContactDraft {
        email: input.email,
        phone: input.phone,
        first_name: input.first_name,
        last_name: input.last_name,
        name: input.name,
        company: input.company_name,
        source: input.source,
        tags: input.tags,
        custom_fields: input.custom_fields,
        ..ContactDraft::default()
    }
}
