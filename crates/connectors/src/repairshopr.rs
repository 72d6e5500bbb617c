//! Reads what RepairShopr's notification center tells, as hints: which record to read again.
//!
//! Nothing signs a notification, and it names neither itself nor the kind of its record
//! (`facts/repairshopr.md` 10). The token in the path proves for which connection it is. What it says
//! is not believed: an event of it means that a record may have changed, and nothing more.

pub mod check;
mod leads;
mod lists;
mod records;
mod shared_address;
mod stored;

use std::collections::BTreeMap;

use domain::{
    CorrelationId, Delivery, Entity, Event, EventKind, Origin, Reading, RecordKey, RecordUpdate,
    Refusal, Source, Summary, Verb, WebhookSecret,
};
use jiff::SignedDuration;
use serde_json::value::RawValue;

pub use self::{
    leads::LeadDesk,
    lists::ShopLists,
    shared_address::SharedAddress,
    stored::{ShopClients, Shops, StoredShops},
};
use crate::{Snapshots, identity::within};

/// How long equal notifications are one event: a hint that comes later is a new one.
const REPEATS: SignedDuration = SignedDuration::from_secs(60);

/// The part of a record's address that tells its kind.
const PATHS: [(&str, Entity); 4] = [
    ("customers", Entity::Customer),
    ("estimates", Entity::Estimate),
    ("invoices", Entity::Invoice),
    ("tickets", Entity::Ticket),
];

/// The longest id of a record that is believed to be one.
const LONGEST_ID: usize = 20;

/// Reads RepairShopr.
#[derive(Clone, Copy, Debug)]
pub struct RepairShopr;

impl RepairShopr {
    /// The source's name.
    pub const NAME: &'static str = "repairshopr";

    /// The reader of what the hub itself read of RepairShopr. Where an account is in the browser, no
    /// event tells.
    #[must_use]
    pub fn snapshots() -> Snapshots {
        Snapshots::new(("repairshopr.snapshot", Self::NAME), |_| None)
    }
}

impl Source for RepairShopr {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn authenticate_shared(&self, _: &Delivery, _: Option<&WebhookSecret>) -> Result<(), Refusal> {
        Ok(())
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let body = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&delivery.body).ok();
        let record = body.as_ref().and_then(record);
        let kind = match (&body, &record) {
            (None, _) => EventKind::UNREADABLE,
            (Some(_), Some(record)) => EventKind { entity: record.entity, verb: Verb::Hinted },
            (Some(_), None) => EventKind { entity: Entity::Unknown, verb: Verb::Hinted },
        };
        let identity = within(Self::NAME, &delivery.body, delivery.received_at, REPEATS);
        let correlation = delivery.correlation.clone();
        let event = Event {
            id: identity.id,
            alias: Some(identity.alias),
            source: Self::NAME.to_owned(),
            origin: Origin::Webhook,
            tenant: None,
            kind,
            vendor_type: None,
            record,
            account: None,
            webhook_id: None,
            correlation: correlation.unwrap_or_else(|| CorrelationId::of(&identity.id)),
            occurred_at: delivery.received_at,
            received_at: delivery.received_at,
            body: delivery.body,
        };
        Reading { event, app: None, company: None }
    }

    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

/// The record that a notification leads to. A comment leads to its ticket, which is what can be read
/// again.
fn record(body: &BTreeMap<String, &RawValue>) -> Option<RecordKey> {
    let link: String = serde_json::from_str(body.get("link")?.get()).ok()?;
    let (_, after_scheme) = link.split_once("://")?;
    let (_, path) = after_scheme.split_once('/')?;
    let path = path.split(['?', '#']).next()?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (kind, id) = (parts.next()?, parts.next()?);
    let (_, entity) = PATHS.into_iter().find(|(known, _)| *known == kind)?;
    let is_id = id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| RecordKey::new(entity, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: impl Into<bytes::Bytes>) -> Event {
        let delivery = Delivery {
            headers: vec![],
            body: body.into(),
            correlation: None,
            received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        };
        RepairShopr.read(delivery).event
    }

    fn linked(link: &str) -> (String, Option<String>) {
        let body = serde_json::json!({
            "text": "a sentence", "link": link, "attributes": {"id": 999, "status": "Resolved"},
        });
        let event = read(body.to_string());
        assert_eq!(RepairShopr.updates(&event), Ok(vec![]), "a hint changes nothing");
        (event.kind.to_string(), event.record.map(|record| record.id))
    }

    #[test]
    fn a_link_tells_what_to_read_again() {
        let id = |text: &str| Some(text.to_owned());
        let at = |path: &str| linked(&format!("https://shop.example.com/{path}"));
        assert_eq!(at("tickets/123?x=1#comment-4"), ("ticket.hinted".to_owned(), id("123")));
        assert_eq!(at("customers/7/"), ("customer.hinted".to_owned(), id("7")));
        assert_eq!(at("invoices/8"), ("invoice.hinted".to_owned(), id("8")));
        assert_eq!(at("estimates/9"), ("estimate.hinted".to_owned(), id("9")));
    }

    #[test]
    fn what_leads_nowhere_is_kept_and_leads_to_nothing() {
        let long = format!("tickets/{}", "1".repeat(21));
        for path in ["", "tickets", "tickets/../1", "tickets/%31", "rmm_alerts/1", long.as_str()] {
            let (kind, id) = linked(&format!("https://shop.example.com/{path}"));
            assert_eq!((kind.as_str(), id), ("unknown.hinted", None), "{path}");
        }
        for body in ["", "[]", "{", "text"] {
            assert_eq!(read(body.to_owned()).kind, EventKind::UNREADABLE, "{body}");
        }
    }
}
