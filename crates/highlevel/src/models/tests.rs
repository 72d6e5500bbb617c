//! Tests of models: what is read and written back loses nothing, in either generation's spelling.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::*;
use crate::{CustomFieldId, MessageId};

/// Reads a value; writing it back has to give the same.
#[track_caller]
fn kept<M: DeserializeOwned + Serialize>(value: Value) -> M {
    let model: M = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&model).unwrap(), value);
    model
}

#[test]
fn a_contact_survives_reading_and_writing_with_what_nobody_knows() {
    let contact: Contact = kept(json!({
        "id": "c1", "locationId": "loc1", "firstName": "Ada", "lastName": "Lovelace",
        "email": "ada@example.com", "emailLowerCase": "ada@example.com", "type": "lead",
        "additionalEmails": [{"email": "a@example.com", "validEmail": null}],
        "dnd": false, "dndSettings": {"SMS": {"status": "permanent", "code": "STOP_KEYWORD"}},
        "tags": ["vip"], "customFields": [
            {"id": "f1", "value": ["a", "b"]}, {"id": "f2", "value": 7, "unknown": {"deep": [1]}}],
        "attributionSource": {"medium": "form"}, "dateAdded": "2026-11-20T10:00:00.000Z",
        "brandNewField": {"x": [null, 1.5]}
    }));
    assert_eq!(contact.full_name(), "Ada Lovelace");
    assert_eq!(contact.custom_field(&CustomFieldId::new("f2")), Some(&json!(7)));
    assert_eq!(contact.custom_field(&CustomFieldId::new("f3")), None);
    assert_eq!(contact.extra["brandNewField"], json!({"x": [null, 1.5]}));
    let added = contact.date_added.unwrap().timestamp().unwrap();
    assert_eq!(added.to_string(), "2026-11-20T10:00:00Z");
}

#[test]
fn a_row_of_a_search_is_a_contact_too() {
    let row: Contact = kept(json!({
        "id": "c1", "address": "1 Main St", "dateOfBirth": -4_800_000_000_i64,
        "searchAfter": [1_732_099_200_000_i64, "c1"], "dateAdded": 1_732_099_200_000_i64
    }));
    assert_eq!(row.search_after.unwrap().len(), 2);
    assert_eq!(row.date_added.unwrap().timestamp().unwrap().as_second(), 1_732_099_200);
}

#[test]
fn the_other_records_keep_what_they_do_not_know() {
    let new = json!({"deep": [1]});
    kept::<Note>(json!({"id": "n1", "body": "x", "attachments": new}));
    kept::<Task>(json!({"id": "t1", "title": "x", "completed": true, "isRecurring": new}));
    let location: Location = kept(json!({"id": "l1", "business": new, "settings":
        {"allowDuplicateContact": false, "saasSettings": new}}));
    assert_eq!(location.settings.unwrap().allow_duplicate_contact, Some(false));
    let pipeline: Pipeline = kept(json!({"id": "p1", "showInFunnel": true, "stages":
        [{"id": "s1", "name": "New", "position": 0.0, "color": new}]}));
    assert_eq!(pipeline.stages.unwrap()[0].name.as_deref(), Some("New"));
    kept::<User>(json!({"id": "u1", "roles": new, "permissions": {"contactsEnabled": true}}));
    kept::<CustomValue>(json!({"id": "v1", "name": "Phone", "value": "1", "parentId": new}));
    kept::<CustomFieldDefinition>(json!({"id": "f1", "fieldKey": "contact.x", "parentId": "f0"}));
    kept::<Conversation>(json!({"id": "k1", "type": "TYPE_PHONE", "inbox": true, "sort": [7]}));
    kept::<Message>(json!({"id": "m1", "type": 2, "meta": {"email": {"messageIds": ["e1"]}}}));
    let opportunity: Opportunity = kept(json!({"id": "o1", "status": "paused", "notes": [],
        "monetaryValue": 12.5, "customFields": [{"id": "f1", "type": "array",
        "fieldValueArray": ["a"]}]}));
    assert_eq!(opportunity.status, Some(OpportunityStatus::Other("paused".to_owned())));
    assert_eq!(opportunity.custom_fields.unwrap()[0].value(), Some(&json!(["a"])));
}

#[test]
fn success_is_read_in_three_spellings_and_in_two_at_once() {
    for (reply, said) in [
        (json!({"succeded": true}), Some(true)),
        (json!({"succeeded": false}), Some(false)),
        (json!({"success": true, "id": "x"}), Some(true)),
        (json!({"succeded": true, "succeeded": true}), Some(true)),
        (json!({"traceId": "t"}), None),
    ] {
        assert_eq!(kept::<Done>(reply).succeeded(), said);
    }
}

#[test]
fn a_custom_fields_value_is_found_under_each_of_its_names() {
    for name in [
        "value",
        "fieldValue",
        "field_value",
        "fieldValueString",
        "fieldValueArray",
        "fieldValueNumber",
        "fieldValueDate",
    ] {
        let field: CustomField = kept(json!({"id": "f1", name: "x"}));
        assert_eq!(field.value(), Some(&json!("x")), "{name}");
    }
    let both: CustomField = kept(json!({"id": "f1", "fieldValue": "x", "field_value": "x"}));
    assert_eq!(both.value(), Some(&json!("x")));
}

#[test]
fn do_not_disturb_is_read_and_written_in_the_casing_that_is_there() {
    let new: DndSettings = kept(json!({"sms": {"status": "active"}, "whatsApp": {"status": "x"}}));
    assert_eq!(new.state("SMS"), Some(DndState::Active));
    assert_eq!(new.state("WhatsApp"), Some(DndState::Other("x".to_owned())));
    assert_eq!(new.state("Email"), None);
    let opened = new.with("SMS", false);
    let expected = json!({"sms": {"status": "inactive"}, "whatsApp": {"status": "x"}});
    assert_eq!(serde_json::to_value(opened).unwrap(), expected);
    let old: DndSettings = kept(json!({"SMS": {"status": "permanent", "code": "STOP_KEYWORD"}}));
    assert_eq!(old.state("sms"), Some(DndState::Permanent));
}

#[test]
fn messages_are_read_flat_and_nested() {
    let flat = json!({"lastMessageId": "m2", "nextPage": true, "messages": [{"id": "m1"}]});
    let nested = json!({"messages": flat, "traceId": "t"});
    for body in [flat, nested] {
        let reply: MessagesReply = serde_json::from_value(body).unwrap();
        assert_eq!(reply.messages.len(), 1);
        assert_eq!((reply.last_message_id, reply.next_page), (Some(MessageId::new("m2")), true));
    }
}

#[test]
fn moments_are_read_in_every_form_and_odd_ones_are_kept() {
    for (moment, second) in [
        (json!("2026-11-20T10:00:00+01:00"), Some(1_795_165_200)),
        (json!(1_795_165_200_000_i64), Some(1_795_165_200)),
        (json!("1795165200000"), Some(1_795_165_200)),
        (json!("soon"), None),
        (json!({}), None),
    ] {
        let read = kept::<Moment>(moment.clone()).timestamp();
        assert_eq!(read.map(jiff::Timestamp::as_second), second, "{moment}");
    }
}
