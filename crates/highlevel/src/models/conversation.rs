//! A conversation: the thread of messages with one contact.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use crate::{ContactId, ConversationId, LocationId, UserId};

/// A conversation (`facts/highlevel.md` 6.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Whom it is with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// The channel: a text such as `TYPE_PHONE` in rows of a search, a number elsewhere.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Value>,
    /// How many messages nobody has read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<u64>,
    /// The contact's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The contact's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The contact's phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// The last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_body: Option<String>,
    /// Its kind, such as `TYPE_SMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_type: Option<String>,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_date: Option<Moment>,
    /// `inbound` or `outbound`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_direction: Option<String>,
    /// Where a search goes on after this row; rows of a search only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Vec<Value>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Conversation {
    /// What a search by date is sorted by, in milliseconds since 1970: the value that HighLevel
    /// names, or the date of the last message.
    #[must_use]
    pub fn sort_value(&self) -> Option<i64> {
        let named = self.sort.iter().flatten().next().and_then(Value::as_i64);
        let last = self.last_message_date.as_ref().and_then(Moment::timestamp);
        named.or_else(|| last.map(jiff::Timestamp::as_millisecond))
    }
}

/// One conversation after a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationReply {
    /// Whether it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// The conversation.
    pub conversation: Conversation,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to a change of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedConversation {
    /// Whether it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<bool>,
    /// The conversation, which may lack its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Map<String, Value>>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
