//! Tests: the example events are complete, listed, of one story, and shaped like the published ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use highlevel::webhook::{Envelope, EventType, Recognized, recognize};
use serde_json::Value;

use super::{example, examples};
use crate::highlevel::HighLevelSettings;

/// The documented kinds (`facts/highlevel.md` 7.1).
const DOCUMENTED: [&str; 58] = [
    "AppInstall",
    "AppUninstall",
    "AppointmentCreate",
    "AppointmentDelete",
    "AppointmentUpdate",
    "AssociationCreate",
    "AssociationDelete",
    "AssociationUpdate",
    "CampaignStatusUpdate",
    "ContactCreate",
    "ContactDelete",
    "ContactDndUpdate",
    "ContactTagUpdate",
    "ContactUpdate",
    "ConversationUnreadWebhook",
    "InboundMessage",
    "InvoiceCreate",
    "InvoiceDelete",
    "InvoicePaid",
    "InvoicePartiallyPaid",
    "InvoiceSent",
    "InvoiceUpdate",
    "InvoiceVoid",
    "LCEmailStats",
    "LocationCreate",
    "LocationUpdate",
    "NoteCreate",
    "NoteDelete",
    "NoteUpdate",
    "ObjectSchemaCreate",
    "ObjectSchemaUpdate",
    "OpportunityAssignedToUpdate",
    "OpportunityCreate",
    "OpportunityDelete",
    "OpportunityMonetaryValueUpdate",
    "OpportunityStageUpdate",
    "OpportunityStatusUpdate",
    "OpportunityUpdate",
    "OrderCreate",
    "OrderStatusUpdate",
    "OutboundMessage",
    "PlanChange",
    "PriceCreate",
    "PriceDelete",
    "PriceUpdate",
    "ProductCreate",
    "ProductDelete",
    "ProductUpdate",
    "ProviderOutboundMessage",
    "RecordCreate",
    "RecordDelete",
    "RecordUpdate",
    "RelationCreate",
    "RelationDelete",
    "TaskComplete",
    "TaskCreate",
    "TaskDelete",
    "UserCreate",
];

/// Values longer than eight characters that both sides may have, because the wire knows no other.
const ENUMERATED: [&str; 13] = [
    "MANY_TO_MANY",
    "USER_DEFINED",
    "VoiceMail",
    "booking_widget",
    "completed",
    "confirmed",
    "delivered",
    "example.com", // The domain reserved for examples (RFC 2606).
    "exclusive",
    "partially_paid",
    "text/plain",
    "unfulfilled",
    "voicemail",
];

fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("events/highlevel")
}

/// The published examples, where they lie beside the project.
fn published_folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("../shared/highlevel-webhooks");
    if !folder.is_dir() {
        eprintln!("SKIPPED: the published HighLevel examples are not beside the project");
        return None;
    }
    Some(folder)
}

/// The names of the JSON files in a folder, without the extension, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// Calls `visit` with every value and its path; all elements of an array share one path.
fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, value);
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                walk(field, &format!("{path}.{key}"), visit);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                walk(element, &format!("{path}[]"), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        // `UserCreate.1` is published with the names of the types instead of values.
        Value::String(text) if text == "boolean" => "boolean",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn shape(value: &Value) -> BTreeSet<(String, &'static str)> {
    let mut shape = BTreeSet::new();
    walk(value, "", &mut |path, value| {
        shape.insert((path.to_owned(), type_of(value)));
    });
    shape
}

/// The strings at every path but the top-level `type`, whose values are the wire's.
fn strings(value: &Value) -> BTreeSet<String> {
    let mut strings = BTreeSet::new();
    walk(value, "", &mut |path, value| match value {
        Value::String(text) if path != ".type" => {
            strings.insert(text.clone());
        }
        _ => {}
    });
    strings
}

/// The id of an event's record, wherever its family keeps it.
fn field<'a>(event: &'a Value, path: &str) -> Option<&'a str> {
    event.pointer(path).and_then(Value::as_str)
}

#[test]
fn every_file_is_listed_in_order() {
    let listed: Vec<&str> = examples().iter().map(|example| example.file).collect();
    assert_eq!(listed, files(&own_folder()));
}

#[test]
fn every_documented_kind_has_an_example() {
    let names: BTreeSet<&str> = examples().iter().map(|example| example.name).collect();
    assert_eq!(names, BTreeSet::from(DOCUMENTED));
}

#[test]
fn names_and_files_agree() {
    for example in examples() {
        let (name, number) = example.file.split_once('.').unwrap();
        assert_eq!(example.name, name);
        assert!(number.parse::<u8>().is_ok(), "{}", example.file);
    }
    assert_eq!(example("NoteCreate.1").unwrap().name, "NoteCreate");
    assert_eq!(example("NoteCreate"), None);
}

