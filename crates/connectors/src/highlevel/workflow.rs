//! Reads what workflows send: a contact as a workflow saw it, in flat snake_case, from nobody certain.
//!
//! A token proves which connection such a payload is for, and nothing proves what is in it. So it adds
//! to the mirror and takes nothing away: what is empty says nothing, and the record's clock stays
//! where HighLevel's own events have set it.

use domain::{
    CorrelationId, Delivery, Entity, Event, EventKind, Fields, Origin, Reading, RecordKey,
    RecordUpdate, Refusal, Source, Summary, Verb, WebhookSecret,
};
use highlevel::webhook::WorkflowPayload;
use jiff::SignedDuration;

use super::HighLevel;
use crate::identity::within;

/// A workflow told something about a contact.
pub(super) const REPORTED: EventKind = EventKind { entity: Entity::Contact, verb: Verb::Reported };

/// A workflow told something, and not about whom.
const UNATTRIBUTED: EventKind = EventKind { entity: Entity::Unknown, verb: Verb::Reported };

/// How long equal payloads are one event (`facts/highlevel.md` 7.5).
const REPEATS: SignedDuration = SignedDuration::from_secs(60);

/// How much of a field's name the mirror takes, in bytes: whoever builds the workflow chooses it.
const LONGEST_NAME: usize = 200;

/// How many custom fields of one payload the mirror takes.
const MOST_CUSTOM_FIELDS: usize = 200;

/// The payload's key and the mirror's field.
const FIELDS: [(&str, &str); 14] = [
    ("address1", "address"),
    ("city", "city"),
    ("company_name", "company_name"),
    ("contact_source", "source"),
    ("country", "country"),
    ("date_of_birth", "date_of_birth"),
    ("email", "email"),
    ("first_name", "first_name"),
    ("full_name", "name"),
    ("last_name", "last_name"),
    ("phone", "phone"),
    ("postal_code", "postal_code"),
    ("state", "state"),
    ("website", "website"),
];

/// The door of workflow actions. Its events are HighLevel's, which reads them later.
#[derive(Clone, Copy, Debug)]
pub struct Workflow;

