//! What makes a delivery the same event when it comes again.
//!
//! The id is taken from the signed bytes, never from a header alone: a header is not signed, so
//! whoever repeats a captured body with a new header would otherwise make a new event of it. The
//! delivery's own id, which stays the same over retries, is a second identity beside it
//! (`facts/highlevel.md` 7.2). It counts together with the kind and the record, so that two events
//! which a vendor sent under one delivery id are still two: doubling an event is a nuisance, losing
//! one is not to be mended.

use aws_lc_rs::digest::{Context, SHA256};
use domain::{Delivery, EventId, EventKind, RecordKey};

/// The header that names a delivery, in lower case.
const DELIVERY_HEADER: &str = "deliveryid";

/// The identity of an event that has a `webhookId`.
pub(super) fn of_webhook(webhook_id: &str) -> EventId {
    digest("webhook", webhook_id.as_bytes())
}

/// The identity of an event that has none: its bytes.
pub(super) fn of_body(body: &[u8]) -> EventId {
    digest("body", body)
}

/// The identity of the delivery of this kind of event about this record, where it has an id.
pub(super) fn of_delivery(
    delivery: &Delivery,
    kind: EventKind,
    record: Option<&RecordKey>,
) -> Option<EventId> {
    let id = delivery.header(DELIVERY_HEADER)?.trim();
    let record = record.map(ToString::to_string).unwrap_or_default();
    (!id.is_empty()).then(|| digest("delivery", format!("{id}\0{kind}\0{record}").as_bytes()))
}

fn digest(space: &str, value: &[u8]) -> EventId {
    let mut context = Context::new(&SHA256);
    for part in [super::HighLevel::NAME.as_bytes(), b"\0", space.as_bytes(), b"\0", value] {
        context.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&context.finish().as_ref()[..16]);
    EventId::from_bytes(bytes)
}
