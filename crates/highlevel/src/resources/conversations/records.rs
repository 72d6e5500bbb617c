//! `/conversations/{conversationId}`: read, create, change, delete.

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::declaration::operation;
use crate::{
    ContactId, ConversationId, LocationId,
    models::{Conversation, ConversationReply, Done, UpdatedConversation},
};

/// Reads a conversation. Its channel is a number here.
#[derive(Clone, Debug, PartialEq)]
pub struct GetConversation {
    /// Which conversation.
    pub conversation_id: ConversationId,
}

operation! {
    GetConversation = "conversations.get-conversation",
    Get "/conversations/{conversationId}" (conversationId: conversation_id) => Conversation,
    V2021_04_15 Read Some("conversations.readonly"),
}

/// Opens a conversation with a contact.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateConversation {
    /// In which location.
    pub location_id: LocationId,
    /// With whom.
    pub contact_id: ContactId,
}

operation! {
    CreateConversation = "conversations.create-conversation",
    Post "/conversations/" => ConversationReply,
    V2021_04_15 Write Some("conversations.write"),
    body json,
}

/// Marks a conversation as read or unread, or with a star; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateConversation {
    /// Which conversation.
    #[serde(skip)]
    pub conversation_id: ConversationId,
    /// In which location.
    pub location_id: LocationId,
    /// How many messages count as unread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<u64>,
    /// Whether it has a star.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starred: Option<bool>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl UpdateConversation {
    /// A change of nothing yet.
    #[must_use]
    pub fn new(conversation_id: ConversationId, location_id: LocationId) -> Self {
        Self { conversation_id, location_id, unread_count: None, starred: None, extra: Map::new() }
    }
}

operation! {
    UpdateConversation = "conversations.update-conversation",
    Put "/conversations/{conversationId}" (conversationId: conversation_id) => UpdatedConversation,
    V2021_04_15 Write Some("conversations.write"),
    body json,
}

/// Deletes a conversation with its messages.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteConversation {
    /// Which conversation.
    pub conversation_id: ConversationId,
}

operation! {
    DeleteConversation = "conversations.delete-conversation",
    Delete "/conversations/{conversationId}" (conversationId: conversation_id) => Done,
    V2021_04_15 Delete Some("conversations.write"),
}
