//! Recognizes an event: by its `type` where it has one, by its shape where it has none.

use super::{Envelope, EventType, Family};

/// What an envelope turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognized {
    /// A documented kind, beyond doubt.
    Type(EventType),
    /// What it is about; whether it was created, updated or deleted is not in the content.
    Family(Family),
    /// Nothing that is documented.
    Unknown,
}

/// Recognizes an event (`facts/highlevel.md` 7.1).
///
/// Two documented types are not taken at their word. The published examples of an appointment's
/// update and deletion both carry `AppointmentCreate`. And a published inbound call carries
/// `OutboundMessage`: where `type` and `direction` contradict each other, neither is believed.
#[must_use]
pub fn recognize(envelope: &Envelope<'_>) -> Recognized {
    let by_type = envelope.text("type").and_then(|text| EventType::from_wire(&text));
    match by_type {
        Some(EventType::AppointmentCreate) => Recognized::Family(Family::Appointment),
        Some(EventType::InboundMessage) if direction_is(envelope, "outbound") => {
            Recognized::Family(Family::Message)
        }
        Some(EventType::OutboundMessage) if direction_is(envelope, "inbound") => {
            Recognized::Family(Family::Message)
        }
        Some(event_type) => Recognized::Type(event_type),
        None => by_shape(envelope),
    }
}

fn direction_is(envelope: &Envelope<'_>, direction: &str) -> bool {
    envelope.text("direction").as_deref() == Some(direction)
}

/// The fields that together mark each family that comes without a `type`.
const SHAPES: [(&[&str], Recognized); 13] = [
    (&["invoiceNumber", "altType"], Recognized::Family(Family::Invoice)),
    (&["fulfillmentStatus", "altType"], Recognized::Family(Family::Order)),
    (&["associationId", "firstRecordId"], Recognized::Family(Family::Relation)),
    (&["associationType", "firstObjectKey"], Recognized::Family(Family::Association)),
    (&["objectType", "primaryDisplayProperty"], Recognized::Family(Family::ObjectSchema)),
    (&["properties", "owners"], Recognized::Family(Family::ObjectRecord)),
    (&["properties", "followers"], Recognized::Family(Family::ObjectRecord)),
    (&["productType", "name"], Recognized::Family(Family::Product)),
    (&["product", "amount", "currency"], Recognized::Family(Family::Price)),
    (&["permissions", "role"], Recognized::Family(Family::User)),
    (&["appointment"], Recognized::Family(Family::Appointment)),
    (&["webhookPayload"], Recognized::Type(EventType::LCEmailStats)),
    // The message that a conversation provider is asked to send: its `type` is the channel.
    (&["messageId", "contactId", "userId"], Recognized::Type(EventType::ProviderOutboundMessage)),
];

fn by_shape(envelope: &Envelope<'_>) -> Recognized {
    let fits = |fields: &[&str]| fields.iter().all(|field| envelope.has(field));
    SHAPES
        .iter()
        .find(|(fields, _)| fits(fields))
        .map_or(Recognized::Unknown, |(_, recognized)| *recognized)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(body: &str) -> Recognized {
        recognize(&Envelope::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_type_is_believed_where_the_content_agrees() {
        assert_eq!(kind(r#"{"type":"INSTALL"}"#), Recognized::Type(EventType::AppInstall));
        assert_eq!(
            kind(r#"{"type":"InboundMessage","direction":"inbound"}"#),
            Recognized::Type(EventType::InboundMessage)
        );
        assert_eq!(
            kind(r#"{"type":"OutboundMessage","direction":"inbound"}"#),
            Recognized::Family(Family::Message)
        );
    }

    #[test]
    fn an_appointment_that_says_created_may_be_any_change() {
        let body = r#"{"type":"AppointmentCreate","appointment":{"id":"a"}}"#;
        assert_eq!(kind(body), Recognized::Family(Family::Appointment));
        let body = r#"{"type":"AppointmentDelete","appointment":{"id":"a"}}"#;
        assert_eq!(kind(body), Recognized::Type(EventType::AppointmentDelete));
    }

    #[test]
    fn a_type_that_is_a_field_of_the_record_is_no_event_type() {
        let price = r#"{"_id":"p","product":"q","type":"recurring","amount":9,"currency":"USD"}"#;
        assert_eq!(kind(price), Recognized::Family(Family::Price));
        let sms = r#"{"type":"SMS","contactId":"c","messageId":"m","userId":"u","message":"hi"}"#;
        assert_eq!(kind(sms), Recognized::Type(EventType::ProviderOutboundMessage));
    }

    #[test]
    fn what_is_not_documented_is_unknown() {
        for body in ["{}", r#"{"type":"TaskUpdate","id":"t"}"#, r#"{"type":7}"#] {
            assert_eq!(kind(body), Recognized::Unknown, "{body}");
        }
    }
}
