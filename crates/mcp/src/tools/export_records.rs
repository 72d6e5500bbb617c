//! `export_records`: contacts or deals as one table, from the mirror or from the CRM itself.

use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    calls,
    conditions::{self, Conditions, quoted},
    mirror, rows,
    rows::{listed, text},
};
use crate::{
    ToolError,
    desk::Desk,
    output,
    tool::{Act, Answer, TypedTool},
};

/// How many records there are where nothing is said, and at most.
const USUAL: u32 = 500;
const MOST: u32 = 5_000;

/// How many records a page of the vendor has.
const PAGE: usize = 100;

/// What is exported of each record where no fields are named.
const CONTACT_COLUMNS: [&str; 7] =
    ["id", "name", "email", "phone", "tags", "assigned_to_name", "created_at"];
const DEAL_COLUMNS: [&str; 8] =
    ["id", "name", "status", "value", "pipeline", "stage", "contact_name", "created_at"];
const CONTACT_FIELDS: [&str; 7] =
    ["id", "firstName", "lastName", "email", "phone", "tags", "dateAdded"];
const DEAL_FIELDS: [&str; 8] = [
    "id",
    "name",
    "status",
    "monetaryValue",
    "pipelineId",
    "pipelineStageId",
    "contact.name",
    "createdAt",
];

/// Exports records.
pub(crate) struct ExportRecords;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    entity: Exported,
    #[serde(default)]
    source: Source,
    /// As in summarize_records; not live.
    #[serde(default)]
    filters: Map<String, Value>,
    /// Live only.
    query: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[schemars(range(min = 1, max = 5000))]
    limit: Option<u32>,
}

// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exported {
    Contacts,
    Opportunities,
}

// Where it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    #[default]
    Mirror,
    Live,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    csv: String,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<&'static str>,
}

impl TypedTool for ExportRecords {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "export_records";
    const ABOUT: &'static str =
        "Exports contacts or deals as CSV, from the local copy or live; get_more tells the rest.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, USUAL, MOST)? as usize;
        let (items, is_cut) = match input.source {
            Source::Mirror => of_mirror(desk, &input, limit).await?,
            Source::Live => live(desk, &input, limit).await?,
        };
        let output = Output {
            csv: output::csv(&items),
            count: items.len(),
            cut: is_cut.then_some("there are more records than the limit"),
        };
        Ok(Act::Answer(Answer::of(&output)?.untrusted(&["/csv"])))
    }
}

async fn of_mirror(
    desk: &Desk,
    input: &Input,
    limit: usize,
) -> Result<(Vec<Value>, bool), ToolError> {
    if input.query.is_some() {
        let fix = "filter by columns, or give source = live";
        return Err(ToolError::argument("the local copy is not searched for words here", fix));
    }
    let (name, usual): (_, &[&str]) = match input.entity {
        Exported::Contacts => ("contacts", &CONTACT_COLUMNS),
        Exported::Opportunities => ("opportunities", &DEAL_COLUMNS),
    };
    let views = desk.queries().await?.views();
    let view = conditions::view(&views, name)?;
    let columns: Vec<&str> = match input.fields.as_slice() {
        [] => usual.to_vec(),
        [all] if all == "*" => view.columns.iter().map(|column| column.name).collect(),
        fields => {
            let columns = fields.iter().map(|field| conditions::column(view, field));
            columns.collect::<Result<_, _>>()?
        }
    };
    let conditions = Conditions::of(view, &input.filters, desk.place().location.as_str())?;
    let selected: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let sql = format!(
        "SELECT {} FROM {}{} ORDER BY {}",
        selected.join(", "),
        quoted(name),
        conditions.sql(),
        quoted("id")
    );
    let answer = mirror::ask(desk, sql, conditions.into_parameters(), limit).await?;
    let item = |row: Vec<Value>| {
        let cells = answer.columns.iter().cloned().zip(row);
        Value::Object(cells.filter(|(_, value)| !value.is_null()).collect())
    };
    Ok((answer.rows.into_iter().map(item).collect(), answer.cut.is_some()))
}

