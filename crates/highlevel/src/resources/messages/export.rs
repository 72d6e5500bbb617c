//! `/conversations/messages/export`: all messages of a location.

use super::super::declaration::operation;
use crate::{
    ContactId, ConversationId, LocationId,
    models::{ExportReply, Message},
    pages::{Paged, Turn},
};

/// Reads all messages of a location, in pages.
///
/// **Without [`Self::channel`] e-mail is left out**: ask once without, and once for `Email`
/// (`facts/highlevel.md` 6.2).
#[derive(Clone, Debug, PartialEq)]
pub struct ExportMessages {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 500.
    pub limit: u32,
    /// Where the page begins: the cursor of the one before it.
    pub cursor: Option<String>,
    /// In which conversation.
    pub conversation_id: Option<ConversationId>,
    /// With whom.
    pub contact_id: Option<ContactId>,
    /// By which channel, such as `SMS` or `Email`.
    pub channel: Option<String>,
    /// Sent at this time or later.
    pub start_date: Option<String>,
    /// Sent at this time or earlier.
    pub end_date: Option<String>,
    /// By what to sort.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
}

impl ExportMessages {
    /// All messages of a location but e-mail, 500 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 500,
            cursor: None,
            conversation_id: None,
            contact_id: None,
            channel: None,
            start_date: None,
            end_date: None,
            sort_by: None,
            sort_order: None,
        }
    }
}

operation! {
    ExportMessages = "conversations.export-messages-by-location",
    Get "/conversations/messages/export" => ExportReply,
    V2021_04_15 Read Some("conversations/message.readonly"),
    query(locationId: location_id, limit: limit),
    optional(
        cursor: cursor, conversationId: conversation_id, contactId: contact_id, channel: channel,
        startDate: start_date, endDate: end_date, sortBy: sort_by, sortOrder: sort_order
    ),
}

impl Paged for ExportMessages {
    type Item = Message;

    fn turn(&self, reply: ExportReply) -> Turn<Self> {
        let cursor = reply.next_cursor.filter(|cursor| !cursor.is_empty());
        let next =
            cursor.map(|cursor| (cursor.clone(), Self { cursor: Some(cursor), ..self.clone() }));
        // The cursor alone says whether more follow.
        Turn::cursored(reply.messages, 0, next)
    }
}
