//! Any body becomes an event, which keeps its bytes and can be shown, mirrored and linked.

use std::sync::LazyLock;

use bytes::Bytes;
use domain::{Delivery, Event, EventKind, Source};
use highlevel::webhook::{
    Envelope, PublicKeys,
    contract::{self, Contract},
    recognize,
};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::house;

/// What is said of a time that lies in the future.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Reads a body in every way in which the hub reads one.
///
/// # Panics
/// Where reading depends on anything but the bytes, loses some of them, or takes for unreadable what
/// another parser reads.
pub fn check(body: &[u8]) {
    static SOURCE: LazyLock<connectors::highlevel::HighLevel> =
        LazyLock::new(|| house::source(PublicKeys::published()));
    let source = &*SOURCE;
    let delivery = || Delivery {
        headers: vec![("deliveryid".to_owned(), "one".to_owned())],
        body: Bytes::copy_from_slice(body),
        correlation: None,
        received_at: house::beginning(),
    };
    let reading = source.read(delivery());
    assert!(reading == source.read(delivery()), "the same bytes are two events");
    let event = reading.event;
    assert_eq!(event.body, body, "bytes were lost");
    assert!(event.occurred_at.duration_since(event.received_at) <= CLOCK_SKEW);
    assert_eq!(event.kind.to_string().parse(), Ok(event.kind));
    let record = event.record.as_ref();
    assert!(record.is_none_or(|key| !key.id.is_empty()), "a record without an id");
    check_envelope(body, &event);
    // What a workflow sends has no family; anything may stand in it.
    drop(contract::check(Contract::Workflow, body));
    check_link(source.link(&event));
    let summary = source.summarize(&event);
    let texts = summary.name.iter().chain(summary.facts.iter().map(|(_, value)| value));
    texts.for_each(|text| assert!(!text.is_empty(), "an empty text says nothing"));
    // A refusal to mirror is an answer; a panic is none.
    let _ = source.updates(&event);
    let _ = source.installation(&event);
}

/// Holds the envelope against a parser that reads every value.
fn check_envelope(body: &[u8], event: &Event) {
    let Ok(envelope) = Envelope::parse(body) else {
        assert_eq!(event.kind, EventKind::UNREADABLE);
        let whole = serde_json::from_slice::<Map<String, Value>>(body);
        assert!(whole.is_err(), "an object is no envelope");
        return;
    };
    assert_ne!(event.kind, EventKind::UNREADABLE);
    let family = Contract::of(recognize(&envelope));
    family.into_iter().for_each(|family| drop(contract::check(family, body)));
    // The other parser refuses more: depth, numbers without a value, halves of characters.
    let Ok(whole) = serde_json::from_slice::<Map<String, Value>>(body) else { return };
    for (name, value) in &whole {
        assert!(envelope.has(name), "a field is lost");
        let text = value.as_str().filter(|text| !text.is_empty());
        assert_eq!(envelope.text(name).as_deref(), text, "a text is read differently");
    }
    assert_eq!(event.webhook_id.as_deref(), text_of(&whole, "webhookId"));
    assert_eq!(event.vendor_type.as_deref(), text_of(&whole, "type"));
}

fn text_of<'a>(whole: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    whole.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// Nothing of the body may lead out of the application.
fn check_link(link: Option<String>) {
    let Some(link) = link else { return };
    let path = link.strip_prefix(house::APPLICATION).expect("a link into the application");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
    assert!(path.bytes().all(is_plain) && !path.contains("//"), "a link out of bounds");
}

#[cfg(test)]
mod tests;
