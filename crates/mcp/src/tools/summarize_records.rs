//! `summarize_records`: counts, sums and averages over the mirror, so that no pages have to be read.

mod statement;

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::statement::{Statement, WRITTEN};
use super::{mirror, rows};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// How many groups are told where nothing is said, and at most.
const USUAL_GROUPS: u32 = 50;
const MOST_GROUPS: u32 = 500;

/// The columns behind the groups and the measure.
const RECORDS: &str = "records";

/// Summarizes records.
pub(crate) struct SummarizeRecords;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Such as opportunities, contacts, contact_tags, invoices, messages.
    entity: String,
    /// By column: a value, a list, or an object of eq, ne, lt, lte, gt, gte, contains.
    #[serde(default)]
    filters: Map<String, Value>,
    /// Columns, or such as created_at:month (day, week, year).
    #[serde(default)]
    group_by: Vec<String>,
    #[serde(default)]
    measure: Measure,
    /// The column to measure.
    of: Option<String>,
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

// What is told of each group besides how many records it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    #[default]
    Count,
    Sum,
    Average,
    Min,
    Max,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Vec<Map<String, Value>>")]
    groups: Vec<Value>,
    records: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

impl TypedTool for SummarizeRecords {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "summarize_records";
    const ABOUT: &'static str =
        "Counts, sums or averages records of the local copy of the CRM, grouped as you like.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, USUAL_GROUPS, MOST_GROUPS)?;
        let views = desk.queries().await?.views();
        let statement = Statement::of(&input, &views, desk.place().location.as_str())?;
        let (sql, parameters) = (statement.sql(), statement.parameters());
        let answer = mirror::ask(desk, sql, parameters, limit as usize).await?;
        let columns = &answer.columns;
        let at = columns.iter().position(|name| name == RECORDS);
        let records = at.and_then(|at| answer.rows.first()?.get(at)?.as_u64()).unwrap_or_default();
        let group = |row: &Vec<Value>| {
            let cells = columns.iter().zip(row).filter(|(name, _)| *name != RECORDS);
            Value::Object(cells.map(|(name, value)| (name.clone(), value.clone())).collect())
        };
        let groups = answer.rows.iter().map(group).collect();
        let cut = answer.cut.map(|_| "there are more groups than the limit");
        let output = Output { groups, records, cut };
        let is_written = |column: &&String| WRITTEN.contains(&column.as_str());
        let written: Vec<String> =
            columns.iter().filter(is_written).map(|name| format!("/groups/*/{name}")).collect();
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        Ok(Act::Answer(Answer::of(&output)?.untrusted(&written)))
    }
}