#[test]
fn all_events_are_of_one_location() {
    let settings = HighLevelSettings::default();
    let (location, company) = (settings.location_id.as_str(), settings.company_id.as_str());
    for example in examples() {
        let event = parsed(example.json);
        let own = match example.name {
            "LocationCreate" | "LocationUpdate" => "/id",
            _ => "/locationId",
        };
        let account = field(&event, own).or_else(|| field(&event, "/altId"));
        match example.file {
            "AppInstall.3" | "AppUninstall.2" | "UserCreate.3" => assert_eq!(account, None),
            file => assert_eq!(account, Some(location), "{file}"),
        }
        let of_company = field(&event, "/companyId").is_none_or(|id| id == company);
        assert!(of_company, "{}", example.file);
        let of_app = field(&event, "/appId").is_none_or(|id| id == settings.app_id);
        assert!(of_app, "{}", example.file);
    }
}

#[test]
fn every_contact_and_user_that_is_named_was_created() {
    let events: Vec<Value> = examples().iter().map(|example| parsed(example.json)).collect();
    let created = |kind: &str| -> BTreeSet<&str> {
        let of_kind = events.iter().filter(|event| field(event, "/type") == Some(kind));
        of_kind.filter_map(|event| field(event, "/id")).collect()
    };
    let (contacts, users) = (created("ContactCreate"), created("UserCreate"));
    let paths =
        ["/contactId", "/appointment/contactId", "/contactDetails/id", "/contactSnapshot/id"];
    for (example, event) in examples().iter().zip(&events) {
        for id in paths.iter().filter_map(|path| field(event, path)) {
            assert!(contacts.contains(id), "{}: contact {id}", example.file);
        }
        for id in ["/assignedTo", "/userId"].iter().filter_map(|path| field(event, path)) {
            assert!(users.contains(id), "{}: user {id}", example.file);
        }
    }
}

#[test]
fn the_hubs_own_reader_knows_every_example() {
    for example in examples() {
        let named = EventType::all().find(|kind| kind.name() == example.name).unwrap();
        let recognized = recognize(&Envelope::parse(example.json.as_bytes()).unwrap());
        let known = match recognized {
            Recognized::Type(kind) => kind == named,
            Recognized::Family(family) => family == named.family(),
            Recognized::Unknown => false,
        };
        assert!(known, "{} is taken for {recognized:?}", example.file);
    }
}

#[test]
fn mails_and_phones_reach_nobody() {
    for example in examples() {
        for text in strings(&parsed(example.json)) {
            let mail = text.contains('@');
            assert!(!mail || text.contains("@example.com"), "{}: {text}", example.file);
            let phone = text.starts_with('+');
            assert!(!phone || text.starts_with("+1555010"), "{}: {text}", example.file);
        }
    }
}

#[test]
fn shapes_are_those_of_the_published_examples() {
    let Some(folder) = published_folder() else {
        return;
    };
    let published = files(&folder);
    assert_eq!(published.len(), 67);
    for file in published {
        let theirs = fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
        let ours = example(&file).unwrap_or_else(|| panic!("{file} has no example of ours"));
        assert_eq!(shape(&parsed(ours.json)), shape(&parsed(&theirs)), "{file}");
    }
}

#[test]
fn types_are_those_of_the_published_examples() {
    let Some(folder) = published_folder() else {
        return;
    };
    for file in files(&folder) {
        let theirs = parsed(&fs::read_to_string(folder.join(format!("{file}.json"))).unwrap());
        let ours = parsed(example(&file).unwrap().json);
        match file.as_str() {
            "UserCreate.1" => assert_eq!(field(&theirs, "/type"), Some("string")),
            _ => assert_eq!(field(&ours, "/type"), field(&theirs, "/type"), "{file}"),
        }
    }
}

#[test]
fn no_value_is_copied_from_the_published_examples() {
    let Some(folder) = published_folder() else {
        return;
    };
    let mut theirs = BTreeMap::new();
    for file in files(&folder) {
        let event = parsed(&fs::read_to_string(folder.join(format!("{file}.json"))).unwrap());
        theirs.extend(strings(&event).into_iter().map(|text| (text, file.clone())));
    }
    for example in examples() {
        for text in strings(&parsed(example.json)) {
            if text.chars().count() <= 8 || ENUMERATED.contains(&text.as_str()) {
                continue;
            }
            let source = theirs.get(&text);
            assert_eq!(source, None, "{}: `{text}`", example.file);
        }
    }
}
