//! `/conversations`: search, read, create, change, delete.

mod records;

use super::declaration::operation;
use crate::{
    ContactId, LocationId, UserId,
    models::{Conversation, ConversationsReply},
    pages::{Paged, Turn},
};

pub use self::records::{
    CreateConversation, DeleteConversation, GetConversation, UpdateConversation,
};

/// Finds conversations, in pages, the latest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchConversations {
    /// In which location.
    pub location_id: LocationId,
    /// With which contact.
    pub contact_id: Option<ContactId>,
    /// Whom somebody looks after.
    pub assigned_to: Option<UserId>,
    /// Words to look for.
    pub query: Option<String>,
    /// `all`, `read`, `unread`, `starred` or `recents`.
    pub status: Option<String>,
    /// How many in a page.
    pub limit: u32,
    /// Where the page begins: the date of the row before it, in milliseconds since 1970.
    pub start_after_date: Option<i64>,
}

impl SearchConversations {
    /// All conversations of a location, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            contact_id: None,
            assigned_to: None,
            query: None,
            status: None,
            limit: 100,
            start_after_date: None,
        }
    }
}

impl Paged for SearchConversations {
    type Item = Conversation;

    fn turn(&self, reply: ConversationsReply) -> Turn<Self> {
        let last = reply.conversations.last().and_then(Conversation::sort_value);
        let next = last
            .map(|date| (date.to_string(), Self { start_after_date: Some(date), ..self.clone() }));
        Turn::cursored(reply.conversations, self.limit, next)
    }
}

operation! {
    SearchConversations = "conversations.search-conversation",
    Get "/conversations/search" => ConversationsReply,
    V2021_04_15 Read Some("conversations.readonly"),
    query(locationId: location_id, limit: limit),
    optional(
        contactId: contact_id, assignedTo: assigned_to, query: query,
        status: status, startAfterDate: start_after_date
    ),
}
