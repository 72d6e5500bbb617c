//! Tests: every schema is listed, read and named, and every kind of event has one.

mod events;

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value, json};

use super::*;

#[test]
fn every_file_is_a_contract_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed: Vec<_> =
        Contract::all().map(|contract| format!("{}.json", contract.name())).collect();
    assert!(files.iter().eq(&listed), "{files:?} {listed:?}");
    for (index, contract) in Contract::all().enumerate() {
        assert_eq!(contract as usize, index, "{contract:?}");
    }
}

#[test]
fn every_schema_is_read_and_says_what_it_is() {
    for contract in Contract::all() {
        let name = contract.name();
        if let Err(problem) = reader::read(contract.json()) {
            panic!("{name}: {problem}");
        }
        let schema: Value = serde_json::from_str(contract.json()).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        for prose in ["title", "description"] {
            assert!(schema[prose].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        }
        assert_eq!(schema["type"], "object", "{name}");
        // A name that is required but not described is a slip of the pen.
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(schema["properties"].get(required.as_str().unwrap()).is_some(), "{name}");
        }
    }
}

#[test]
fn every_documented_kind_has_a_contract() {
    for event_type in EventType::all() {
        let contract = Contract::of(Recognized::Type(event_type));
        assert!(contract.is_some(), "{event_type:?}");
    }
    assert_eq!(Contract::of(Recognized::Family(Family::Invoice)), Some(Contract::Invoice));
    assert_eq!(Contract::of(Recognized::Family(Family::App)), None);
    assert_eq!(Contract::of(Recognized::Unknown), None);
}

#[test]
fn what_is_no_json_is_told_in_one_line() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for body in ["", "{\"id\":", &deep] {
        let told = check(Contract::Note, body.as_bytes());
        assert_eq!(told, [Mismatch::unreadable()]);
    }
    let told = check(Contract::Note, b"[]");
    assert_eq!(told[0].to_string(), "the body: expected an object, found a list");
}

#[test]
fn a_workflow_names_whom_it_is_about() {
    let mut payload = json!({
        "contact_id": "c1", "first_name": "null", "email": null, "tags": "vip,new",
        "Favorite color": ["green", 7], "customData": {"note": "call back"},
        "location": {"id": "l1", "postalCode": "03801"}, "workflow": {"id": "w1", "name": "Hello"},
        "pipleline_stage": "Won", "triggerData": {},
    });
    let told = |payload: &Value| -> Vec<String> {
        let body = payload.to_string();
        check(Contract::Workflow, body.as_bytes()).iter().map(ToString::to_string).collect()
    };
    assert_eq!(told(&payload), [""; 0]);
    payload["tags"] = json!(["vip", "new"]);
    assert_eq!(told(&payload), ["/tags: expected a text or null, found a list"]);
    payload["tags"] = Value::Null;
    for name in ["contact_id", "email", "workflow"] {
        payload.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(
        told(&payload),
        [
            "/workflow: expected an object, found nothing",
            "the body: expected the field `contact_id` or the field `email` or the field `phone`, \
             found none of them",
        ]
    );
}
