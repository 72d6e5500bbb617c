//! `GET /conversations/messages/export`: messages, the oldest first, and after them the e-mails.
//!
//! The export leaves e-mail out unless it is asked for it alone, and has no texts of e-mails
//! (`facts/highlevel.md` 6.2): what a row does not mention, it does not say to be empty.

use domain::{Entity, Fields, ListPart, Upkeep};
use highlevel::RawCall;
use serde_json::{Map, Value, json};

use super::{
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

const PAGE: u64 = 500;

pub(super) const MESSAGES: Noun = Noun {
    part: ListPart { name: "messages", entity: Entity::Message, upkeep: Upkeep::Since },
    ask,
    turn,
    fields,
    changed: &["dateUpdated", "dateAdded"],
    single: Single::ById(ById {
        operation: "conversations.get-message",
        id: "id",
        location: &[],
        envelope: Some("message"),
        fields: None,
    }),
};

/// The channels as answers name them, and as events do (`facts/highlevel.md` 6.2).
const CHANNELS: [(&str, &str); 14] = [
    ("TYPE_CALL", "CALL"),
    ("TYPE_CAMPAIGN_CALL", "CALL"),
    ("TYPE_CAMPAIGN_VOICEMAIL", "VoiceMail"),
    ("TYPE_CUSTOM_SMS", "Custom"),
    ("TYPE_EMAIL", "Email"),
    ("TYPE_FACEBOOK", "FB"),
    ("TYPE_INSTAGRAM", "IG"),
    ("TYPE_IVR_CALL", "CALL"),
    ("TYPE_LIVE_CHAT", "Live_Chat"),
    ("TYPE_PHONE", "SMS"),
    ("TYPE_REVIEW", "Review"),
    ("TYPE_SMS", "SMS"),
    ("TYPE_WEBCHAT", "WebChat"),
    ("TYPE_WHATSAPP", "WhatsApp"),
];

/// A channel under the name that events have for it.
pub(super) fn channel(read: &str) -> Value {
    let known = CHANNELS.iter().find(|(name, _)| *name == read).map(|(_, told)| *told);
    known.or_else(|| read.strip_prefix("TYPE_")).unwrap_or(read).into()
}

fn ask(ask: &Ask<'_>) -> RawCall {
    let cursor = ask.cursor.clone().unwrap_or_default();
    let since = ask.since.map(|since| since.to_string());
    let email = cursor["email"].as_bool().unwrap_or(false).then_some("Email");
    call("conversations.export-messages-by-location")
        .with("locationId", ask.location)
        .with("limit", PAGE)
        .with("sortBy", "createdAt")
        .with("sortOrder", "asc")
        .with("channel", email)
        .with("startDate", since)
        .with("cursor", cursor["after"].clone())
}

fn turn(ask: &Ask<'_>, mut reply: Value) -> Turned {
    let is_email = ask.cursor.as_ref().is_some_and(|cursor| cursor["email"] == true);
    let rows = row::rows(&mut reply, "messages");
    let after = reply
        .get("nextCursor")
        .filter(|after| !rows.is_empty() && after.as_str().is_some_and(|text| !text.is_empty()));
    let next = match (after, is_email) {
        (Some(after), _) => Some(json!({ "email": is_email, "after": after })),
        (None, false) => Some(json!({ "email": true })),
        (None, true) => None,
    };
    Turned { rows, next, total: None }
}

fn fields(message: &mut Map<String, Value>) -> Fields {
    let read = message.get("messageType").and_then(Value::as_str).map(channel);
    let read = read.map(|read| ("channel".to_owned(), read));
    let call = message.get("meta").and_then(|meta| meta.get("call")).cloned().unwrap_or_default();
    let call = [("call_seconds", "duration"), ("call_status", "status")]
        .into_iter()
        .filter_map(|(ours, theirs)| Some((ours.to_owned(), call.get(theirs)?.clone())));
    row::all([
        read.into_iter().chain(call).collect(),
        row::mentioned(
            message,
            &[
                ("attachments", "attachments"),
                ("body", "body"),
                ("contactId", "contact_id"),
                ("conversationId", "conversation_id"),
                ("conversationProviderId", "provider_id"),
                ("direction", "direction"),
                ("from", "from"),
                ("source", "source"),
                ("status", "status"),
                ("subject", "subject"),
                ("to", "to"),
                ("userId", "user_id"),
            ],
        ),
        row::moments(message, &[("dateAdded", "created_at")]),
    ])
}
