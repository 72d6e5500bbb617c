//! Reads what Notion's webhooks tell, as hints: they name what changed and do not say how.
//!
//! Notion signs with the token that it handed over when the webhook was set up (`facts/notion.md` 7).
//! That first delivery proves nothing, since anybody can send one: the token counts when the operator
//! has accepted it.

use domain::{
    CorrelationId, Delivery, Entity, Event, EventKind, Origin, Reading, RecordKey, RecordUpdate,
    Refusal, Source, Summary, Verb, WebhookSecret,
};
use highlevel::webhook::Envelope;
use jiff::{SignedDuration, Timestamp};

use crate::{
    identity::{digest, within},
    shared_signature,
};

/// The header of the signature, in lower case.
const SIGNATURE_HEADER: &str = "x-notion-signature";

/// How long equal bodies without an id are one event: Notion repeats for a day.
const REPEATS: SignedDuration = SignedDuration::from_hours(2 * 24);

/// How far ahead of our clock Notion's time may be before we believe our own.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What the first word of a type is about.
const ENTITIES: [(&str, Entity); 6] = [
    ("comment", Entity::Comment),
    ("data_source", Entity::DataSource),
    ("database", Entity::Database),
    ("file_upload", Entity::FileUpload),
    ("page", Entity::Page),
    ("view", Entity::View),
];

/// Reads Notion.
#[derive(Clone, Copy, Debug)]
pub struct Notion;

impl Notion {
    /// The source's name.
    pub const NAME: &'static str = "notion";
}

