//! `/conversations`: search.

mod records;

use endpoint::{Endpoint, Method};

use crate::{
    ContactId, Effect, HighLevelEndpoint, LocationId, UserId, Version,
    models::{Conversation, ConversationsReply},
    operation::add,
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

impl Endpoint for SearchConversations {
    const NAME: &'static str = "conversations.search-conversation";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/conversations/search";
    type Response = ConversationsReply;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query =
            vec![("locationId", self.location_id.to_string()), ("limit", self.limit.to_string())];
        add(&mut query, "contactId", self.contact_id.as_ref());
        add(&mut query, "assignedTo", self.assigned_to.as_ref());
        add(&mut query, "query", self.query.as_ref());
        add(&mut query, "status", self.status.as_ref());
        add(&mut query, "startAfterDate", self.start_after_date.as_ref());
        query
    }
}

impl HighLevelEndpoint for SearchConversations {
    const VERSION: Version = Version::V2021_04_15;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("conversations.readonly");
}
