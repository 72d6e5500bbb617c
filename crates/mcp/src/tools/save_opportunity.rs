//! `save_opportunity`: a deal is made, changed, moved, won or lost.

use std::collections::BTreeMap;

use domain::crm::{Opportunity, OpportunityDraft, OpportunityPatch};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{calls, find_opportunities::status, rows::text};
use crate::{
    ToolError,
    desk::Desk,
    names::{Found, Noun},
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// Saves a deal.
pub(crate) struct SaveOpportunity;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Left out: the contact's open deal in the pipeline, or a new one.
    id: Option<String>,
    contact: Option<String>,
    pipeline: Option<String>,
    stage: Option<String>,
    name: Option<String>,
    /// open, won, lost or abandoned
    status: Option<String>,
    value: Option<f64>,
    owner: Option<String>,
    /// By name.
    #[serde(default)]
    custom_fields: Map<String, Value>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Map<String, Value>")]
    opportunity: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    outcome: Option<Value>,
}

/// The names of an input as what they stand for.
struct Meant {
    pipeline: Option<Found>,
    stage: Option<Found>,
    owner: Option<Found>,
}

impl TypedTool for SaveOpportunity {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "save_opportunity";
    const ABOUT: &'static str =
        "Makes, changes, moves or closes a deal; takes names of pipeline, stage and owner.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        match &input.id {
            Some(id) => change(desk, id, &input).await.map(Act::Plan),
            None => make(desk, &input).await.map(Act::Plan),
        }
    }
}

async fn change(desk: &Desk, id: &str, input: &Input) -> Result<Plan, ToolError> {
    if input.contact.is_some() {
        let fix = "leave `contact` out, or leave `id` out to make another deal";
        return Err(ToolError::argument("a deal keeps its contact", fix));
    }
    let call = desk.raw("opportunities.get-opportunity")?.with("id", id);
    let reply = desk.read(call).await?;
    let found = reply.content();
    let meant = Meant::of(desk, input, text(found, "/pipelineId")).await?;
    let patch = OpportunityPatch {
        pipeline: meant.pipeline.as_ref().map(|found| found.id.clone()),
        stage: meant.stage.as_ref().map(|found| found.id.clone()),
        name: input.name.clone(),
        status: input.status.as_deref().map(status).transpose()?,
        value: input.value.map(Some),
        owner: meant.owner.as_ref().map(|found| found.id.clone()),
        custom_fields: custom_fields(input),
    };
    if patch == OpportunityPatch::default() {
        let fix = "give a stage, status, name, value, owner or custom field";
        return Err(ToolError::argument("nothing is to be changed", fix));
    }
    let (changes, body) = (told(input, &meant), said(input, &meant));
    let name = text(found, "/name").unwrap_or(id);
    let id = id.to_owned();
    Ok(Plan {
        kind: Kind::Write,
        title: "save_opportunity".to_owned(),
        question: format!("Change the deal \"{name}\": {changes}"),
        targets: vec![PlanTarget {
            entity: "opportunity".to_owned(),
            id: id.clone(),
            name: Some(name.to_owned()),
            version: text(found, "/updatedAt").map(str::to_owned),
        }],
        count: 1,
        must_type: None,
        calls: vec![calls::planned("opportunity.patched", body)],
        run: Box::new(move |desk| {
            Box::pin(async move {
                let crm = desk.crm().await?;
                let saved = crm.patch_opportunity(&desk.behalf(), &id, &patch).await?;
                saved_as(&saved.item, None)
            })
        }),
    })
}

async fn make(desk: &Desk, input: &Input) -> Result<Plan, ToolError> {
    let (Some(contact), Some(_), Some(name)) = (&input.contact, &input.pipeline, &input.name)
    else {
        let fix = "give `contact`, `pipeline` and `name`, or the `id` of a deal that is there";
        return Err(ToolError::argument("a new deal needs more than this", fix));
    };
    let (contact, person) = desk.contact(contact).await?;
    let meant = Meant::of(desk, input, None).await?;
    let pipeline = meant.pipeline.as_ref().map(|found| found.id.clone()).unwrap_or_default();
    let draft = OpportunityDraft {
        contact: contact.clone(),
        pipeline,
        stage: meant.stage.as_ref().map(|found| found.id.clone()),
        name: name.clone(),
        status: input.status.as_deref().map(status).transpose()?,
        value: input.value,
        owner: meant.owner.as_ref().map(|found| found.id.clone()),
        custom_fields: custom_fields(input),
    };
    let question = format!("Save the deal of {person}: {}", told(input, &meant));
    Ok(Plan {
        kind: Kind::Write,
        title: "save_opportunity".to_owned(),
        question,
        targets: vec![PlanTarget {
            entity: "contact".to_owned(),
            id: contact,
            name: Some(person),
            version: None,
        }],
        count: 1,
        must_type: None,
        calls: vec![calls::planned("opportunity.upserted", said(input, &meant))],
        run: Box::new(move |desk| {
            Box::pin(async move {
                let crm = desk.crm().await?;
                let saved = crm.upsert_opportunity(&desk.behalf(), &draft).await?;
                saved_as(&saved.opportunity.item, serde_json::to_value(saved.outcome).ok())
            })
        }),
    })
}

impl Meant {
    /// `within` is the pipeline that the deal is in, for a stage without one.
    async fn of(desk: &Desk, input: &Input, within: Option<&str>) -> Result<Self, ToolError> {
        let mut meant = Self { pipeline: None, stage: None, owner: None };
        if let Some(name) = &input.pipeline {
            meant.pipeline = Some(desk.resolve(Noun::Pipeline, None, name).await?);
        }
        if let Some(name) = &input.stage {
            let own = meant.pipeline.as_ref().map(|found| found.id.as_str());
            meant.stage = Some(desk.resolve(Noun::Stage, own.or(within), name).await?);
        }
        if let Some(name) = &input.owner {
            meant.owner = Some(desk.resolve(Noun::User, None, name).await?);
        }
        Ok(meant)
    }
}

fn custom_fields(input: &Input) -> BTreeMap<String, Value> {
    input.custom_fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What is to be, as it is sent.
fn said(input: &Input, meant: &Meant) -> Value {
    let id = |found: &Option<Found>| found.as_ref().map(|found| found.id.clone());
    json!({
        "pipeline": id(&meant.pipeline),
        "stage": id(&meant.stage),
        "owner": id(&meant.owner),
        "name": input.name,
        "status": input.status,
        "value": input.value,
        "custom_fields": input.custom_fields,
    })
}

/// What is to be, as a person reads it.
fn told(input: &Input, meant: &Meant) -> String {
    let named = |found: &Option<Found>| found.as_ref().map(|found| found.name.clone());
    let members = [
        ("name", input.name.clone()),
        ("pipeline", named(&meant.pipeline)),
        ("stage", named(&meant.stage)),
        ("status", input.status.clone()),
        ("value", input.value.map(|value| value.to_string())),
        ("owner", named(&meant.owner)),
    ];
    let members =
        members.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?)));
    let custom = input.custom_fields.iter().map(|(name, value)| format!("{name} = {value}"));
    members.chain(custom).collect::<Vec<_>>().join(", ")
}

fn saved_as(deal: &Opportunity, outcome: Option<Value>) -> Result<Answer, ToolError> {
    let opportunity = serde_json::to_value(deal).unwrap_or_default();
    Answer::of(&Output { opportunity, outcome })
}
