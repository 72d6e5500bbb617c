//! A message: a text, an e-mail, a call, or something that happened.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use crate::{ContactId, ConversationId, LocationId, MessageId, UserId};

/// A message. Bodies of e-mails are left out; `meta.email.messageIds` names them
/// (`facts/highlevel.md` 6.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its kind, such as `TYPE_SMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// The same as a number.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Value>,
    /// `inbound` or `outbound`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// How far it got, such as `delivered` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Addresses of files; often left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<String>>,
    /// Whom it is with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The conversation that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// Who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What sent it, such as `workflow` or `api`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// More about calls and e-mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Value>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The reply to sending a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentMessage {
    /// The conversation that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The id of the e-mail, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_message_id: Option<String>,
    /// The ids of all messages, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_ids: Option<Vec<MessageId>>,
    /// What HighLevel says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<String>,
    /// How far it got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One part of the messages of a conversation, the newest first.
///
/// The specification has the three members at the top; HighLevel nests them under `messages`
/// (`facts/highlevel.md` 6.2). Reading takes either.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "MessagesShape")]
pub struct MessagesReply {
    /// The messages.
    pub messages: Vec<Message>,
    /// Where the next part begins: the last message of this one.
    pub last_message_id: Option<MessageId>,
    /// Whether another part follows.
    pub next_page: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlatMessages {
    messages: Vec<Message>,
    last_message_id: Option<MessageId>,
    #[serde(default)]
    next_page: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum MessagesShape {
    Flat(FlatMessages),
    Nested { messages: FlatMessages },
}

impl From<MessagesShape> for MessagesReply {
    fn from(shape: MessagesShape) -> Self {
        let (MessagesShape::Flat(flat) | MessagesShape::Nested { messages: flat }) = shape;
        Self {
            messages: flat.messages,
            last_message_id: flat.last_message_id,
            next_page: flat.next_page,
        }
    }
}

/// One page of the messages of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportReply {
    /// The messages.
    pub messages: Vec<Message>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How many there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One message. The specification has it bare, HighLevel puts it under `message`
/// (`facts/highlevel.md` 6.2); reading takes either.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "MessageShape")]
pub struct MessageReply {
    /// The message.
    pub message: Message,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum MessageShape {
    Nested { message: Box<Message> },
    Flat(Box<Message>),
}

impl From<MessageShape> for MessageReply {
    fn from(shape: MessageShape) -> Self {
        let (MessageShape::Nested { message } | MessageShape::Flat(message)) = shape;
        Self { message: *message }
    }
}
