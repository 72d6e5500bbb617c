//! `/conversations/messages/{id}`: read a message, an e-mail, the text of a call.

use serde::Serialize;
use serde_json::Value;

use super::super::declaration::operation;
use crate::{
    EmailMessageId, LocationId, MessageId,
    models::{Cancelled, Email, MessageReply, SentMessage, Transcription},
};

/// Reads a message.
#[derive(Clone, Debug, PartialEq)]
pub struct GetMessage {
    /// Which message.
    pub message_id: MessageId,
}

operation! {
    GetMessage = "conversations.get-message",
    Get "/conversations/messages/{id}" (id: message_id) => MessageReply,
    V2021_04_15 Read Some("conversations/message.readonly"),
}

/// Reads an e-mail with its body. `meta.email.messageIds` of a message names its e-mails.
#[derive(Clone, Debug, PartialEq)]
pub struct GetEmail {
    /// Which e-mail.
    pub email_message_id: EmailMessageId,
}

operation! {
    GetEmail = "conversations.get-email-by-id",
    Get "/conversations/messages/email/{id}" (id: email_message_id) => Email,
    V2021_04_15 Read Some("conversations/message.readonly"),
}

/// Reads what was said in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct GetTranscription {
    /// In which location.
    pub location_id: LocationId,
    /// The message of the call.
    pub message_id: MessageId,
}

operation! {
    GetTranscription = "conversations.get-message-transcription",
    Get "/conversations/locations/{locationId}/messages/{messageId}/transcription"
        (locationId: location_id, messageId: message_id) => Transcription,
    V2021_04_15 Read Some("conversations/message.readonly"),
}

/// Says how far a message got. Only the app that owns the provider may say it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateMessageStatus {
    /// Which message.
    #[serde(skip)]
    pub message_id: MessageId,
    /// `delivered`, `failed`, `pending` or `read`.
    pub status: String,
    /// What went wrong: `code`, `type` and `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    /// Which e-mail, where the message is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_message_id: Option<EmailMessageId>,
    /// Which recipients it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
}

operation! {
    UpdateMessageStatus = "conversations.update-message-status",
    Put "/conversations/messages/{messageId}/status" (messageId: message_id) => Option<SentMessage>,
    V2021_04_15 Write Some("conversations/message.write"),
    body json,
    const EMPTY_REPLY = true,
}

/// Cancels a message before it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct CancelScheduledMessage {
    /// Which message.
    pub message_id: MessageId,
}

operation! {
    CancelScheduledMessage = "conversations.cancel-scheduled-message",
    Delete "/conversations/messages/{messageId}/schedule" (messageId: message_id) => Cancelled,
    V2021_04_15 Write Some("conversations/message.write"),
}

/// Cancels an e-mail before it is sent. It takes the id of the e-mail, not of the message.
#[derive(Clone, Debug, PartialEq)]
pub struct CancelScheduledEmail {
    /// Which e-mail.
    pub email_message_id: EmailMessageId,
}

operation! {
    CancelScheduledEmail = "conversations.cancel-scheduled-email-message",
    Delete "/conversations/messages/email/{emailMessageId}/schedule"
        (emailMessageId: email_message_id) => Cancelled,
    V2021_04_15 Write Some("conversations/message.write"),
}
