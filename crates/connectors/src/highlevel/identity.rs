//! What makes a delivery the same event when it comes again.
//!
//! The id is taken from the signed bytes, never from a header alone: a header is not signed, so
//! whoever repeats a captured body with a new header would otherwise make a new event of it. The
//! delivery's own id, which stays the same over retries, is a second identity beside it
//! (`facts/highlevel.md` 7.2).

use aws_lc_rs::digest::{Context, SHA256};
use domain::{Delivery, EventId};

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

/// The identity of the delivery, where it has an id.
pub(super) fn of_delivery(delivery: &Delivery) -> Option<EventId> {
    let id = delivery.header(DELIVERY_HEADER)?.trim();
    (!id.is_empty()).then(|| digest("delivery", id.as_bytes()))
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
