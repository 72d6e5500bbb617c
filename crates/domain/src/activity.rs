//! An activity entry: one line of the log that tells people what happened in their CRM.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::EventId;

/// One line of the activity log. Its eight values are the columns that users of such logs know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityEntry {
    /// The event that it tells.
    pub event: EventId,
    /// "Entity Name": the name that people know the record by.
    pub entity_name: String,
    /// "Event Type": what happened, such as `Contact Created`.
    pub event_type: String,
    /// "GHL Entity": the kind of record.
    pub entity: String,
    /// "GHL Record ID": the vendor's id; empty where the event is about no record.
    pub record_id: String,
    /// "Action": created, updated, deleted, …
    pub action: String,
    /// "Timestamp": when it happened.
    pub occurred_at: Timestamp,
    /// "GHL Link": where to look at it in the CRM.
    pub link: Option<String>,
    /// "Details": what changed, in a few lines.
    pub details: String,
}
