//! Tests of the directory: every way to a field, and what is said where there is none.

use serde_json::json;

use super::*;

fn definitions() -> Vec<CustomFieldDefinition> {
    let listed = json!([
        {"id": "f1", "name": "Roof area", "fieldKey": "contact.roof_area", "model": "contact"},
        {"id": "f2", "name": "Colours", "fieldKey": "contact.colours"},
        {"id": "f3", "name": "Notes", "fieldKey": "contact.notes", "model": "contact"},
        {"id": "f4", "name": "notes", "fieldKey": "contact.notes_2", "model": "contact"},
        {"id": "f5", "name": "Roof area", "fieldKey": "opportunity.roof_area",
            "model": "opportunity"},
    ]);
    serde_json::from_value(listed).unwrap()
}

fn contacts() -> FieldDirectory {
    FieldDirectory::new(FieldOwner::Contact, definitions())
}

#[test]
fn a_field_is_found_by_name_key_and_id_and_only_with_its_owner() {
    for asked in ["Roof area", " roof AREA ", "roof_area", "contact.roof_area", "f1"] {
        assert_eq!(contacts().find(asked).unwrap().id.as_str(), "f1", "{asked}");
    }
    let opportunities = FieldDirectory::new(FieldOwner::Opportunity, definitions());
    for asked in ["Roof area", "roof_area", "opportunity.roof_area", "f5"] {
        assert_eq!(opportunities.find(asked).unwrap().id.as_str(), "f5", "{asked}");
    }
    assert!(opportunities.find("contact.roof_area").is_err());
    assert_eq!(contacts().by_id(&CustomFieldId::new("f5")), None);
}

#[test]
fn a_write_is_built_from_names_and_a_record_is_read_by_them() {
    let fields = contacts();
    let writes = fields.writes([("roof area", json!(82)), ("colours", json!(["red"]))]).unwrap();
    assert_eq!(
        json!(writes),
        json!([{"id": "f1", "field_value": 82}, {"id": "f2", "field_value": ["red"]}])
    );
    let contact: Contact = serde_json::from_value(json!({"id": "c1", "customFields": [
        {"id": "f2", "value": ["red"]}, {"id": "new", "value": 1}]}))
    .unwrap();
    assert_eq!(fields.value(&contact, "Colours").unwrap(), Some(&json!(["red"])));
    assert_eq!(fields.value(&contact, "Roof area").unwrap(), None);
    let named: Vec<_> = fields
        .named(contact.custom_fields.as_deref().unwrap())
        .map(|(field, value)| (field.and_then(|it| it.name.as_deref()), value.value().unwrap()))
        .collect();
    assert_eq!(named, [(Some("Colours"), &json!(["red"])), (None, &json!(1))]);
}

#[test]
fn an_unknown_field_is_refused_with_the_nearest_and_a_shared_name_with_all() {
    let refused = |asked: &str| contacts().find(asked).unwrap_err().to_string();
    assert_eq!(
        refused("Rof area"),
        "contact has no custom field `Rof area`: did you mean `Roof area`?"
    );
    assert_eq!(
        refused("contact.colors"),
        "contact has no custom field `contact.colors`: did you mean `Colours`?"
    );
    assert_eq!(
        refused("zzzzzzzz"),
        "contact has no custom field `zzzzzzzz`; list the location's fields, or create it"
    );
    assert_eq!(
        refused("NOTES 2"),
        "contact has no custom field `NOTES 2`: did you mean `contact.notes_2`?"
    );
    assert_eq!(contacts().find("notes").unwrap().id.as_str(), "f3", "a key comes before a name");
    let shared = contacts().writes([("Roof area", json!(1)), (" Notes", json!("x"))]).unwrap_err();
    assert_eq!(
        shared.to_string(),
        "contact has several custom fields `Notes`; name it by key or id: contact.notes, contact.notes_2"
    );
}
