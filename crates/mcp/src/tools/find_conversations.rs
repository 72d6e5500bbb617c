//! `find_conversations`: conversations by person, words, state or owner, the newest first.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    find_contacts::said,
    messages::channel,
    rows::{Rows, limit, listed, text},
    told::{cursor, moment, put, value_of},
};
use crate::{
    ToolError,
    desk::Desk,
    directory::{Shelf, label},
    names::Noun,
    tool::{Act, Answer, TypedTool},
};

/// Finds conversations.
pub(crate) struct FindConversations;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// id, e-mail, phone or whole name
    contact: Option<String>,
    query: Option<String>,
    status: Option<Status>,
    /// a user
    owner: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Which conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Status {
    Unread,
    Read,
    Starred,
}

impl TypedTool for FindConversations {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_conversations";
    const ABOUT: &'static str = "Finds conversations with contacts, the newest first.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = limit(input.limit, 20, 100)?;
        let mut call = desk
            .raw("conversations.search-conversation")?
            .with("locationId", desk.place().location.to_string())
            .with("sort", "desc")
            .with("sortBy", "last_message_date")
            .with("limit", limit)
            .with("query", said(&input.query));
        if let Some(contact) = said(&input.contact) {
            call = call.with("contactId", desk.contact(&contact).await?.0);
        }
        if let Some(owner) = said(&input.owner) {
            call = call.with("assignedTo", desk.resolve(Noun::User, None, &owner).await?.id);
        }
        if let Some(status) = input.status {
            call = call.with("status", status.as_str());
        }
        if let Some(after) = said(&input.cursor) {
            call = call.with("startAfterDate", value_of(&after)?);
        }
        let reply = desk.read(call).await?.into_json();
        let rows = listed(&reply, "conversations");
        let last = rows.last().filter(|_| rows.len() >= limit as usize);
        let next = last.and_then(place).map(|place| cursor(&place));
        let items = items(desk, rows).await;
        let total = reply["total"].as_u64();
        let answer = Answer::of(&Rows { next_cursor: next, total, ..Rows::whole(items) })?;
        Ok(Act::Answer(answer.untrusted(&["/items/*/last_message"])))
    }
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Read => "read",
            Self::Starred => "starred",
        }
    }
}

/// Where a list goes on behind this row, as the text that the parameter takes.
fn place(row: &Value) -> Option<Value> {
    let value = row.pointer("/sort/0").or_else(|| row.get("lastMessageDate"))?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(Value::String(text))
}

async fn items(desk: &Desk, rows: &[Value]) -> Vec<Value> {
    let users = match rows.iter().any(|row| text(row, "/assignedTo").is_some()) {
        true => desk.labels(Shelf::Users).await,
        false => std::sync::Arc::default(),
    };
    let item = |row: &Value| {
        let mut told = Map::new();
        put(&mut told, "id", text(row, "/id"));
        put(&mut told, "contact_id", text(row, "/contactId"));
        put(&mut told, "name", text(row, "/fullName").or(text(row, "/contactName")));
        put(&mut told, "channel", text(row, "/lastMessageType").map(channel));
        put(&mut told, "direction", text(row, "/lastMessageDirection"));
        put(&mut told, "last_message", text(row, "/lastMessageBody"));
        put(&mut told, "at", moment(&row["lastMessageDate"]));
        put(&mut told, "unread", row["unreadCount"].as_u64().filter(|unread| *unread > 0));
        put(&mut told, "owner", text(row, "/assignedTo").map(|id| label(&users, id)));
        Value::Object(told)
    };
    rows.iter().map(item).collect()
}
