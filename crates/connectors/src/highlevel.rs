//! Speaks HighLevel for the hub: verifies its webhooks, reads them into events and records, counts its calls, and gives clients of its connections.

mod address;
mod broker;
pub mod connect;
pub mod doctor;
mod identity;
mod installation;
mod kind;
mod link;
mod lists;
mod owner;
pub mod port;
mod proxy;
mod records;
mod shared_ledger;
mod snapshot;
mod summary;
mod workflow;

use domain::{
    CorrelationId, Delivery, Event, EventKind, InstallationChange, Origin, Reading, RecordKey,
    RecordUpdate, Refusal, Source, Summary, WebhookSecret,
};
use highlevel::webhook::{
    ED25519_HEADER, Envelope, EventType, PublicKeys, RSA_HEADER, Recognized, SignatureError,
    Signatures, WorkflowPayload,
    contract::{self, Contract},
    recognize, verify,
};
use jiff::{SignedDuration, Timestamp};

use self::identity::Identity;
pub use self::{
    address::{UnsafeAddress, base_url},
    broker::{Broker, BrokerError, BrokerParts, Configured, TOKEN_CALL_TIMEOUT, Tended},
    link::of_record as link_of_record,
    lists::{HighLevelLists, Locations},
    owner::{Owner, owner},
    proxy::{
        Allowlist, BrowserProxy, BrowserSettings, Clients, Described, HighLevelProxy, NotAllowable,
        ProxySettings,
    },
    shared_ledger::SharedLedger,
    workflow::Workflow,
};
use crate::{Snapshots, shared_signature};

/// How far ahead of our clock a vendor's time may be before we believe our own.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The headers that guides name for a signature with a shared secret, in lower case.
///
/// The last is also that of HighLevel's Ed25519 signature. The two cannot be taken for each other: 32
/// bytes are 64 digits in hexadecimal, and 64 bytes are 88 characters in base64.
const SHARED_SIGNATURE_HEADERS: [&str; 3] =
    ["x-lc-signature", "x-lc-event-signature", ED25519_HEADER];

/// Every kind of event that HighLevel documents, in the hub's words.
pub fn kinds() -> impl Iterator<Item = EventKind> {
    EventType::all().map(|event_type| kind::of(Recognized::Type(event_type)))
}

/// What the connector is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The keys that webhooks may be signed with.
    pub public_keys: PublicKeys,
    /// The address of the application that links lead to; white labels have their own.
    pub application_url: String,
}

/// Reads HighLevel.
#[derive(Clone, Debug)]
pub struct HighLevel {
    settings: Settings,
}

impl HighLevel {
    /// The source's name.
    pub const NAME: &'static str = "highlevel";

    /// A reader with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The reader of what the hub itself read of HighLevel.
    #[must_use]
    pub fn snapshots(&self) -> Snapshots {
        let application_url = self.settings.application_url.clone();
        let link = move |event: &Event| link::of_snapshot(&application_url, event);
        Snapshots::new(("highlevel.snapshot", Self::NAME), link)
    }
}

