//! `…_get`: reads one record of a kind, or finds those that fit.

use endpoint::catalogue::Kind;
use highlevel::RawCall;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// How many records a list has where nothing says so.
const LIMIT: usize = 20;
/// How many it can have: the vendor gives no more in one page.
const MOST: usize = 100;

/// Reads records.
pub(super) struct Get;

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum EntityType {
    Contact,
    Opportunity,
    Pipeline,
    Calendar,
    Conversation,
    Workflow,
    Tag,
    CustomField,
    Location,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    entity_type: EntityType,
    /// Reads this one; without it, lists.
    #[serde(default)]
    id: Option<String>,
    /// Name, e-mail or phone, or words of it.
    #[serde(default)]
    query: Option<String>,
    /// Only opportunities of this pipeline.
    #[serde(default)]
    pipeline_id: Option<String>,
    /// Only opportunities or conversations of this contact.
    #[serde(default)]
    contact_id: Option<String>,
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 100))]
    limit: usize,
    /// From the answer before, with start_after_id.
    #[serde(default)]
    start_after: Option<Value>,
    #[serde(default)]
    start_after_id: Option<String>,
}

fn limit() -> usize {
    LIMIT
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<Map<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after_id: Option<String>,
}

/// Where a kind of record is read.
struct Source {
    /// The operation that reads one, and its parameter for the id; none where only the list has them.
    one: Option<(&'static str, &'static str)>,
    /// The operation that lists; none where there is one only.
    list: Option<&'static str>,
    /// The member of its reply with the records.
    records: &'static str,
    /// The member of a reply with one; none where the reply is the record.
    record: Option<&'static str>,
    /// What the list takes.
    search: Search,
}

/// What a list can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    /// Words and a page, of contacts.
    Contacts,
    /// Words, a pipeline, a contact and a page.
    Opportunities,
    /// Words, a contact and a page.
    Conversations,
    /// Nothing: it gives them all, and they are searched here.
    All,
}

impl EntityType {
    fn source(self) -> Source {
        let all = |list, records, one| Source {
            one,
            list: Some(list),
            records,
            record: None,
            search: Search::All,
        };
        match self {
            Self::Contact => Source {
                one: Some(("contacts.get-contact", "contactId")),
                list: Some("contacts.get-contacts"),
                records: "contacts",
                record: Some("contact"),
                search: Search::Contacts,
            },
            Self::Opportunity => Source {
                one: Some(("opportunities.get-opportunity", "id")),
                list: Some("opportunities.search-opportunity"),
                records: "opportunities",
                record: Some("opportunity"),
                search: Search::Opportunities,
            },
            Self::Conversation => Source {
                one: Some(("conversations.get-conversation", "conversationId")),
                list: Some("conversations.search-conversation"),
                records: "conversations",
                record: None,
                search: Search::Conversations,
            },
            Self::Location => Source {
                one: Some(("locations.get-location", "locationId")),
                list: None,
                records: "",
                record: Some("location"),
                search: Search::All,
            },
            Self::Pipeline => all("opportunities.get-pipelines", "pipelines", None),
            Self::Workflow => all("workflows.get-workflow", "workflows", None),
            Self::Calendar => {
                let one = ("calendars.get-calendar", "calendarId");
                let record = Some("calendar");
                Source { record, ..all("calendars.get-calendars", "calendars", Some(one)) }
            }
            Self::Tag => {
                let one = ("locations.get-tag-by-id", "tagId");
                let record = Some("tag");
                Source { record, ..all("locations.get-location-tags", "tags", Some(one)) }
            }
            Self::CustomField => {
                let one = ("locations.get-custom-field", "id");
                let record = Some("customField");
                Source { record, ..all("locations.get-custom-fields", "customFields", Some(one)) }
            }
        }
    }
}

impl TypedTool for Get {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "get";
    const ABOUT: &'static str =
        "Reads a record by its id, or lists records; page on with start_after and start_after_id.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        if !(1..=MOST).contains(&input.limit) {
            let fix = format!("give a limit from 1 to {MOST}");
            return Err(ToolError::argument(format!("the limit is {}", input.limit), fix));
        }
        let source = input.entity_type.source();
        let output = match (&input.id, source.list) {
            (Some(id), _) => one(desk, &source, id).await?,
            (None, None) => one(desk, &source, desk.place().location.as_str()).await?,
            (None, Some(list)) => found(desk, &source, (list, &input)).await?,
        };
        let answer = Answer::of(&output)?;
        Ok(Act::Answer(answer.untrusted(&["/item/lastMessageBody", "/items/*/lastMessageBody"])))
    }
}

async fn one(desk: &Desk, source: &Source, id: &str) -> Result<Output, ToolError> {
    let record = match source.one {
        Some((operation, parameter)) => {
            let call = at_place(desk, operation)?.with(parameter, id);
            let reply = desk.read(call).await?.into_json();
            match source.record {
                Some(member) => member_of(reply, member),
                None => reply,
            }
        }
        None => {
            let listed = all_of(desk, source, source.list.unwrap_or_default()).await?;
            let found = listed.into_iter().find(|record| record["id"] == id);
            found.ok_or_else(|| {
                let fix = "list them without an id to see those that are there";
                ToolError::new(
                    "not_found",
                    format!("none of the {} has this id", source.records),
                    fix,
                )
            })?
        }
    };
    Ok(Output { item: Some(object(record)?), ..Output::none() })
}

