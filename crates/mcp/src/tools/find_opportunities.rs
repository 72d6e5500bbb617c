//! `find_opportunities`: deals by pipeline, stage, status, owner, contact or words.

use domain::crm::OpportunityStatus;
use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    calls,
    labels::Labels,
    rows::{self, Format, Rows, listed, picked, shown, text},
};
use crate::{
    ToolError,
    desk::Desk,
    directory::Shelf,
    names::Noun,
    tool::{Act, Answer, TypedTool},
};

/// What is told of a deal, besides the names of what it is in.
const MEMBERS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("name", "/name"),
    ("status", "/status"),
    ("value", "/monetaryValue"),
    ("contact", "/contact/name"),
    ("contact_id", "/contactId"),
    ("updated_at", "/updatedAt"),
];

/// Finds deals.
pub(crate) struct FindOpportunities;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    query: Option<String>,
    contact: Option<String>,
    pipeline: Option<String>,
    stage: Option<String>,
    /// open, won, lost or abandoned
    status: Option<String>,
    owner: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    cursor: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    format: Format,
}

impl TypedTool for FindOpportunities {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_opportunities";
    const ABOUT: &'static str = "Finds deals, newest first; takes names or ids.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, 20, 100)?;
        let call = search(desk, &input).await?.with("limit", limit);
        let reply = desk.read(after(call, input.cursor.as_deref())?).await?.into_json();
        let pipelines = Labels::of(desk, Shelf::Pipelines).await;
        let users = Labels::of(desk, Shelf::Users).await;
        let deal = |record: &Value| shown(told(record, &pipelines, &users), record, &input.fields);
        let rows = Rows {
            items: listed(&reply, "opportunities").iter().map(deal).collect(),
            next_cursor: next(&reply),
            total: reply.pointer("/meta/total").and_then(Value::as_u64),
            ..Rows::default()
        };
        let untrusted = ["/items/*/name", "/items/*/notes", "/csv"];
        Ok(Act::Answer(Answer::of(&rows.written(input.format))?.untrusted(&untrusted)))
    }
}

async fn search(desk: &Desk, input: &Input) -> Result<RawCall, ToolError> {
    let mut call = desk.raw("opportunities.search-opportunity")?;
    call = call.with("location_id", calls::location(desk));
    if let Some(query) = &input.query {
        call = call.with("q", query.as_str());
    }
    if let Some(contact) = &input.contact {
        call = call.with("contact_id", desk.contact(contact).await?.0);
    }
    let pipeline = match &input.pipeline {
        Some(name) => Some(desk.resolve(Noun::Pipeline, None, name).await?.id),
        None => None,
    };
    if let Some(name) = &input.stage {
        let stage = desk.resolve(Noun::Stage, pipeline.as_deref(), name).await?;
        call = call.with("pipeline_stage_id", stage.id);
    }
    if let Some(pipeline) = pipeline {
        call = call.with("pipeline_id", pipeline);
    }
    if let Some(word) = &input.status {
        call = call.with("status", status(word)?.name());
    }
    if let Some(owner) = &input.owner {
        call = call.with("assigned_to", desk.resolve(Noun::User, None, owner).await?.id);
    }
    Ok(call)
}

/// The status of this name, in any case of letters.
///
/// # Errors
/// Where there is none.
pub(super) fn status(word: &str) -> Result<OpportunityStatus, ToolError> {
    OpportunityStatus::parse(&word.trim().to_lowercase()).ok_or_else(|| {
        let fix = "give open, won, lost or abandoned";
        ToolError::argument(format!("there is no status `{word}`"), fix)
    })
}

/// The same search after the last deal of a page: the vendor wants its moment and its id.
fn after(call: RawCall, cursor: Option<&str>) -> Result<RawCall, ToolError> {
    let Some(cursor) = cursor else { return Ok(call) };
    let (moment, id) = cursor.split_once(' ').ok_or_else(rows::no_cursor)?;
    match moment.parse::<u64>() {
        Ok(_) => Ok(call.with("startAfter", moment).with("startAfterId", id)),
        Err(_) => Err(rows::no_cursor()),
    }
}

fn next(reply: &Value) -> Option<String> {
    let moment = reply.pointer("/meta/startAfter").and_then(Value::as_u64)?;
    Some(format!("{moment} {}", text(reply, "/meta/startAfterId")?))
}

fn told(record: &Value, pipelines: &Labels, users: &Labels) -> Map<String, Value> {
    let mut told = picked(record, MEMBERS);
    pipelines.put(&mut told, "pipeline", text(record, "/pipelineId"));
    pipelines.put(&mut told, "stage", text(record, "/pipelineStageId"));
    users.put(&mut told, "owner", text(record, "/assignedTo"));
    told
}