impl Source for HighLevel {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        let twice = |name| delivery.has_header(name) && delivery.header(name).is_none();
        if twice(ED25519_HEADER) || twice(RSA_HEADER) {
            return Err(Refusal::Malformed);
        }
        let signatures = Signatures {
            ed25519: delivery.header(ED25519_HEADER),
            rsa: delivery.header(RSA_HEADER),
        };
        match verify(&self.settings.public_keys, signatures, &delivery.body) {
            Ok(_) => Ok(()),
            Err(SignatureError::Missing) => Err(Refusal::Unsigned),
            Err(SignatureError::Malformed) => Err(Refusal::Malformed),
            Err(SignatureError::Mismatch) => Err(Refusal::Mismatch),
        }
    }

    /// Each of the three headers that carries such a signature has to hold: which of them decides is
    /// not the sender's to choose. HighLevel's own signature, which has another form, says nothing
    /// here.
    fn authenticate_shared(
        &self,
        delivery: &Delivery,
        secret: Option<&WebhookSecret>,
    ) -> Result<(), Refusal> {
        let mut given = Vec::new();
        for name in SHARED_SIGNATURE_HEADERS.into_iter().filter(|name| delivery.has_header(name)) {
            let value = delivery.header(name).ok_or(Refusal::Malformed)?;
            match shared_signature::parse(value) {
                Some(signature) => given.push(signature),
                None if name == ED25519_HEADER => {}
                None => return Err(Refusal::Malformed),
            }
        }
        let is_good = |secret: &WebhookSecret, signature| {
            shared_signature::holds(secret.expose().as_bytes(), &delivery.body, signature)
        };
        match (secret, given.is_empty()) {
            (None, true) => Ok(()),
            (None, false) => Err(Refusal::NoSecret),
            (Some(_), true) => Err(Refusal::Unsigned),
            (Some(secret), false) => match given.iter().all(|one| is_good(secret, one)) {
                true => Ok(()),
                false => Err(Refusal::Mismatch),
            },
        }
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let Ok(envelope) = Envelope::parse(&delivery.body) else {
            return Reading { event: unreadable(&delivery), app: None, company: None };
        };
        let recognized = recognize(&envelope);
        // Older guides send what workflows make to this door, with a key.
        if recognized == Recognized::Unknown
            && is_workflow(&envelope)
            && let Ok(payload) = WorkflowPayload::parse(&delivery.body)
        {
            return workflow::reading(&delivery, Some(&payload));
        }
        let kind = kind::of(recognized);
        let record = record_id(&envelope, kind).map(|id| RecordKey::new(kind.entity, id));
        let Identity { id, alias } = identity::of(&delivery, &envelope, kind, record.as_ref());
        let event = Event {
            id,
            alias,
            source: Self::NAME.to_owned(),
            origin: Origin::Webhook,
            tenant: None,
            kind,
            vendor_type: envelope.text("type"),
            record,
            account: account_of(&envelope),
            webhook_id: envelope.text("webhookId"),
            correlation: delivery.correlation.clone().unwrap_or_else(|| CorrelationId::of(&id)),
            occurred_at: occurred_at(&envelope, delivery.received_at),
            received_at: delivery.received_at,
            body: delivery.body.clone(),
        };
        Reading { event, app: envelope.text("appId"), company: envelope.text("companyId") }
    }

    fn installation(&self, event: &Event) -> Option<InstallationChange> {
        installation::change(event)
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        match event.kind == workflow::REPORTED {
            true => workflow::updates(event),
            false => records::updates(event),
        }
    }

    fn summarize(&self, event: &Event) -> Summary {
        match event.kind == workflow::REPORTED {
            true => workflow::summarize(event),
            false => summary::summarize(event),
        }
    }

    fn deviations(&self, event: &Event) -> Vec<String> {
        let recognized = Envelope::parse(&event.body).map(|envelope| recognize(&envelope));
        let contract = recognized.ok().and_then(Contract::of);
        let mismatches = contract.map(|contract| contract::check(contract, &event.body));
        mismatches.unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    fn link(&self, event: &Event) -> Option<String> {
        link::link(&self.settings.application_url, event)
    }
}

/// Bytes that are not an event: kept as they are. They name no account.
fn unreadable(delivery: &Delivery) -> Event {
    let id = identity::of_body(delivery);
    Event {
        id,
        alias: None,
        source: HighLevel::NAME.to_owned(),
        origin: Origin::Webhook,
        tenant: None,
        kind: EventKind::UNREADABLE,
        vendor_type: None,
        record: None,
        account: None,
        webhook_id: None,
        correlation: delivery.correlation.clone().unwrap_or_else(|| CorrelationId::of(&id)),
        occurred_at: delivery.received_at,
        received_at: delivery.received_at,
        body: delivery.body.clone(),
    }
}

/// Whether it is what a workflow sends: it has no type, and the contact's id in snake_case.
fn is_workflow(envelope: &Envelope<'_>) -> bool {
    envelope.text("type").is_none() && envelope.text("contact_id").is_some()
}

/// The account that an event names: its location where it has one, else its company.
fn account_of(envelope: &Envelope<'_>) -> Option<String> {
    let alternative = match envelope.text("altType").as_deref() {
        Some("location" | "company") => envelope.text("altId"),
        _ => None,
    };
    envelope.text("locationId").or(alternative).or_else(|| envelope.text("companyId"))
}

fn record_id(envelope: &Envelope<'_>, kind: EventKind) -> Option<String> {
    use domain::Entity;
    let own = || envelope.text("id").or_else(|| envelope.text("_id"));
    match kind.entity {
        Entity::App => envelope.text("appId"),
        Entity::Appointment => envelope.object("appointment")?.text("id"),
        Entity::EmailDelivery => envelope.object("webhookPayload")?.text("id"),
        Entity::Message => envelope.text("messageId").or_else(|| envelope.text("emailMessageId")),
        _ => own(),
    }
}

/// The event's own time, unless it lies in our future: such a time would shut the record's door to
/// every later event.
fn occurred_at(envelope: &Envelope<'_>, received_at: Timestamp) -> Timestamp {
    let told = envelope.text("timestamp").and_then(|text| text.parse::<Timestamp>().ok());
    told.filter(|told| told.duration_since(received_at) <= CLOCK_SKEW).unwrap_or(received_at)
}

#[cfg(test)]
mod tests;
