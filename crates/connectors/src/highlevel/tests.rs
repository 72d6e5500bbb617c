//! Reading HighLevel: identity, attribution, time, and the records of each entity.

use bytes::Bytes;
use domain::{Entity, InstallationStep, Verb};
use serde_json::json;

use super::*;

fn reader() -> HighLevel {
    HighLevel::new(Settings {
        public_keys: PublicKeys::published(),
        application_url: "https://app.example.com/".to_owned(),
    })
}

fn delivery(headers: &[(&str, &str)], body: impl Into<Bytes>) -> Delivery {
    Delivery {
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.into(),
        correlation: None,
        received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
    }
}

fn read(body: serde_json::Value) -> Event {
    reader().read(delivery(&[], body.to_string())).event
}

#[test]
fn the_same_webhook_is_the_same_event_whatever_its_headers_and_spacing() {
    let reader = reader();
    let read =
        |headers: &[(&str, &str)], body: &'static str| reader.read(delivery(headers, body)).event;
    let first = read(&[("deliveryid", "d1")], r#"{"webhookId":"w1","id":"c"}"#);
    let again = read(&[("deliveryid", "d2")], r#"{"webhookId": "w1","id":"c"}"#);
    assert_eq!(first.id, again.id);
    assert_ne!(first.alias, again.alias);
    let other = read(&[("deliveryid", "d1")], r#"{"webhookId":"w2","id":"c"}"#);
    assert_eq!(first.alias, other.alias);
    assert_ne!(first.id, other.id);
    let another =
        read(&[("deliveryid", "d1")], r#"{"webhookId":"w3","type":"NoteCreate","id":"n"}"#);
    assert_ne!(first.alias, another.alias, "two events under one delivery id are two");
}

#[test]
fn without_a_webhook_id_the_bytes_are_the_identity() {
    let (one, same, other) = (json!({"id": "c"}), json!({"id": "c"}), json!({"id": "d"}));
    assert_eq!(read(one.clone()).id, read(same).id);
    assert_ne!(read(one).id, read(other).id);
}

#[test]
fn differences_from_the_contract_are_told_without_content() {
    let reader = reader();
    let told = |body: serde_json::Value| reader.deviations(&read(body));
    let note = json!({"type": "NoteCreate", "locationId": "l", "id": "n", "contactId": "c"});
    assert_eq!(told(note), [""; 0]);
    let odd = json!({"type": "NoteCreate", "locationId": "l", "id": "n", "body": ["Ada Lovelace"]});
    assert_eq!(
        told(odd),
        [
            "/contactId: expected a text that is not empty, found nothing",
            "/body: expected a text or null, found a list",
        ]
    );
    // Of what is not recognized there is no contract.
    assert_eq!(told(json!({"type": "VoiceAiCallEnd"})), [""; 0]);
    assert_eq!(reader.deviations(&reader.read(delivery(&[], "not json")).event), [""; 0]);
}

#[test]
fn a_signature_header_that_comes_twice_is_refused() {
    let twice = delivery(&[("x-ghl-signature", "AAAA"), ("x-ghl-signature", "BBBB")], "{}");
    assert_eq!(reader().authenticate(&twice), Err(Refusal::Malformed));
    let none = delivery(&[], "{}");
    assert_eq!(reader().authenticate(&none), Err(Refusal::Unsigned));
}

#[test]
fn an_event_names_its_account_its_app_and_its_company() {
    let read = |body: &str| {
        let reading = reader().read(delivery(&[], body.to_owned()));
        assert_eq!(reading.event.tenant, None, "whose it is, the reader does not know");
        (reading.event.account, reading.app, reading.company)
    };
    let text = |text: &str| Some(text.to_owned());
    let contact = r#"{"type":"ContactCreate","locationId":"loc1","id":"c","companyId":"com1"}"#;
    assert_eq!(read(contact), (text("loc1"), None, text("com1")));
    let invoice = r#"{"_id":"i","altType":"location","altId":"loc1","invoiceNumber":"1"}"#;
    assert_eq!(read(invoice), (text("loc1"), None, None));
    let install = r#"{"type":"INSTALL","appId":"a","companyId":"com1"}"#;
    assert_eq!(read(install), (text("com1"), text("a"), text("com1")));
    assert_eq!(read("not json"), (None, None, None));
}

#[test]
fn installations_are_told_by_their_own_events_and_by_no_other() {
    let change = |body: serde_json::Value| reader().installation(&read(body));
    let install = change(json!({
        "type": "INSTALL", "appId": "a", "locationId": "loc1", "companyId": "com1", "planId": "p",
    }))
    .unwrap();
    assert_eq!((install.key.app.as_str(), install.key.account.id.as_str()), ("a", "loc1"));
    assert_eq!(install.company.as_deref(), Some("com1"));
    assert_eq!(install.step, InstallationStep::Installed { plan: Some("p".to_owned()) });
    let uninstall = change(json!({"type": "UNINSTALL", "appId": "a", "companyId": "com1"}));
    let uninstall = uninstall.unwrap();
    assert_eq!(
        (uninstall.key.account.id.as_str(), uninstall.step),
        ("com1", InstallationStep::Uninstalled)
    );
    let plan = change(json!({
        "type": "PLAN_CHANGE", "appId": "a", "locationId": "loc1", "currentPlanId": "p",
        "newPlanId": "q",
    }));
    assert_eq!(plan.unwrap().step, InstallationStep::PlanChanged { plan: Some("q".to_owned()) });
    assert_eq!(change(json!({"type": "INSTALL", "appId": "a"})), None, "it names no account");
    assert_eq!(change(json!({"type": "ContactCreate", "appId": "a", "locationId": "loc1"})), None);
}

#[test]
fn bytes_that_are_no_event_are_kept_as_unreadable() {
    let event = reader().read(delivery(&[], &b"\xff\xfe"[..])).event;
    assert_eq!(event.kind, EventKind::UNREADABLE);
    assert_eq!(&event.body[..], b"\xff\xfe");
}

#[test]
fn a_time_from_the_future_is_not_believed() {
    let at = |timestamp: &str| read(json!({"timestamp": timestamp})).occurred_at.to_string();
    assert_eq!(at("2026-11-21T09:59:00.000Z"), "2026-11-21T09:59:00Z");
    assert_eq!(at("2036-01-01T00:00:00Z"), "2026-11-21T10:00:00Z");
    assert_eq!(at("yesterday"), "2026-11-21T10:00:00Z");
}

#[test]
fn an_invoice_comes_in_the_hubs_words() {
    let body = json!({
        "type": "InvoicePaid", "altId": "loc1", "altType": "location", "_id": "i1", "status": "paid",
        "invoiceNumber": 31, "amountPaid": 840, "contactDetails": {"id": "c1", "name": "Ada"},
    });
    let event = read(body.clone());
    let expected = [
        ("amount_paid".to_owned(), json!(840)),
        ("contact_id".to_owned(), json!("c1")),
        ("number".to_owned(), json!("31")),
        ("status".to_owned(), json!("paid")),
    ];
    let key = RecordKey::new(Entity::Invoice, "i1");
    let updates = reader().updates(&event).unwrap();
    assert_eq!(updates, [RecordUpdate::Set(key, expected.into())]);
    let mut nameless = body;
    nameless["_id"] = json!(null);
    assert_eq!(reader().updates(&read(nameless)).unwrap(), [], "it is no record");
}

#[test]
fn a_contact_comes_in_the_hubs_words() {
    let event = read(json!({
        "type": "ContactUpdate", "locationId": "loc1", "id": "c1", "firstName": "Ada",
        "email": null, "tags": ["vip"], "customFields": [{"id": "f1", "value": 7}],
    }));
    let updates = reader().updates(&event).unwrap();
    let expected = [
        ("custom_fields".to_owned(), json!({"f1": 7})),
        ("email".to_owned(), json!(null)),
        ("first_name".to_owned(), json!("Ada")),
        ("tags".to_owned(), json!(["vip"])),
    ];
    let key = RecordKey::new(Entity::Contact, "c1");
    assert_eq!(updates, [RecordUpdate::Set(key, expected.into())]);
}

#[test]
fn a_message_moves_its_conversation_too() {
    let event = read(json!({
        "type": "InboundMessage", "direction": "inbound", "messageType": "SMS", "body": "hello",
        "contactId": "c1", "conversationId": "v1", "dateAdded": "2026-11-21T09:00:00Z",
    }));
    assert_eq!((event.kind.verb, &event.record), (Verb::Received, &None));
    let updates = reader().updates(&event).unwrap();
    assert_eq!(updates[0].key().id, event.id.to_string());
    assert_eq!(updates[1].key(), &RecordKey::new(Entity::Conversation, "v1"));
    let RecordUpdate::Set(_, conversation) = &updates[1] else { panic!("removed") };
    assert_eq!(conversation["last_message_at"], json!("2026-11-21T09:00:00Z"));
}

#[test]
fn deletions_remove_and_shapeless_appointments_are_an_error() {
    let gone = read(json!({"type": "NoteDelete", "id": "n1", "body": "x"}));
    let updates = reader().updates(&gone).unwrap();
    assert!(matches!(&updates[..], [RecordUpdate::Remove(..)]));
    let odd = read(json!({"type": "AppointmentUpdate", "appointment": 7}));
    assert!(reader().updates(&odd).is_err());
    let deep = format!(
        r#"{{"type":"ContactCreate","id":"c","x":{}{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let deep = reader().read(delivery(&[], deep)).event;
    assert!(reader().updates(&deep).is_err());
}

#[test]
fn links_lead_to_the_record_and_never_outside_the_application() {
    let reader = reader();
    let link = |body| reader.link(&read(body));
    assert_eq!(
        link(json!({"type": "ContactCreate", "locationId": "loc1", "id": "c1"})).as_deref(),
        Some("https://app.example.com/v2/location/loc1/contacts/detail/c1")
    );
    assert_eq!(
        link(json!({"type": "NoteCreate", "locationId": "loc1", "id": "n1", "contactId": "../x"}))
            .as_deref(),
        Some("https://app.example.com/v2/location/loc1/dashboard")
    );
    assert_eq!(link(json!({"type": "LocationCreate", "id": "loc1", "companyId": "com1"})), None);
}

#[test]
fn a_summary_names_the_record_and_says_what_is_telling() {
    let summary = |body| reader().summarize(&read(body));
    let contact = summary(json!({"type": "ContactCreate", "firstName": "Ada", "lastName": "L"}));
    assert_eq!(contact.name.as_deref(), Some("Ada L"));
    let invoice = summary(json!({
        "invoiceNumber": "19", "altType": "location", "name": "Support", "total": 99.5,
    }));
    assert_eq!(invoice.name.as_deref(), Some("Support"));
    let fact = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    assert_eq!(invoice.facts, [fact("Number", "19"), fact("Total", "99.5")]);
}

#[test]
fn every_shared_signature_that_came_has_to_hold() {
    const GOOD: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let bad = GOOD.replace('5', "6");
    let ed25519 = "A".repeat(86) + "==";
    let secret = WebhookSecret::new("Jefe");
    let check = |headers: &[(&str, &str)], secret: Option<&WebhookSecret>| {
        let delivery = delivery(headers, "what do ya want for nothing?");
        reader().authenticate_shared(&delivery, secret)
    };
    let under = |headers: &[(&str, &str)]| check(headers, secret.as_ref());
    let (lc, event, ghl) = ("x-lc-signature", "x-lc-event-signature", "x-ghl-signature");
    for name in [lc, event, ghl] {
        assert_eq!(under(&[(name, GOOD)]), Ok(()));
        assert_eq!(under(&[(name, &bad)]), Err(Refusal::Mismatch));
        assert_eq!(under(&[(name, GOOD), (name, GOOD)]), Err(Refusal::Malformed), "{name}");
        assert_eq!(check(&[(name, GOOD)], None), Err(Refusal::NoSecret));
    }
    for (one, other) in [(lc, event), (lc, ghl), (event, ghl)] {
        for headers in [[(one, GOOD), (other, &bad)], [(other, &bad), (one, GOOD)]] {
            assert_eq!(under(&headers), Err(Refusal::Mismatch), "{headers:?}");
        }
        assert_eq!(under(&[(one, GOOD), (other, GOOD)]), Ok(()));
    }
    assert_eq!(under(&[(lc, GOOD), (ghl, &ed25519)]), Ok(()), "HighLevel's own says nothing here");
    assert_eq!(under(&[(ghl, &ed25519)]), Err(Refusal::Unsigned), "and opens nothing");
    assert_eq!(check(&[(ghl, &ed25519)], None), Ok(()));
    for text in ["", "N/A", &GOOD[..63], ed25519.as_str()] {
        assert_eq!(under(&[(lc, text)]), Err(Refusal::Malformed), "{text}");
    }
    assert_eq!(under(&[]), Err(Refusal::Unsigned));
}

#[test]
fn what_a_workflow_sends_is_known_at_the_door_of_older_guides_too() {
    let event = read(json!({"contact_id": "c1", "first_name": "Ada", "locationId": "no"}));
    assert_eq!(event.kind.to_string(), "contact.reported");
    let updates = reader().updates(&event).unwrap();
    assert_eq!(updates[0].key(), &RecordKey::new(Entity::Contact, "c1"));
    assert_eq!(read(json!({"type": "ContactCreate", "contact_id": "c1"})).kind.verb, Verb::Created);
}

#[test]
fn equal_bytes_are_one_event_for_days_and_for_ever_where_they_tell_their_time() {
    let at = |body: &'static str, hours: i64| {
        let mut delivery = delivery(&[], body);
        delivery.received_at += jiff::SignedDuration::from_hours(hours);
        let event = reader().read(delivery).event;
        (event.id, event.alias)
    };
    let invoice = r#"{"_id":"i","altType":"location","altId":"loc1","invoiceNumber":"1"}"#;
    let (first, alias) = at(invoice, 0);
    for hours in [1, 24, 72, 96] {
        let (id, other) = at(invoice, hours);
        assert!(id == first || other == alias, "{hours} hours later");
    }
    let (id, other) = at(invoice, 24 * 9);
    assert!(id != first && other != alias);
    let dated = r#"{"_id":"i","altType":"location","invoiceNumber":"1","timestamp":"2026-11-21T09:00:00Z"}"#;
    assert_eq!(at(dated, 0), at(dated, 24 * 365));
}
