//! `query_mirror`: a question in SQL to what the hub keeps of the CRM.

use domain::QueryCut;
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{mirror, rows};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// How many rows are told where nothing is said, and at most.
const USUAL_ROWS: u32 = 100;
const MOST_ROWS: u32 = 1_000;

/// Asks the mirror.
pub(crate) struct QueryMirror;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// One SELECT of SQLite; a refusal lists the views and columns.
    sql: String,
    /// The values of ?1, ?2 and so on.
    #[serde(default)]
    parameters: Vec<Value>,
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    /// Why there are more rows than these.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

impl TypedTool for QueryMirror {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "query_mirror";
    const ABOUT: &'static str =
        "Asks the local copy of the CRM in SQL: views such as contacts, opportunities, messages.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, USUAL_ROWS, MOST_ROWS)?;
        let answer = mirror::ask(desk, input.sql, input.parameters, limit as usize).await?;
        let cut = answer.cut.map(|cut| match cut {
            QueryCut::Rows => "there are more rows than the limit",
            QueryCut::Bytes => "the values are too long; select fewer columns",
        });
        let output = Output { columns: answer.columns, rows: answer.rows, cut };
        // Whatever is asked may be what somebody wrote.
        Ok(Act::Answer(Answer::of(&output)?.untrusted(&["/rows/*/*"])))
    }
}
