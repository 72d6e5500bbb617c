//! Tests: our examples agree, the published ones agree or are listed, and a wrong field is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::webhook::{
    Envelope, EventType, Recognized,
    contract::{Contract, check},
    recognize,
};

/// A body of every family, and a field without which a reader is lost.
const NEEDED: [(&str, &str); 23] = [
    ("AppInstall.1", "/appId"),
    ("AppUninstall.1", "/type"),
    ("AppointmentCreate.1", "/appointment/id"),
    ("AssociationCreate.1", "/key"),
    ("CampaignStatusUpdate.1", "/contactId"),
    ("ContactDndUpdate.2", "/id"),
    ("ConversationUnreadWebhook.1", "/unreadCount"),
    ("InboundMessage.5", "/direction"),
    ("InvoicePaid.1", "/contactDetails/id"),
    ("LCEmailStats.1", "/webhookPayload/event"),
    ("LocationCreate.1", "/companyId"),
    ("NoteCreate.1", "/contactId"),
    ("ObjectSchemaCreate.1", "/primaryDisplayProperty"),
    ("OpportunityCreate.1", "/pipelineStageId"),
    ("OrderCreate.1", "/items/0/qty"),
    ("PlanChange.1", "/newPlanId"),
    ("PriceUpdate.1", "/product"),
    ("ProductCreate.1", "/productType"),
    ("ProviderOutboundMessage.1", "/messageId"),
    ("RecordCreate.1", "/properties/0/key"),
    ("RelationCreate.1", "/firstRecordId"),
    ("TaskCreate.1", "/id"),
    ("UserCreate.1", "/role"),
];

/// Stands for people's data.
const CANARY: &str = "canary-7f31";

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn examples(folder: &Path) -> BTreeMap<String, Value> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())
        })
        .collect()
}

fn own() -> BTreeMap<String, Value> {
    examples(&folder("../sandbox/events/highlevel"))
}

/// The contract of the kind that a file is named after.
fn contract(file: &str) -> Contract {
    let name = file.split('.').next().unwrap();
    let event_type = EventType::all().find(|event_type| event_type.name() == name).unwrap();
    Contract::of(Recognized::Type(event_type)).unwrap()
}

fn told(contract: Contract, body: &Value) -> Vec<String> {
    check(contract, body.to_string().as_bytes()).iter().map(ToString::to_string).collect()
}

/// Where a body differs.
fn places(contract: Contract, body: &Value) -> Vec<String> {
    let mismatches = check(contract, body.to_string().as_bytes());
    mismatches.into_iter().map(|mismatch| mismatch.pointer).collect()
}

fn remove(body: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    assert!(parent.remove(name).is_some(), "{pointer} is not there");
}

#[test]
fn our_own_examples_agree() {
    for (file, event) in own() {
        assert_eq!(told(contract(&file), &event), [""; 0], "{file}");
        let recognized = recognize(&Envelope::parse(event.to_string().as_bytes()).unwrap());
        assert_eq!(Contract::of(recognized), Some(contract(&file)), "{file}");
    }
}

#[test]
fn the_published_examples_agree_or_are_listed() {
    let published = folder("../../../shared/highlevel-webhooks");
    if !published.is_dir() {
        eprintln!("SKIPPED: the published HighLevel examples are not beside the project");
        return;
    }
    let listed = fs::read(folder("tests/published-deviations.json")).unwrap();
    let mut listed: BTreeMap<String, Value> = serde_json::from_slice(&listed).unwrap();
    let published = examples(&published);
    assert_eq!(published.len(), 67);
    for (file, event) in published {
        let found = places(contract(&file), &event);
        let known = listed.remove(&file).unwrap_or_default();
        let below = known["below"].as_str().unwrap_or("listed nowhere");
        let others: Vec<_> = found.iter().filter(|place| !place.starts_with(below)).collect();
        assert_eq!(others, [""; 0], "{file}: {:?}", told(contract(&file), &event));
        let is_reasoned = known["reason"].as_str().is_some_and(|reason| !reason.is_empty());
        assert_eq!(is_reasoned, !found.is_empty(), "{file}: a difference and a reason go together");
    }
    assert_eq!(listed.keys().collect::<Vec<_>>(), [""; 0], "listed, but not published");
}

