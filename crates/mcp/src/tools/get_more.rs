//! `get_more`: the rest of an answer that was too long for one result.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, TypedTool},
};

/// Tells the next piece of an answer.
pub(crate) struct GetMore;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    handle: String,
    /// To one value: `/0/name`.
    #[serde(default)]
    pointer: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<Value>,
}

impl TypedTool for GetMore {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "get_more";
    const ABOUT: &'static str = "Tells the next piece of a result that ended with `more`.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        Ok(Act::Answer(desk.more(&input.handle, input.pointer.as_deref())?))
    }
}
