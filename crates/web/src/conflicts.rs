//! `GET /v1/conflicts`: where both sides of a mapping had changed a field, and what was kept.

use domain::{Because, Side, Storage, SyncConflict};
use engine::mappings::Mappings;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    api::{
        Answer, Call, Nothing, Operation, Tag,
        formats::{Limit, Place, Text, next_after},
    },
    problem::{Kind, Problem},
};

/// `GET /v1/conflicts`.
pub(crate) const LIST: Operation = Operation {
    id: "conflicts.list",
    path: "/v1/conflicts",
    tag: Tag::Mappings,
    summary: "List where both sides had changed a field",
    description: "The newest first, with the values of both sides and the one that both have now. What \
                  was lost can be taken from here.",
    errors: &[(Kind::NotFound, "The caller can see no such mapping.")],
    is_paged: true,
    ..Operation::COMMON
};

/// What a caller can ask of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The conflict after which to go on: the `next` of a page.
    after: Option<Place>,
    /// How many conflicts to answer at most.
    limit: Option<Limit>,
    /// Only those of this mapping.
    mapping: Option<Text<64>>,
}

/// One page.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConflictPage")]
pub(crate) struct Page {
    /// The conflicts.
    conflicts: Vec<Line>,
    /// What to ask for as `after` to go on; null at the end.
    next: Option<u64>,
}

/// One conflict.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Conflict")]
pub(crate) struct Line {
    /// Its place.
    id: u64,
    /// When it was settled.
    at: Timestamp,
    /// The name of the mapping.
    mapping: String,
    /// The id of the CRM's record.
    crm_id: Option<String>,
    /// The counterpart's id of the row.
    external_id: Option<String>,
    /// The field of the CRM.
    field: String,
    /// The column of the row.
    column: String,
    /// The value on which both had agreed; null where there was none.
    agreed: Value,
    /// The value that the CRM had.
    crm: Value,
    /// The value that the row had.
    row: Value,
    /// Whose value both have now.
    kept: Side,
    /// Why.
    because: Because,
}

/// Lists conflicts.
pub(crate) async fn list<S: Storage>(
    call: Call<Mappings<S>, Nothing, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Wanted { after, limit, mapping } = call.query;
    let limit = limit.unwrap_or_default().0;
    let realm = &call.caller.principal.realm;
    let part = (after.map(|place| place.0), limit);
    let found = call.state.conflicts(realm, mapping.as_ref().map(Text::as_str), part).await?;
    let next = next_after(&found, limit, |one| one.id);
    Ok(Answer(Page { conflicts: found.into_iter().map(line).collect(), next }))
}

fn line(conflict: SyncConflict) -> Line {
    let SyncConflict { id, organization: _, mapping, record, row, field, at } = conflict;
    Line {
        id,
        at,
        mapping,
        crm_id: record,
        external_id: row,
        field: field.field,
        column: field.column,
        agreed: field.agreed,
        crm: field.crm,
        row: field.row,
        kept: field.kept,
        because: field.because,
    }
}