impl Source for Workflow {
    fn name(&self) -> &'static str {
        "highlevel.workflow"
    }

    fn vendor(&self) -> &'static str {
        HighLevel::NAME
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn authenticate_shared(&self, _: &Delivery, _: Option<&WebhookSecret>) -> Result<(), Refusal> {
        Ok(())
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let payload = WorkflowPayload::parse(&delivery.body).ok();
        reading(&delivery, payload.as_ref())
    }

    fn installation(&self, _: &Event) -> Option<domain::InstallationChange> {
        None
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        updates(event)
    }

    fn summarize(&self, event: &Event) -> Summary {
        summarize(event)
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

/// Reads a payload; none where the bytes are none, which are kept as unreadable.
pub(super) fn reading(delivery: &Delivery, payload: Option<&WorkflowPayload>) -> Reading {
    let identity = within(HighLevel::NAME, &delivery.body, delivery.received_at, REPEATS);
    let contact = payload.and_then(WorkflowPayload::contact_id);
    let says = |key| payload.is_some_and(|payload| payload.text(key).is_some());
    let kind = match payload {
        None => EventKind::UNREADABLE,
        Some(_) if contact.is_some() || says("email") || says("phone") => REPORTED,
        Some(_) => UNATTRIBUTED,
    };
    let correlation = delivery.correlation.clone();
    let event = Event {
        id: identity.id,
        alias: Some(identity.alias),
        source: HighLevel::NAME.to_owned(),
        origin: Origin::Webhook,
        tenant: None,
        kind,
        vendor_type: payload.map(|_| "workflow".to_owned()),
        record: contact.map(|id| RecordKey::new(Entity::Contact, id)),
        account: payload.and_then(WorkflowPayload::location_id),
        webhook_id: None,
        correlation: correlation.unwrap_or_else(|| CorrelationId::of(&identity.id)),
        occurred_at: delivery.received_at,
        received_at: delivery.received_at,
        body: delivery.body.clone(),
    };
    Reading { event, app: None, company: None }
}

/// What the payload says about the contact that it names by id. One that only has an e-mail address or
/// a phone number is kept and mirrored nowhere: which contact that is, nothing here can tell.
pub(super) fn updates(event: &Event) -> Result<Vec<RecordUpdate>, String> {
    let Some(key) = &event.record else { return Ok(Vec::new()) };
    let payload = WorkflowPayload::parse(&event.body).map_err(|problem| problem.to_string())?;
    let mut fields: Fields = FIELDS
        .iter()
        .filter_map(|(theirs, ours)| Some(((*ours).to_owned(), payload.text(theirs)?.into())))
        .collect();
    if let Some(tags) = payload.tags() {
        fields.insert("tags".to_owned(), tags.into());
    }
    // Each in a field of its own: the ids that signed events bring are not known here, and one map of
    // all of them would lose what this payload does not name.
    let custom = payload.custom_fields().into_iter().filter(|(name, _)| name.len() <= LONGEST_NAME);
    for (name, value) in custom.take(MOST_CUSTOM_FIELDS) {
        fields.insert(format!("custom_field.{name}"), value.into());
    }
    Ok(vec![RecordUpdate::Set(key.clone(), fields)])
}

/// The contact's name, and which workflow told it.
pub(super) fn summarize(event: &Event) -> Summary {
    let Ok(payload) = WorkflowPayload::parse(&event.body) else { return Summary::default() };
    let parts = ["first_name", "last_name"].map(|key| payload.text(key));
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = payload.text("full_name").or((!joined.is_empty()).then_some(joined));
    let facts = [
        ("Workflow", payload.workflow()),
        ("Email", payload.text("email")),
        ("Phone", payload.text("phone")),
        ("Tags", payload.tags().map(|tags| tags.join(", "))),
    ];
    let said = |(label, value): (&str, Option<String>)| Some((label.to_owned(), value?));
    Summary { name, facts: facts.into_iter().filter_map(said).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: impl Into<bytes::Bytes>) -> Event {
        let delivery = Delivery {
            headers: vec![],
            body: body.into(),
            correlation: None,
            received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        };
        Workflow.read(delivery).event
    }

    #[test]
    fn a_payload_is_about_the_contact_that_it_names() {
        let event = read(
            json!({
                "contact_id": "c1", "email": "ada@example.com", "phone": "null", "tags": "vip,new",
                "Shoe size": "39", "location": {"id": "loc1"}, "workflow": {"name": "Welcome"},
            })
            .to_string(),
        );
        assert_eq!(
            (event.kind.to_string().as_str(), event.account.as_deref()),
            ("contact.reported", Some("loc1"))
        );
        let expected = [
            ("custom_field.Shoe size".to_owned(), json!("39")),
            ("email".to_owned(), json!("ada@example.com")),
            ("tags".to_owned(), json!(["vip", "new"])),
        ];
        let key = RecordKey::new(Entity::Contact, "c1");
        assert_eq!(updates(&event).unwrap(), [RecordUpdate::Set(key, expected.into())]);
        let summary = summarize(&event);
        assert_eq!(summary.facts[0], ("Workflow".to_owned(), "Welcome".to_owned()));
    }

    #[test]
    fn what_names_nobody_is_kept_and_mirrored_nowhere() {
        let kinds = |body: &str| {
            let event = read(body.to_owned());
            assert_eq!((updates(&event), event.record), (Ok(vec![]), None), "{body}");
            event.kind.to_string()
        };
        assert_eq!(kinds(r#"{"email":"ada@example.com"}"#), "contact.reported");
        assert_eq!(kinds("phone=%2B15550100"), "contact.reported");
        assert_eq!(
            kinds(r#"{"contact_id":"null","email":"null","status":"open"}"#),
            "unknown.reported"
        );
        assert_eq!(kinds("not a payload"), "unknown.unreadable");
    }
}