impl Source for Notion {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::Unsigned)
    }

    fn authenticate_shared(
        &self,
        delivery: &Delivery,
        secret: Option<&WebhookSecret>,
    ) -> Result<(), Refusal> {
        let secret = secret.ok_or(Refusal::NoSecret)?;
        if !delivery.has_header(SIGNATURE_HEADER) {
            return Err(Refusal::Unsigned);
        }
        let value = delivery.header(SIGNATURE_HEADER).ok_or(Refusal::Malformed)?;
        let signature = shared_signature::parse(value).ok_or(Refusal::Malformed)?;
        match shared_signature::holds(secret.expose().as_bytes(), &delivery.body, &signature) {
            true => Ok(()),
            false => Err(Refusal::Mismatch),
        }
    }

    /// A body with a token and without an event's type. Whether Notion signs it is not settled, so it
    /// may have a signature or none.
    fn offered_secret(&self, delivery: &Delivery) -> Option<WebhookSecret> {
        let envelope = Envelope::parse(&delivery.body).ok()?;
        match envelope.has("type") {
            true => None,
            false => WebhookSecret::new(&envelope.text("verification_token")?),
        }
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let Ok(envelope) = Envelope::parse(&delivery.body) else {
            return reading(&delivery, Told::UNREADABLE);
        };
        let vendor_type = envelope.text("type");
        let first_word = vendor_type.as_deref().and_then(|text| text.split('.').next());
        let known =
            first_word.and_then(|word| ENTITIES.into_iter().find(|(name, _)| *name == word));
        let entity = known.map_or(Entity::Unknown, |(_, entity)| entity);
        let id = envelope.object("entity").and_then(|entity| entity.text("id"));
        let record = id.filter(|_| known.is_some()).map(|id| RecordKey::new(entity, id));
        let told_at = envelope.text("timestamp").and_then(|text| text.parse().ok());
        let kind = EventKind { entity, verb: Verb::Hinted };
        let told = Told { kind, vendor_type, record, webhook_id: envelope.text("id"), told_at };
        reading(&delivery, told)
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

/// What an envelope tells.
struct Told {
    kind: EventKind,
    vendor_type: Option<String>,
    record: Option<RecordKey>,
    webhook_id: Option<String>,
    told_at: Option<Timestamp>,
}

impl Told {
    const UNREADABLE: Self = Self {
        kind: EventKind::UNREADABLE,
        vendor_type: None,
        record: None,
        webhook_id: None,
        told_at: None,
    };
}

fn reading(delivery: &Delivery, told: Told) -> Reading {
    // A repetition has the same id and another count of attempts.
    let (id, alias) = match &told.webhook_id {
        Some(id) => (digest(Notion::NAME, "event", id.as_bytes()), None),
        None => {
            let windowed = within(Notion::NAME, &delivery.body, delivery.received_at, REPEATS);
            (windowed.id, Some(windowed.alias))
        }
    };
    let received_at = delivery.received_at;
    let is_past = |told: &Timestamp| told.duration_since(received_at) <= CLOCK_SKEW;
    let event = Event {
        id,
        alias,
        source: Notion::NAME.to_owned(),
        origin: Origin::Webhook,
        tenant: None,
        kind: told.kind,
        vendor_type: told.vendor_type,
        record: told.record,
        account: None,
        webhook_id: told.webhook_id,
        correlation: delivery.correlation.clone().unwrap_or_else(|| CorrelationId::of(&id)),
        occurred_at: told.told_at.filter(is_past).unwrap_or(received_at),
        received_at,
        body: delivery.body.clone(),
    };
    Reading { event, app: None, company: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with another implementation of HMAC (`facts/notion.md` 7).
    const SIGNED: &str = "sha256=9496ff66662afa1740cc4242fea698a0d8ff8a8dc0eb589fc369a4169793b8a0";

    fn delivery(headers: &[&str], body: &str) -> Delivery {
        let header = |value: &&str| (SIGNATURE_HEADER.to_owned(), (*value).to_owned());
        Delivery {
            headers: headers.iter().map(header).collect(),
            body: body.to_owned().into(),
            correlation: None,
            received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_signature_holds_for_its_body_and_its_token() {
        let secret = WebhookSecret::new("secret_abc");
        let check = |headers: &[&str], body: &str| {
            Notion.authenticate_shared(&delivery(headers, body), secret.as_ref())
        };
        assert_eq!(check(&[SIGNED], r#"{"a":1}"#), Ok(()));
        assert_eq!(check(&[SIGNED], r#"{"a":2}"#), Err(Refusal::Mismatch));
        assert_eq!(check(&[], r#"{"a":1}"#), Err(Refusal::Unsigned));
        assert_eq!(check(&["sha256=00"], r#"{"a":1}"#), Err(Refusal::Malformed));
        assert_eq!(check(&[SIGNED, SIGNED], r#"{"a":1}"#), Err(Refusal::Malformed));
        let none = Notion.authenticate_shared(&delivery(&[SIGNED], r#"{"a":1}"#), None);
        assert_eq!(none, Err(Refusal::NoSecret));
    }

    #[test]
    fn only_a_handshake_offers_a_token() {
        let offered = |body: &str| {
            let secret = Notion.offered_secret(&delivery(&[], body));
            secret.map(|secret| secret.expose().to_owned())
        };
        assert_eq!(offered(r#"{"verification_token":"secret_x"}"#).as_deref(), Some("secret_x"));
        for body in [
            "",
            "{}",
            r#"{"verification_token":7}"#,
            r#"{"verification_token":"x","type":"page.created"}"#,
        ] {
            assert_eq!(offered(body), None, "{body}");
        }
    }

    #[test]
    fn an_event_says_what_to_read_again_and_comes_once() {
        let body = |attempt: u8| {
            format!(
                r#"{{"id":"e1","type":"page.properties_updated","timestamp":"2026-11-21T09:59:00.000Z",
                   "attempt_number":{attempt},"entity":{{"id":"p1","type":"page"}},"data":{{}}}}"#
            )
        };
        let read = |body: &str| Notion.read(delivery(&[], body)).event;
        let (first, again) = (read(&body(1)), read(&body(2)));
        assert_eq!(first.id, again.id);
        assert_eq!(first.kind.to_string(), "page.hinted");
        assert_eq!(first.record, Some(RecordKey::new(Entity::Page, "p1")));
        assert_eq!(first.occurred_at.to_string(), "2026-11-21T09:59:00Z");
        assert_eq!(Notion.updates(&first), Ok(vec![]));
        assert_eq!(read(r#"{"id":"e2","type":"new.kind"}"#).kind.to_string(), "unknown.hinted");
        assert_eq!(read("[]").kind, EventKind::UNREADABLE);
    }
}