#[test]
fn a_field_that_is_needed_is_missed_in_every_family() {
    let examples = own();
    let mut families = Vec::new();
    for (file, pointer) in NEEDED {
        let mut event = examples[file].clone();
        remove(&mut event, pointer);
        assert_eq!(places(contract(file), &event), [pointer], "{file}");
        families.push(contract(file));
    }
    let others: Vec<_> = Contract::all().filter(|family| !families.contains(family)).collect();
    assert_eq!(others, [Contract::Workflow], "which has a test of its own");
}

/// What a schema says about a value and all that lies in it, with the pointers of the value.
fn visit(
    (schema, whole): (&Value, &Value),
    value: &Value,
    pointer: &str,
    seen: &mut impl FnMut(&str, &Value),
) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => whole.pointer(place.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    seen(pointer, schema);
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            visit((inner, whole), value, &format!("{pointer}/{name}"), seen);
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(inner) = schema.get("items") {
            visit((inner, whole), item, &format!("{pointer}/{number}"), seen);
        }
    }
}

#[test]
fn every_dropped_field_and_every_other_type_is_found() {
    let mut tried: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for (file, event) in own() {
        let contract = contract(&file);
        let schema: Value = serde_json::from_str(contract.json()).unwrap();
        let (mut required, mut typed) = (Vec::new(), Vec::new());
        visit((&schema, &schema), &event, "", &mut |pointer, schema| {
            let names = schema["required"].as_array().into_iter().flatten();
            required.extend(names.map(|name| format!("{pointer}/{}", name.as_str().unwrap())));
            if schema.as_object().is_some_and(|schema| schema.keys().any(|it| it != "description"))
            {
                typed.push(pointer.to_owned());
            }
        });
        let tried = tried.entry(contract).or_default();
        for pointer in &required {
            let mut event = event.clone();
            remove(&mut event, pointer);
            assert_eq!(places(contract, &event), [pointer.as_str()], "{file}");
        }
        for pointer in &typed {
            if !tried.insert(pointer.clone()) {
                continue;
            }
            let is_found = |other: &Value| {
                let mut event = event.clone();
                *event.pointer_mut(pointer).unwrap() = other.clone();
                !check(contract, event.to_string().as_bytes()).is_empty()
            };
            // Some fields may be of two types, none of three.
            let others = [json!({}), json!([[]]), json!(true), json!(0.5)];
            let found = others.iter().filter(|other| is_found(other)).count();
            assert!(found >= 2, "{file} {pointer}: only {found} other types are found");
        }
    }
    assert_eq!(tried.len(), Contract::all().len() - 1);
    assert!(tried.values().all(|places| places.len() >= 3), "{tried:?}");
}

/// The same value with the canary in every text and in names that no schema knows.
fn spoiled(value: &Value) -> Value {
    match value {
        Value::String(_) => json!([CANARY]),
        Value::Bool(_) | Value::Number(_) => json!(CANARY),
        Value::Null => Value::Null,
        Value::Array(items) => items.iter().map(spoiled).collect(),
        Value::Object(fields) => {
            let mut fields: Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), spoiled(value))).collect();
            fields.insert(CANARY.to_owned(), json!({ CANARY: CANARY }));
            Value::Object(fields)
        }
    }
}

#[test]
fn no_content_is_told() {
    for (file, event) in own() {
        let told = told(contract(&file), &spoiled(&event));
        assert!(!told.is_empty(), "{file}");
        assert!(!format!("{told:?}").contains(CANARY), "{file}: {told:?}");
    }
}
