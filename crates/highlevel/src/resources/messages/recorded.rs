//! `/conversations/messages/inbound` and `/outbound`: record what passed elsewhere.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::declaration::operation;
use crate::{
    ContactId, ConversationId, ProviderId,
    models::{Call, RecordedMessage},
};

/// Records a message that came in by a channel of one's own. It may start automations.
///
/// Where the provider is missing, a success has no body and nothing was recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddInboundMessage {
    /// The channel, such as `SMS`, `Email`, `Custom` or `Call`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `inbound` or `outbound`. HighLevel takes a missing one as `outbound`, even here.
    pub direction: String,
    /// In which conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// From whom, where no conversation is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The provider of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_provider_id: Option<ProviderId>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The body of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The subject of an e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Addresses of files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// The id that the message has elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_id: Option<String>,
    /// When it came in: ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The call, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Further members, sent as they are, such as `emailFrom` or `emailTo`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

operation! {
    AddInboundMessage = "conversations.add-an-inbound-message",
    Post "/conversations/messages/inbound" => Option<RecordedMessage>,
    V2021_04_15 Write Some("conversations/message.write"),
    body json,
    const EMPTY_REPLY = true,
}

/// Records a call that was made elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddExternalCall {
    /// `Call`: HighLevel takes nothing else here.
    #[serde(rename = "type")]
    pub kind: String,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The provider of the channel.
    pub conversation_provider_id: ProviderId,
    /// Addresses of files, such as a recording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<String>,
    /// The id that the call has elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_id: Option<String>,
    /// When it was made: ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
}

operation! {
    AddExternalCall = "conversations.add-an-outbound-message",
    Post "/conversations/messages/outbound" => Option<RecordedMessage>,
    V2021_04_15 Write Some("conversations/message.write"),
    body json,
    const EMPTY_REPLY = true,
}
