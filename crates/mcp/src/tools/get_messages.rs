//! `get_messages`: the messages of a conversation or with a contact, or one of them by its id.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    find_contacts::said,
    messages::messages,
    rows::{Rows, limit, listed, text},
};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// The members whose words strangers wrote.
const UNTRUSTED: [&str; 4] =
    ["/items/*/text", "/items/*/subject", "/items/*/from", "/items/*/attachments"];

/// Reads messages.
pub(crate) struct GetMessages;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// one of these three; a contact by id, e-mail, phone or whole name
    contact: Option<String>,
    conversation: Option<String>,
    message: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

impl TypedTool for GetMessages {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "get_messages";
    const ABOUT: &'static str = "Reads the messages of a conversation, the newest first, or one.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = limit(input.limit, 20, 100)?;
        let asked = (said(&input.contact), said(&input.conversation), said(&input.message));
        let rows = match asked {
            (None, None, Some(message)) => one(desk, &message).await?,
            (None, Some(id), None) => list(desk, &id, (limit, said(&input.cursor))).await?,
            (Some(contact), None, None) => match conversation(desk, &contact).await? {
                Some(id) => list(desk, &id, (limit, said(&input.cursor))).await?,
                None => Rows::default(),
            },
            _ => {
                return Err(ToolError::argument(
                    "which messages are meant is not said by one value",
                    "give one of `contact`, `conversation` and `message`",
                ));
            }
        };
        Ok(Act::Answer(Answer::of(&rows)?.untrusted(&UNTRUSTED)))
    }
}

/// The conversation with a contact, who has one at most.
async fn conversation(desk: &Desk, contact: &str) -> Result<Option<String>, ToolError> {
    let (id, _) = desk.contact(contact).await?;
    let call = desk
        .raw("conversations.search-conversation")?
        .with("locationId", desk.place().location.to_string())
        .with("contactId", id)
        .with("limit", 1);
    let reply = desk.read(call).await?.into_json();
    let found = listed(&reply, "conversations").first();
    Ok(found.and_then(|row| text(row, "/id")).map(str::to_owned))
}

/// A page of a conversation. Live answers nest it once more than the specification says
/// (`facts/highlevel.md` 6.2).
async fn list(
    desk: &Desk,
    id: &str,
    (limit, after): (u32, Option<String>),
) -> Result<Rows, ToolError> {
    let call = desk
        .raw("conversations.get-messages")?
        .with("conversationId", id)
        .with("limit", limit)
        .with("lastMessageId", after);
    let reply = desk.read(call).await?.into_json();
    let page = match &reply["messages"] {
        nested @ Value::Object(_) => nested,
        _ => &reply,
    };
    let items = messages(desk, listed(page, "messages")).await?;
    let next = text(page, "/lastMessageId").filter(|_| page["nextPage"] == true);
    Ok(Rows { next_cursor: next.map(str::to_owned), ..Rows::whole(items) })
}

async fn one(desk: &Desk, id: &str) -> Result<Rows, ToolError> {
    let reply = desk.read(desk.raw("conversations.get-message")?.with("id", id)).await?.into_json();
    let row = reply.get("message").unwrap_or(&reply);
    let row = desk.own(row).ok_or_else(|| {
        ToolError::new("not_found", "there is no such message", "look for it with get_messages")
    })?;
    Ok(Rows::whole(messages(desk, std::slice::from_ref(row)).await?))
}
