//! Reads snapshots: what the hub itself read of a vendor's records ([`domain::Snapshot`]).

use std::sync::Arc;

use domain::{
    Delivery, Event, EventKind, Reading, RecordUpdate, Refusal, Snapshot, Source, Summary,
};
use serde_json::Value;

use crate::identity::digest;

/// The fields that tell most of a record, and what people call them.
const FACTS: [(&str, &str); 6] = [
    ("email", "Email"),
    ("phone", "Phone"),
    ("status", "Status"),
    ("value", "Value"),
    ("due_at", "Due"),
    ("starts_at", "Start"),
];

/// Where to look at an event's record in the vendor's application.
type Link = Arc<dyn Fn(&Event) -> Option<String> + Send + Sync>;

/// The snapshots of one vendor. Nobody can send one: there is no door to it.
pub struct Snapshots {
    name: &'static str,
    vendor: &'static str,
    link: Link,
}

impl Snapshots {
    /// Those of a vendor; `name` is the vendor's with [`domain::SNAPSHOT_SUFFIX`] behind it.
    #[must_use]
    pub fn new(
        (name, vendor): (&'static str, &'static str),
        link: impl Fn(&Event) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { name, vendor, link: Arc::new(link) }
    }
}

impl Source for Snapshots {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vendor(&self) -> &'static str {
        self.vendor
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        unread(self.name, delivery)
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        Snapshot::updates(event)
    }

    fn summarize(&self, event: &Event) -> Summary {
        let fields = Snapshot::fields(event);
        let text = |name: &str| match fields.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let facts =
            FACTS.iter().filter_map(|(name, label)| Some(((*label).to_owned(), text(name)?)));
        let name = ["name", "title", "subject"].iter().find_map(|name| text(name));
        Summary { name, facts: facts.collect() }
    }

    fn link(&self, event: &Event) -> Option<String> {
        (self.link)(event)
    }
}

/// What came in where nobody can send anything.
pub(crate) fn unread(source: &'static str, delivery: Delivery) -> Reading {
    let identity = digest(source, "body", &delivery.body);
    let event = Event {
        id: identity,
        alias: None,
        source: source.to_owned(),
        origin: domain::Origin::Keyed,
        tenant: None,
        kind: EventKind::UNREADABLE,
        vendor_type: None,
        record: None,
        account: None,
        webhook_id: None,
        correlation: domain::CorrelationId::of(&identity),
        occurred_at: delivery.received_at,
        received_at: delivery.received_at,
        body: delivery.body,
    };
    Reading { event, app: None, company: None }
}
