//! `read_operation`: calls any operation that only reads.

use endpoint::catalogue::{Kind, Place};
use highlevel::RawCall;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ToolError,
    desk::Desk,
    operations::{self, Wish, call_of, operation, told, tool_of},
    tool::{Act, TypedTool},
};

/// Calls what only reads.
pub(crate) struct ReadOperation;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    id: String,
    /// Path, query and body alike; the location is filled in.
    #[serde(default)]
    params: JsonObject,
    /// Such as `name` or `owner.id`.
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    max_items: Option<usize>,
    #[serde(default)]
    format: Format,
}

#[derive(Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Csv,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    items: Option<Vec<Value>>,
    /// Params of the next page.
    next: Option<Value>,
    result: Option<Value>,
}

impl TypedTool for ReadOperation {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "read_operation";
    const ABOUT: &'static str = "Calls an operation of kind read by its id.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let operation = operation(&input.id)?;
        if operation.kind() != Kind::Read {
            return Err(ToolError::new(
                "wrong_tool",
                format!("`{}` is of kind {}", operation.id(), operation.kind().as_str()),
                format!("call {} with the same id and params", tool_of(operation.kind())),
            ));
        }
        let call = call_of(operation, input.params, desk.place())?;
        let wish = Wish {
            fields: input.fields,
            most: input.max_items.map(|most| most.max(1)),
            is_table: input.format == Format::Csv,
        };
        let call = sized(call, wish.most);
        let reply = desk.read(call.clone()).await?;
        Ok(Act::Answer(told(&call, reply, &wish)))
    }
}

/// The call with pages no longer than is wanted, where it can say so.
fn sized(call: RawCall, most: Option<usize>) -> RawCall {
    let size = operations::page_size(&call);
    let (Some(most), Some((name, Place::Query, largest))) = (most, size) else { return call };
    if call.value(name).is_some() {
        return call;
    }
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    let sized = call.clone().with(name, largest.map_or(most, |largest| largest.min(most)));
    if sized.problems().is_empty() { sized } else { call }
}
