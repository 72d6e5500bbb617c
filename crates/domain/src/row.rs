//! A row: a record of a counterpart, as it was seen and as it is to be.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    BoxFuture, CorrelationId, Entity, Event, EventId, EventKind, Failure, Fields, Mapping, Origin,
    RecordKey, Tenant, Verb, ids::digest16,
};

/// What the name of a source of rows ends with: that of Notion is `notion.rows`.
pub const ROWS_SUFFIX: &str = ".rows";

/// A row as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The counterpart's id of it.
    pub id: String,
    /// The values of the mapped columns, by the names that the mapping gives them; null where it has
    /// none, left out where the counterpart does not tell.
    pub fields: Fields,
    /// When it was changed last, by the counterpart's clock.
    pub changed_at: Timestamp,
    /// The id of the CRM's record that the row itself says it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Whether the counterpart has it no more, or has it in its trash.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// A row as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct RowWrite {
    /// Which row; none where it is to be made.
    pub row: Option<String>,
    /// The CRM's record that it belongs to.
    pub record: RecordKey,
    /// The account that the record is in, such as a HighLevel location.
    pub account: Option<String>,
    /// The columns that change, by the names that the mapping gives them; null clears. For a new row
    /// all that have a value.
    pub fields: Fields,
    /// When the row was changed last, by the counterpart's clock and as far as is known: a counterpart
    /// that has changed it since can refuse the write. None where the row is to be made.
    pub seen_at: Option<Timestamp>,
    /// What the write is called in logs and calls.
    pub correlation: CorrelationId,
    /// When it was decided.
    pub now: Timestamp,
}

/// What became of a row that was offered.
#[derive(Clone, Debug, PartialEq)]
pub enum Offered {
    /// It is so now.
    Taken(Row),
    /// The counterpart changed it after [`RowWrite::seen_at`], and did not take the write. What it is like
    /// now stands here, or comes in as the counterpart tells it.
    Changed(Option<Row>),
}

/// Keeps rows: the other side of a mapping. It holds the vendor's client, and with it the budget.
///
/// Whoever calls it writes down first that it is about to make a row, and asks [`Self::find`] before
/// it does so again.
pub trait Counterpart: Send + Sync {
    /// The vendor's name, such as `notion`.
    fn vendor(&self) -> &'static str;

    /// The row of a record that may have been made before; none where there is none.
    fn find<'a>(
        &'a self,
        mapping: &'a Mapping,
        record: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Row>, Failure>>;

    /// Makes or changes a row, and gives it as it is then: where the counterpart keeps a value in
    /// another spelling, in that spelling. A row that is gone is given as gone, and not made again.
    fn put<'a>(
        &'a self,
        mapping: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Row, Failure>>;

    /// The same, unless the row was changed after [`RowWrite::seen_at`]. Most counterparts cannot tell.
    fn offer<'a>(
        &'a self,
        mapping: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Offered, Failure>> {
        Box::pin(async move { self.put(mapping, write).await.map(Offered::Taken) })
    }

    /// Waits until a write has its turn, at the pace that the vendor's limit allows; whether it had to wait:
    /// what was read before is old then. Whoever has a turn and does not write wastes it.
    fn turn<'a>(&'a self, _mapping: &'a Mapping) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    /// Removes a row, in the way that can be taken back where the vendor has one. One that is gone
    /// already is no failure.
    fn remove<'a>(
        &'a self,
        mapping: &'a Mapping,
        row: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>>;
}

/// The body of a row's event.
#[derive(Serialize, Deserialize)]
struct Body {
    mapping: String,
    row: Row,
}

impl Row {
    /// The longest id that an application may give a row, in characters.
    pub const LONGEST_ID: usize = 128;

    /// Whether a text can be an application's id of a row: it stands in paths and lists.
    #[must_use]
    pub fn is_id(text: &str) -> bool {
        let is_plain = |it: char| !it.is_control() && !it.is_whitespace() && it != '/';
        let length = text.chars().count();
        (1..=Self::LONGEST_ID).contains(&length) && text.chars().all(is_plain)
    }

    /// The event that tells that a row is like this now. The same row with the same values and time is
    /// one event.
    #[must_use]
    pub fn into_event(self, mapping: &Mapping, entity: Entity, read_at: Timestamp) -> Event {
        let (id, changed_at) = (self.id.clone(), self.changed_at);
        let verb = if self.gone { Verb::Deleted } else { Verb::Updated };
        let body = Body { mapping: mapping.name.clone(), row: self };
        let body = serde_json::to_vec(&body).expect("fields have text keys only");
        let tenant = Tenant {
            organization: mapping.tenant.organization.clone(),
            connection: mapping.counterpart.clone(),
        };
        let organization = tenant.organization.as_str().as_bytes();
        let event = EventId::from_bytes(digest16(&[organization, b"row", &body]));
        Event {
            id: event,
            alias: None,
            source: format!("{}{ROWS_SUFFIX}", mapping.vendor),
            origin: Origin::Row,
            tenant: Some(tenant),
            kind: EventKind { entity, verb },
            vendor_type: None,
            record: Some(RecordKey::new(entity, id)),
            account: None,
            webhook_id: None,
            correlation: CorrelationId::of(&event),
            occurred_at: changed_at,
            received_at: read_at,
            body: Bytes::from(body),
        }
    }

    /// The mapping and the row that an event tells of; none where it is no event of a row.
    #[must_use]
    pub fn of(event: &Event) -> Option<(String, Self)> {
        if event.origin != Origin::Row || !event.source.ends_with(ROWS_SUFFIX) {
            return None;
        }
        let body: Body = serde_json::from_slice(&event.body).ok()?;
        Some((body.mapping, body.row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_an_application_stands_in_a_path() {
        let long = "a".repeat(129);
        for (text, is_one) in [
            ("77", true),
            ("kunde-ä:7", true),
            ("", false),
            ("a/b", false),
            ("a b", false),
            (&long, false),
        ] {
            assert_eq!(Row::is_id(text), is_one, "{text}");
        }
    }
}