async fn found(
    desk: &Desk,
    source: &Source,
    (list, input): (&'static str, &Input),
) -> Result<Output, ToolError> {
    if source.search == Search::All {
        let words = input.query.as_deref().unwrap_or_default().to_lowercase();
        let named = |record: &Value| {
            record["name"].as_str().unwrap_or_default().to_lowercase().contains(&words)
        };
        let records = all_of(desk, source, list).await?.into_iter().filter(named);
        let records: Vec<Value> = records.collect();
        let total = Some(records.len() as u64);
        let items = records.into_iter().take(input.limit).map(object).collect::<Result<_, _>>()?;
        return Ok(Output { items: Some(items), total, ..Output::none() });
    }
    let call = asked(desk, source.search, (list, input))?;
    let mut reply = desk.read(call).await?.into_json();
    let records = reply[source.records].take();
    let Value::Array(records) = records else { return Err(unread(source.records)) };
    let is_full = records.len() >= input.limit;
    let last = records.last().cloned().filter(|_| is_full).unwrap_or_default();
    let meta = &reply["meta"];
    let total = [&meta["total"], &reply["total"]].into_iter().find_map(Value::as_u64);
    let (start_after, start_after_id) = match source.search {
        Search::Conversations => (last["sort"][0].clone(), Value::Null),
        _ if is_full => (meta["startAfter"].clone(), meta["startAfterId"].clone()),
        _ => (Value::Null, Value::Null),
    };
    Ok(Output {
        item: None,
        items: Some(records.into_iter().map(object).collect::<Result<_, _>>()?),
        total,
        start_after: Some(start_after).filter(|value| !value.is_null()),
        start_after_id: start_after_id.as_str().map(str::to_owned),
    })
}

/// The call of a list that searches by itself.
fn asked(desk: &Desk, search: Search, (list, input): (&str, &Input)) -> Result<RawCall, ToolError> {
    let (words, pipeline, contact) = match search {
        Search::Contacts => ("query", None, None),
        Search::Opportunities => ("q", Some("pipeline_id"), Some("contact_id")),
        Search::Conversations | Search::All => ("query", None, Some("contactId")),
    };
    let place = match search {
        Search::Opportunities => "location_id",
        Search::Contacts | Search::Conversations | Search::All => "locationId",
    };
    let mut call = operation(list)?.with(place, desk.place().location.as_str());
    call = call.with("limit", input.limit).with(words, input.query.clone());
    for (parameter, value, name) in
        [(pipeline, &input.pipeline_id, "pipeline_id"), (contact, &input.contact_id, "contact_id")]
    {
        call = match (parameter, value) {
            (Some(parameter), Some(value)) => call.with(parameter, value.as_str()),
            (_, None) => call,
            (None, Some(_)) => {
                let fix = format!("leave {name} out for this entity_type");
                return Err(ToolError::argument(format!("{name} chooses none of these"), fix));
            }
        };
    }
    let after = input.start_after.clone().unwrap_or_default();
    Ok(match search {
        Search::Conversations => call.with("startAfterDate", text(after)),
        Search::Opportunities => {
            call.with("startAfter", text(after)).with("startAfterId", input.start_after_id.clone())
        }
        Search::Contacts | Search::All => call
            .with("startAfter", number(after))
            .with("startAfterId", input.start_after_id.clone()),
    })
}

async fn all_of(desk: &Desk, source: &Source, list: &str) -> Result<Vec<Value>, ToolError> {
    let reply = desk.read(at_place(desk, list)?).await?.into_json();
    match member_of(reply, source.records) {
        Value::Array(records) => Ok(records),
        _ => Err(unread(source.records)),
    }
}

/// The call of an operation, for the location of the desk where the operation asks for it.
fn at_place(desk: &Desk, id: &str) -> Result<RawCall, ToolError> {
    let call = operation(id)?;
    let takes_place = call.edition().is_some_and(|edition| {
        edition.parameters().any(|parameter| parameter.name() == "locationId")
    });
    Ok(match takes_place {
        true => call.with("locationId", desk.place().location.as_str()),
        false => call,
    })
}

fn operation(id: &str) -> Result<RawCall, ToolError> {
    RawCall::new(id)
        .map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))
}

fn member_of(mut reply: Value, member: &str) -> Value {
    reply.get_mut(member).map(Value::take).unwrap_or_default()
}

fn object(value: Value) -> Result<Map<String, Value>, ToolError> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(unread("record")),
    }
}

fn unread(what: &str) -> ToolError {
    let fix = "try again; if it stays so, HighLevel has changed its answer";
    ToolError::new("vendor_failed", format!("HighLevel's answer has no {what}"), fix)
}

/// A cursor as the text that some lists take.
fn text(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

/// A cursor as the number that some lists take.
fn number(value: Value) -> Value {
    match value.as_str().and_then(|text| text.parse::<i64>().ok()) {
        Some(number) => number.into(),
        None => value,
    }
}

impl Output {
    fn none() -> Self {
        Self { item: None, items: None, total: None, start_after: None, start_after_id: None }
    }
}
