//! Where to look at an event's record in the HighLevel application.
//!
//! The paths are those that the application shows in a browser; HighLevel documents none of them,
//! so a record whose page is not known leads to the dashboard of its location.

use domain::{Entity, Event, RecordKey, Snapshot};
use serde_json::Value;

/// The link; none where the event names no location.
pub(super) fn link(application_url: &str, event: &Event) -> Option<String> {
    let body: Value = serde_json::from_slice(&event.body).unwrap_or_default();
    let text = |pointer: &str| body.pointer(pointer)?.as_str().and_then(segment);
    let location = text("/locationId").or_else(|| match body.get("altType")?.as_str()? {
        "location" => text("/altId"),
        _ => None,
    })?;
    let place = Place {
        entity: event.kind.entity,
        record: event.record.as_ref().and_then(|key| segment(&key.id)),
        contact: text("/contactId").or_else(|| text("/appointment/contactId")),
        conversation: text("/conversationId"),
    };
    Some(address(application_url, &location, place))
}

/// The link of what the hub read itself; none where its location is not known.
pub(super) fn of_snapshot(application_url: &str, event: &Event) -> Option<String> {
    let fields = Snapshot::fields(event);
    let text = |name: &str| fields.get(name)?.as_str().and_then(segment);
    let key = event.record.as_ref()?;
    let place = Place {
        entity: key.entity,
        record: segment(&key.id),
        contact: text("contact_id"),
        conversation: text("conversation_id"),
    };
    Some(address(application_url, &event.account.as_deref().and_then(segment)?, place))
}

/// The link of a mirrored record; none where an id of it cannot stand in an address.
#[must_use]
pub fn of_record(application_url: &str, location: &str, key: &RecordKey) -> Option<String> {
    let place = Place {
        entity: key.entity,
        record: Some(segment(&key.id)?),
        contact: None,
        conversation: None,
    };
    Some(address(application_url, &segment(location)?, place))
}

/// What in a location is to be shown.
struct Place {
    entity: Entity,
    record: Option<String>,
    contact: Option<String>,
    conversation: Option<String>,
}

fn address(application_url: &str, location: &str, place: Place) -> String {
    let Place { entity, record, contact, conversation } = place;
    let page = match entity {
        Entity::Contact => record.map(|id| format!("contacts/detail/{id}")),
        Entity::Note | Entity::Task => contact.map(|id| format!("contacts/detail/{id}")),
        Entity::Conversation => record.map(|id| format!("conversations/conversations/{id}")),
        Entity::Message => conversation.map(|id| format!("conversations/conversations/{id}")),
        Entity::Appointment => Some("calendars/appointments".to_owned()),
        Entity::Opportunity => record.map(|id| format!("opportunities/list/{id}")),
        Entity::Invoice => record.map(|id| format!("payments/invoices/{id}")),
        Entity::Order => record.map(|id| format!("payments/v2/orders/{id}")),
        _ => None,
    };
    let page = page.unwrap_or_else(|| "dashboard".to_owned());
    format!("{}/v2/location/{location}/{page}", application_url.trim_end_matches('/'))
}

/// An id that can stand in a path as it is; others make no link.
fn segment(id: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (!id.is_empty() && id.bytes().all(is_plain)).then(|| id.to_owned())
}