/// Reads page after page, and tells how far it is.
async fn live(desk: &Desk, input: &Input, limit: usize) -> Result<(Vec<Value>, bool), ToolError> {
    if !input.filters.is_empty() {
        let fix = "search with `query`, or leave `source` out to filter the local copy";
        return Err(ToolError::argument("live records have no filters here", fix));
    }
    let (list, usual): (_, &[&str]) = match input.entity {
        Exported::Contacts => ("contacts", &CONTACT_FIELDS),
        Exported::Opportunities => ("opportunities", &DEAL_FIELDS),
    };
    let fields: Vec<String> = match input.fields.is_empty() {
        true => usual.iter().map(|field| (*field).to_owned()).collect(),
        false => input.fields.clone(),
    };
    let mut items = Vec::new();
    let mut next = Some(first(desk, input)?);
    while let Some(call) = next.take() {
        let reply = desk.read(call.clone()).await?.into_json();
        let page = listed(&reply, list);
        let total = reply.get("total").or(reply.pointer("/meta/total")).and_then(Value::as_u64);
        items.extend(page.iter().map(|record| output::project(record, &fields)));
        let most = total.map_or(limit, |total| limit.min(usize::try_from(total).unwrap_or(limit)));
        desk.progress(items.len().min(most), most).await;
        let is_last = page.len() < PAGE;
        if items.len() >= limit {
            let is_cut = items.len() > limit || !is_last;
            items.truncate(limit);
            return Ok((items, is_cut));
        }
        if !is_last {
            next = following(call, &reply, input);
        }
    }
    Ok((items, false))
}

fn first(desk: &Desk, input: &Input) -> Result<RawCall, ToolError> {
    match input.entity {
        Exported::Contacts => {
            let mut body = json!({ "locationId": calls::location(desk), "pageLimit": PAGE });
            if let Some(query) = &input.query {
                body["query"] = json!(query);
            }
            Ok(desk.raw("contacts.search-contacts-advanced")?.body(body))
        }
        Exported::Opportunities => {
            let mut call = desk
                .raw("opportunities.search-opportunity")?
                .with("location_id", calls::location(desk))
                .with("limit", PAGE);
            if let Some(query) = &input.query {
                call = call.with("q", query.as_str());
            }
            Ok(call)
        }
    }
}

/// The call of the next page: contacts go on after the keys of the last, deals after its moment.
fn following(call: RawCall, reply: &Value, input: &Input) -> Option<RawCall> {
    match input.entity {
        Exported::Contacts => {
            let last = listed(reply, "contacts").last()?;
            let mut body = json!({
                "locationId": last.get("locationId")?,
                "pageLimit": PAGE,
                "searchAfter": last.get("searchAfter")?,
            });
            if let Some(query) = &input.query {
                body["query"] = json!(query);
            }
            Some(call.body(body))
        }
        Exported::Opportunities => {
            let moment = reply.pointer("/meta/startAfter").and_then(Value::as_u64)?;
            let id = text(reply, "/meta/startAfterId")?;
            Some(call.with("startAfter", moment.to_string()).with("startAfterId", id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(entity: &str) -> Input {
        serde_json::from_value(json!({ "entity": entity, "query": "ada" })).unwrap()
    }

    #[test]
    fn contacts_go_on_after_the_keys_of_the_last() {
        let last = json!({ "locationId": "loc", "searchAfter": [1700, "c2"] });
        let reply = json!({ "contacts": [{ "locationId": "loc" }, last] });
        let call = RawCall::new("contacts.search-contacts-advanced").unwrap();
        let next = following(call, &reply, &input("contacts")).unwrap();
        assert_eq!(next.problems(), []);
        assert_eq!(next.value("searchAfter"), Some(&json!([1700, "c2"])));
        assert_eq!(next.value("query"), Some(&json!("ada")));
    }

    #[test]
    fn deals_go_on_after_the_moment_of_the_last() {
        let reply = json!({ "meta": { "startAfter": 1700, "startAfterId": "o9" } });
        let call = RawCall::new("opportunities.search-opportunity").unwrap();
        let call = call.with("location_id", "loc").with("limit", PAGE);
        let next = following(call.clone(), &reply, &input("opportunities")).unwrap();
        assert_eq!(next.problems(), []);
        assert_eq!(next.parameter("startAfterId"), Some(&json!("o9")));
        let end = json!({ "meta": { "startAfter": null, "startAfterId": null } });
        assert!(following(call, &end, &input("opportunities")).is_none());
    }
}
