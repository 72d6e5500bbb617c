//! `GET /conversations/search`: conversations, those that moved last first.
//!
//! A page begins behind a moment, and several conversations can have moved in the same one. So a page
//! begins one millisecond before the last row of the page before it, and leaves out what that showed.

use domain::{Entity, Fields, ListPart, Upkeep};
use highlevel::RawCall;
use serde_json::{Map, Value, json};

use super::{
    messages::channel,
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

const PAGE: usize = 100;

pub(super) const CONVERSATIONS: Noun = Noun {
    part: ListPart { name: "conversations", entity: Entity::Conversation, upkeep: Upkeep::Since },
    ask,
    turn,
    fields,
    changed: &["dateUpdated", "lastMessageDate"],
    single: Single::ById(ById {
        operation: "conversations.get-conversation",
        id: "conversationId",
        location: &[],
        envelope: None,
        fields: Some(by_id),
    }),
};

fn ask(ask: &Ask<'_>) -> RawCall {
    let call = call("conversations.search-conversation")
        .with("locationId", ask.location)
        .with("limit", PAGE)
        .with("sort", "desc")
        .with("sortBy", "last_message_date");
    match ask.cursor.as_ref().and_then(|cursor| cursor["from"].as_i64()) {
        Some(from) => call.with("startAfterDate", from),
        None => call,
    }
}

fn turn(ask: &Ask<'_>, mut reply: Value) -> Turned {
    let total = reply.get("total").and_then(Value::as_u64);
    let mut rows = row::rows(&mut reply, "conversations");
    let is_full = rows.len() >= PAGE;
    let last = rows.last().and_then(moved);
    let same = rows.iter().filter(|one| moved(one) == last).filter_map(row::id);
    let same: Vec<String> = same.map(str::to_owned).collect();
    let shown = ask.cursor.as_ref().and_then(|cursor| cursor["shown"].as_array().cloned());
    let shown = shown.unwrap_or_default();
    rows.retain(|one| !shown.iter().any(|id| id.as_str() == row::id(one)));
    let is_old = last.zip(ask.since).is_some_and(|(last, since)| last < since.as_millisecond());
    let next = last.filter(|_| is_full && !is_old).map(|last| {
        // Where a whole page is of one moment, the next begins behind it.
        let from = if same.len() >= PAGE { last } else { last + 1 };
        json!({ "from": from, "shown": same })
    });
    Turned { rows, next, total }
}

/// When a conversation last moved, in milliseconds since 1970.
fn moved(row: &Value) -> Option<i64> {
    let named = row.pointer("/sort/0").and_then(Value::as_i64);
    named.or_else(|| row::moment(row.get("lastMessageDate")?).map(|at| at.as_millisecond()))
}

fn fields(conversation: &mut Map<String, Value>) -> Fields {
    let last = conversation.get("lastMessageType").and_then(Value::as_str).map(channel);
    let last = last.map(|last| ("last_message_channel".to_owned(), last));
    row::all([
        last.into_iter().collect(),
        row::moments(conversation, &[("lastMessageDate", "last_message_at")]),
        by_id(conversation),
    ])
}

/// Read by its id, a conversation says nothing of its last message.
fn by_id(conversation: &mut Map<String, Value>) -> Fields {
    row::mentioned(
        conversation,
        &[
            ("contactId", "contact_id"),
            ("inbox", "inbox"),
            ("lastMessageDirection", "last_message_direction"),
            ("starred", "starred"),
            ("unreadCount", "unread_count"),
        ],
    )
}
