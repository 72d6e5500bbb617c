//! `list_pipelines`: the pipelines with their stages in order.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    calls,
    rows::{Rows, listed, text},
};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, TypedTool},
};

/// Tells the pipelines.
pub(crate) struct ListPipelines;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

impl TypedTool for ListPipelines {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "list_pipelines";
    const ABOUT: &'static str = "Lists the pipelines of deals with their stages in order.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, _: Input) -> Result<Act, ToolError> {
        let call = desk.raw("opportunities.get-pipelines")?;
        let call = call.with("locationId", calls::location(desk));
        let reply = desk.read(call).await?.into_json();
        Act::answer(&Rows::whole(listed(&reply, "pipelines").iter().map(pipeline).collect()))
    }
}

fn pipeline(told: &Value) -> Value {
    let stage = |stage: &Value| json!({"id": text(stage, "/id"), "name": text(stage, "/name")});
    let stages: Vec<Value> = listed(told, "stages").iter().map(stage).collect();
    json!({"id": text(told, "/id"), "name": text(told, "/name"), "stages": stages})
}
