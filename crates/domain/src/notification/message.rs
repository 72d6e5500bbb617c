//! The message: what the body of a notification says, in words that no vendor chose.
//!
//! `{"type": "contact.updated", "timestamp": "…", "data": {…}}`. A field is only ever added; what
//! changes its meaning is another [`MessageData::version`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    Applied, ConnectionId, CorrelationId, EventId, FieldChange, Fields, OrganizationId, Origin,
    RecordKey, SubscriptionId,
};

/// The longest body, in bytes: what would be longer leaves out its largest values, and says so.
pub const LONGEST_MESSAGE: usize = 256 * 1024;

/// The version that this hub writes.
pub const MESSAGE_VERSION: u32 = 1;

/// The type of the message that only says that messages arrive.
pub const TEST_MESSAGE: &str = "webhook.test";

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message<D> {
    /// What happened to what, such as `contact.updated`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, as far as the vendor says.
    pub timestamp: Timestamp,
    /// What is told.
    pub data: D,
}

/// What is told of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageData {
    /// The version of this form: 1.
    pub version: u32,
    /// The event; the same in every repetition.
    pub event: EventId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The connection that it came by.
    pub connection: ConnectionId,
    /// The vendor that told it.
    pub source: String,
    /// The vendor's account, such as a location.
    pub account: Option<String>,
    /// How it came in: `webhook` where the vendor signed it, `keyed` where a key's holder sent it.
    pub origin: Origin,
    /// What the delivery is called in the hub's logs and calls.
    pub correlation: CorrelationId,
    /// The record that it is about.
    pub record: Option<RecordKey>,
    /// What it made of the hub's copy of the record; none where it says nothing of one. `stale` came
    /// late: something newer is known, and nothing changed.
    pub applied: Option<Applied>,
    /// The fields that changed, each before and after.
    pub changes: BTreeMap<String, FieldChange>,
    /// The record's fields as the hub knows them now; null where it knows no such record.
    pub fields: Option<Fields>,
    /// When the vendor deleted the record, where it did.
    pub deleted_at: Option<Timestamp>,
    /// Whether values were left out because the message would have been too long.
    pub truncated: bool,
    /// The names of the values that were left out, such as `fields.body`.
    pub left_out: Vec<String>,
}

/// What is told in a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestData {
    /// The version of this form: 1.
    pub version: u32,
    /// The subscription that is tested.
    pub subscription: SubscriptionId,
    /// Whose it is.
    pub organization: OrganizationId,
}
