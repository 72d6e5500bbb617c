//! A snapshot: what the hub itself read of a record, as an event.
//!
//! Vendors push what changes; what was lost on the way is found by reading lists and comparing them
//! with the mirror. What differs comes in through the journal like everything else, so the path that
//! repairs is the path that is always walked. Our own writes come in the same way, from the reply, so
//! that the mirror knows of them before the vendor's webhook tells it.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CorrelationId, Event, EventId, EventKind, Fields, Origin, RecordKey, RecordUpdate, Tenant,
    Verb, ids::digest16,
};

/// What the name of a snapshot's source ends with: that of HighLevel is `highlevel.snapshot`.
pub const SNAPSHOT_SUFFIX: &str = ".snapshot";

/// What was read of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Whose record it is.
    pub tenant: Tenant,
    /// The vendor that keeps it, such as `highlevel`.
    pub vendor: String,
    /// The vendor's account, such as a HighLevel location.
    pub account: Option<String>,
    /// Why it was read: [`Origin::Backfill`], [`Origin::Reconcile`] or [`Origin::Written`].
    pub origin: Origin,
    /// Which record.
    pub key: RecordKey,
    /// Its values in the hub's words: null where it is known to have none, left out where nothing was
    /// told of it.
    pub fields: Fields,
    /// Whether the vendor has it no more.
    pub gone: bool,
    /// When the vendor changed it last, where the vendor says so; otherwise when it was read.
    pub occurred_at: Timestamp,
    /// The event that made the row with which it was compared; none where there was no row. It counts
    /// for what was read in a list: a row that something else has changed since knows better.
    pub found: Option<EventId>,
    /// When the reading began, by the hub's clock.
    pub read_at: Timestamp,
}

/// The body of a snapshot's event.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    found: Option<EventId>,
    fields: Fields,
}

impl Snapshot {
    /// The event that tells it.
    ///
    /// Its id follows from what was compared with what: telling the same difference twice is one event,
    /// and the same content after something else is another.
    #[must_use]
    pub fn into_event(self) -> Event {
        let body = Body { gone: self.gone, found: self.found, fields: self.fields };
        let body = serde_json::to_vec(&body).expect("fields have text keys only");
        let read_at = self.read_at.as_microsecond().to_be_bytes();
        let moment: &[u8] = match self.origin {
            // Each write is its own, also where it says what an earlier one said.
            Origin::Written => &read_at,
            _ => &[],
        };
        let key = self.key.to_string();
        let id = EventId::from_bytes(digest16(&[
            self.tenant.organization.as_str().as_bytes(),
            self.tenant.connection.as_str().as_bytes(),
            self.vendor.as_bytes(),
            key.as_bytes(),
            self.origin.name().as_bytes(),
            moment,
            &body,
        ]));
        let verb = match (self.gone, self.found) {
            (true, _) => Verb::Deleted,
            (false, None) if self.origin != Origin::Written => Verb::Created,
            (false, _) => Verb::Updated,
        };
        Event {
            id,
            alias: None,
            source: format!("{}{SNAPSHOT_SUFFIX}", self.vendor),
            origin: self.origin,
            tenant: Some(self.tenant),
            kind: EventKind { entity: self.key.entity, verb },
            vendor_type: None,
            record: Some(self.key),
            account: self.account,
            webhook_id: None,
            correlation: CorrelationId::of(&id),
            occurred_at: self.occurred_at,
            received_at: self.read_at,
            body: Bytes::from(body),
        }
    }

    /// What a snapshot's event says of its record.
    ///
    /// # Errors
    /// A sentence where the event is none of a snapshot.
    pub fn updates(event: &Event) -> Result<Vec<RecordUpdate>, String> {
        let Some(key) = event.record.clone() else { return Err("it names no record".to_owned()) };
        let body: Body = serde_json::from_slice(&event.body)
            .map_err(|problem| format!("its body is no snapshot: {problem}"))?;
        let update = match body.gone {
            true => RecordUpdate::Remove(key, body.fields),
            false => RecordUpdate::Set(key, body.fields),
        };
        Ok(vec![match event.origin {
            Origin::Backfill | Origin::Reconcile => {
                RecordUpdate::Compared { found: body.found, update: Box::new(update) }
            }
            _ => update,
        }])
    }

    /// The values that a snapshot's event brings; nothing where it is none.
    #[must_use]
    pub fn fields(event: &Event) -> Fields {
        serde_json::from_slice::<Body>(&event.body).map(|body| body.fields).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        Entity,
        contract::sample::{at, event_id, tenant},
    };

    fn snapshot(origin: Origin) -> Snapshot {
        Snapshot {
            tenant: tenant("alpha"),
            vendor: "highlevel".to_owned(),
            account: Some("location-1".to_owned()),
            origin,
            key: RecordKey::new(Entity::Contact, "c1"),
            fields: [
                ("email".to_owned(), json!("a@example.com")),
                ("phone".to_owned(), json!(null)),
            ]
            .into(),
            gone: false,
            occurred_at: at(1),
            found: Some(event_id(7)),
            read_at: at(2),
        }
    }

    #[test]
    fn the_same_difference_is_one_event_and_another_base_another() {
        let first = snapshot(Origin::Reconcile).into_event();
        let again = Snapshot { read_at: at(90), ..snapshot(Origin::Reconcile) }.into_event();
        assert_eq!(first.id, again.id);
        let based = Snapshot { found: Some(event_id(8)), ..snapshot(Origin::Reconcile) };
        let other = Snapshot { tenant: tenant("beta"), ..snapshot(Origin::Reconcile) };
        assert_ne!(first.id, based.into_event().id);
        assert_ne!(first.id, other.into_event().id);
        let written = snapshot(Origin::Written).into_event();
        let later = Snapshot { read_at: at(90), ..snapshot(Origin::Written) }.into_event();
        assert_ne!(written.id, later.id, "each write is its own");
    }

    #[test]
    fn what_was_compared_says_with_what() {
        let event = snapshot(Origin::Backfill).into_event();
        assert_eq!(event.kind.to_string(), "contact.updated");
        let updates = Snapshot::updates(&event).unwrap();
        let [RecordUpdate::Compared { found, update }] = &updates[..] else {
            panic!("{updates:?}")
        };
        assert_eq!(*found, Some(event_id(7)));
        assert_eq!(
            **update,
            RecordUpdate::Set(snapshot(Origin::Backfill).key, Snapshot::fields(&event))
        );
        let gone = Snapshot { gone: true, ..snapshot(Origin::Written) }.into_event();
        assert_eq!(gone.kind.verb, Verb::Deleted);
        assert!(matches!(&Snapshot::updates(&gone).unwrap()[..], [RecordUpdate::Remove(..)]));
    }
}
