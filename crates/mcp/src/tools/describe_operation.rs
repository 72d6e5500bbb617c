//! `describe_operation`: what an operation takes and answers.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ToolError,
    desk::Desk,
    operations::{Detail, describe, operation},
    tool::{Act, Answer, TypedTool},
};

/// Describes an operation.
pub(crate) struct DescribeOperation;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    id: String,
    /// What it needs, all it takes, or what it answers.
    #[serde(default)]
    detail: Wish,
    /// Into a schema: a.b.c
    #[serde(default)]
    path: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Wish {
    #[default]
    Brief,
    Full,
    Output,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    call_with: String,
    required: Option<Value>,
    input: Option<Value>,
    output: Option<Value>,
}

impl TypedTool for DescribeOperation {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "describe_operation";
    const ABOUT: &'static str = "Tells what an operation takes or answers.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, _: &Desk, input: Input) -> Result<Act, ToolError> {
        let detail = match input.detail {
            Wish::Brief => Detail::Brief,
            Wish::Full => Detail::Full,
            Wish::Output => Detail::Output,
        };
        let value = describe(operation(&input.id)?, detail, input.path.as_deref())?;
        Ok(Act::Answer(Answer { value: Value::Object(value), untrusted: Vec::new() }))
    }
}
