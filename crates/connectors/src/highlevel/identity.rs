//! What makes a delivery the same event when it comes again.
//!
//! The id is taken from the signed bytes, never from a header alone: a header is not signed, so
//! whoever repeats a captured body with a new header would otherwise make a new event of it. The
//! delivery's own id, which stays the same over retries, is a second identity beside it
//! (`facts/highlevel.md` 7.2). It counts together with the kind and the record, so that two events
//! which a vendor sent under one delivery id are still two: doubling an event is a nuisance, losing
//! one is not to be mended.
//!
//! Without a `webhookId` the bytes are the identity: for ever where they carry the event's time, and
//! within a window where they do not, since the same thing can then happen twice in the same words.

use domain::{Delivery, EventId, EventKind, RecordKey};
use highlevel::webhook::Envelope;
use jiff::SignedDuration;

use super::HighLevel;
use crate::identity::{Windowed, digest, within};

/// The header that names a delivery, in lower case.
const DELIVERY_HEADER: &str = "deliveryid";

/// How long equal bytes without an id and a time are one event: longer than HighLevel repeats what was
/// not taken, which it does for three days (`facts/highlevel.md` 7.2).
const REPEATS: SignedDuration = SignedDuration::from_hours(4 * 24);

/// The identity of an event, and a second one where it has it.
pub(super) struct Identity {
    pub(super) id: EventId,
    pub(super) alias: Option<EventId>,
}

/// The identity of an event of this kind about this record.
pub(super) fn of(
    delivery: &Delivery,
    envelope: &Envelope<'_>,
    kind: EventKind,
    record: Option<&RecordKey>,
) -> Identity {
    let of_delivery = of_delivery(delivery, kind, record);
    if let Some(webhook_id) = envelope.text("webhookId") {
        let id = digest(HighLevel::NAME, "webhook", webhook_id.as_bytes());
        return Identity { id, alias: of_delivery };
    }
    if envelope.text("timestamp").is_some() {
        return Identity { id: of_body(delivery), alias: of_delivery };
    }
    let Windowed { id, alias } =
        within(HighLevel::NAME, &delivery.body, delivery.received_at, REPEATS);
    Identity { id, alias: Some(of_delivery.unwrap_or(alias)) }
}

/// The identity of bytes that cannot be read.
pub(super) fn of_body(delivery: &Delivery) -> EventId {
    digest(HighLevel::NAME, "body", &delivery.body)
}

/// The identity of the delivery of this kind of event about this record, where it has an id.
fn of_delivery(
    delivery: &Delivery,
    kind: EventKind,
    record: Option<&RecordKey>,
) -> Option<EventId> {
    let id = delivery.header(DELIVERY_HEADER)?.trim();
    let record = record.map(ToString::to_string).unwrap_or_default();
    let value = format!("{id}\0{kind}\0{record}");
    (!id.is_empty()).then(|| digest(HighLevel::NAME, "delivery", value.as_bytes()))
}
