//! `…_create_opportunity`: makes an opportunity of a contact.

use domain::crm::{OpportunityDraft, OpportunityStatus};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{person::Person, update::members};
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Makes an opportunity.
pub(super) struct CreateOpportunity;

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    contact_id: String,
    /// Its name or id.
    pipeline_id: String,
    #[schemars(length(min = 1, max = 500))]
    name: String,
    /// Its name or id [default: the first].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    status: Option<OpportunityStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    monetary_value: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    is_new: bool,
    opportunity: Map<String, Value>,
}

impl TypedTool for CreateOpportunity {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "create_opportunity";
    const ABOUT: &'static str = "Creates an opportunity; an open one that the contact has in the pipeline is changed instead.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let person = Person::read(desk, &input.contact_id).await?;
        let worth = input.monetary_value.map_or(String::new(), |value| format!(" worth {value}"));
        let question = format!(
            "Create the opportunity \"{}\"{worth} for {} in the pipeline {}",
            input.name, person.name, input.pipeline_id
        );
        let call = PlannedCall {
            operation: "opportunities.upsert-opportunity".to_owned(),
            request: None,
            body: json!(input),
            scopes: Vec::new(),
        };
        let draft = OpportunityDraft {
            contact: input.contact_id,
            pipeline: input.pipeline_id,
            stage: input.stage_id,
            name: input.name,
            status: input.status,
            value: input.monetary_value,
            owner: None,
            custom_fields: std::collections::BTreeMap::new(),
        };
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: vec![person.target()],
            count: 1,
            must_type: None,
            calls: vec![call],
            run: Box::new(move |desk| {
                Box::pin(async move {
                    let crm = desk.crm().await?;
                    let done = crm.upsert_opportunity(&desk.behalf(), &draft).await?;
                    let is_new = done.outcome == domain::crm::Outcome::Created;
                    Answer::of(&Output { is_new, opportunity: members(&done.opportunity)? })
                })
            }),
        }))
    }
}
