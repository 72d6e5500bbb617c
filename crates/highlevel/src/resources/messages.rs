//! `/conversations/messages`: list those of a conversation, send, read one, record, export.

mod export;
mod recorded;
mod single;

use serde::Serialize;
use serde_json::{Map, Value};

use super::declaration::operation;
use crate::{
    ContactId, ConversationId, MessageId,
    models::{Message, MessagesReply, SentMessage},
    pages::{Paged, Turn},
};

pub use self::{
    export::ExportMessages,
    recorded::{AddExternalCall, AddInboundMessage},
    single::{
        CancelScheduledEmail, CancelScheduledMessage, GetEmail, GetMessage, GetTranscription,
        UpdateMessageStatus,
    },
};

/// Lists the messages of a conversation, in pages, the newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ListMessages {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// How many in a page.
    pub limit: u32,
    /// Where the page begins: the last message of the one before it.
    pub last_message_id: Option<MessageId>,
}

impl ListMessages {
    /// All messages of a conversation, 100 in a page.
    #[must_use]
    pub fn new(conversation_id: ConversationId) -> Self {
        Self { conversation_id, limit: 100, last_message_id: None }
    }
}

impl Paged for ListMessages {
    type Item = Message;

    fn turn(&self, reply: MessagesReply) -> Turn<Self> {
        let last = reply.last_message_id.filter(|_| reply.next_page);
        let next =
            last.map(|id| (id.to_string(), Self { last_message_id: Some(id), ..self.clone() }));
        // HighLevel says itself whether more follow, and may give fewer than asked.
        Turn::cursored(reply.messages, 0, next)
    }
}

operation! {
    ListMessages = "conversations.get-messages",
    Get "/conversations/{conversationId}/messages"
        (conversationId: conversation_id) => MessagesReply,
    V2021_04_15 Read Some("conversations/message.readonly"),
    query(limit: limit),
    optional(lastMessageId: last_message_id),
}

/// Sends a message to a contact. **It reaches a person.**
///
/// It is never repeated once it may have been sent: HighLevel has no idempotency key. A contact who
/// opted out is refused with [`crate::Kind::OptedOut`]. A success may have no body, for instance where
/// a custom provider is missing: the reply is then none, and nothing may have been sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    /// The channel: `SMS`, `Email`, `WhatsApp`, `IG`, `FB`, `Custom`, `Live_Chat`, `RCS` or `TIKTOK`.
    #[serde(rename = "type")]
    pub kind: String,
    /// To whom.
    pub contact_id: ContactId,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The body of an e-mail, which wins over the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The subject of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Addresses of files to send along.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// When to send it, in **seconds** since 1970; at once without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_timestamp: Option<i64>,
    /// Further members, sent as they are, such as `emailFrom` or `conversationProviderId`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl SendMessage {
    /// A text message.
    #[must_use]
    pub fn sms(contact_id: ContactId, message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..Self::empty("SMS", contact_id) }
    }

    /// An e-mail.
    #[must_use]
    pub fn email(contact_id: ContactId, subject: &str, html: &str) -> Self {
        let (subject, html) = (Some(subject.to_owned()), Some(html.to_owned()));
        Self { subject, html, ..Self::empty("Email", contact_id) }
    }

    /// A message of any channel without content.
    #[must_use]
    pub fn empty(kind: &str, contact_id: ContactId) -> Self {
        Self {
            kind: kind.to_owned(),
            contact_id,
            message: None,
            html: None,
            subject: None,
            attachments: Vec::new(),
            scheduled_timestamp: None,
            extra: Map::new(),
        }
    }
}

operation! {
    SendMessage = "conversations.send-a-new-message",
    Post "/conversations/messages" => Option<SentMessage>,
    V2021_04_15 Send Some("conversations/message.write"),
    body json,
    const EMPTY_REPLY = true,
}
