//! Which values make which call, over every operation.

use domain::{ConnectionId, OrganizationId, Tenant};
use endpoint::catalogue::{Field, Generation, Parameter, Sampler, sample};
use highlevel::{Call as _, LocationId};
use serde_json::json;

use super::*;
use crate::operations::requested;

/// Ids of people who want to reach another operation.
const HOSTILE: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "...",
    "../x",
    "..\\x",
    "a/../b",
    "a/b",
    "/",
    "//evil.example",
    "\\\\evil.example",
    "%2e%2e",
    "%2e%2e%2f",
    "..%2f",
    "..%252f",
    "%00",
    "a\0b",
    "a\nb",
    "a\r\nHost: evil.example",
    "a?b=c",
    "?x=1",
    "a#b",
    "#",
    "a;b",
    "..;/",
    "a&b",
    "{contactId}",
    "\u{2025}/x",
    "\u{ff0e}\u{ff0e}/x",
    "\u{2215}x",
    "https://evil.example/",
    "../locations/ok9?x=1",
];

/// What passes as an id and has to be encoded.
const ODD: &[&str] =
    &["a b", "a+b", "ada@example.com", "a:b", "a|b", "a=b", "a,b", "~a", "zoë", "\u{ff0e}\u{ff0e}"];

fn place() -> Place {
    Place {
        tenant: Tenant {
            organization: OrganizationId::new("default"),
            connection: ConnectionId::new("highlevel"),
        },
        location: LocationId::new("loc1"),
        name: None,
    }
}

/// Values that every schema takes.
struct Plain;

impl Sampler for Plain {
    fn known(&mut self, _: &str) -> Option<Value> {
        None
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        match format {
            Some("date-time") => "2026-03-04T15:00:00Z".to_owned(),
            Some("date") => "2026-03-04".to_owned(),
            Some("number") => "1".to_owned(),
            _ => format!("{name}1"),
        }
    }

    fn wants(&mut self, _: Field<'_>) -> bool {
        false
    }
}

/// Everything that an operation needs, with texts in the path.
fn sampled(operation: Operation<'static>) -> JsonObject {
    let edition = edition(operation);
    let mut given = JsonObject::new();
    for parameter in edition.parameters().filter(|it| it.is_required()) {
        let value = sample(parameter.name(), parameter.schema(), &mut Plain);
        given.insert(parameter.name().to_owned(), value);
    }
    if let Some(body) = edition.body() {
        match sample("", body.schema(), &mut Plain) {
            Value::Object(fields) => given.extend(fields),
            other => drop(given.insert(BODY.to_owned(), other)),
        }
    }
    for name in LOCATION.into_iter().chain([ALT_TYPE]) {
        given.remove(name);
        if takes(edition, name) && !is_filled(operation, name) {
            given.insert(name.to_owned(), json!("loc1"));
        }
    }
    given
}

fn takes(edition: Edition<'static>, name: &str) -> bool {
    edition.parameter(name).is_some()
        || edition.body().is_some_and(|body| has_field(body.schema(), name))
}

#[test]
fn every_operation_can_be_called_with_flat_values() {
    for operation in catalogue::operations() {
        let call = call_of(operation, sampled(operation), &place());
        assert!(call.is_ok(), "{}: {}", operation.id(), call.unwrap_err());
    }
}

#[test]
fn no_value_of_any_path_reaches_another_operation() {
    let mut tried = 0;
    for operation in catalogue::operations() {
        let edition = edition(operation);
        for parameter in edition.parameters().filter(|it| it.place() == In::Path) {
            for hostile in HOSTILE {
                let mut given = sampled(operation);
                given.insert(parameter.name().to_owned(), json!(hostile));
                let refused = call_of(operation, given, &place());
                assert!(refused.is_err(), "{} took {hostile:?}", operation.id());
                tried += 1;
            }
            if parameter.schema().values().len() == 0 && !LOCATION.contains(&parameter.name()) {
                ODD.iter().for_each(|odd| reaches_its_own(operation, parameter, odd));
            }
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// The path that leaves has as many segments as the template, and each of them is encoded.
fn reaches_its_own(operation: Operation<'static>, parameter: Parameter<'static>, odd: &str) {
    let mut given = sampled(operation);
    given.insert(parameter.name().to_owned(), json!(odd));
    let Ok(call) = call_of(operation, given, &place()) else { return };
    let request = requested(&call).unwrap().request.unwrap();
    let path = request.split_once(' ').unwrap().1;
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let template = edition(operation).path();
    assert_eq!(path.split('/').count(), template.split('/').count(), "{path}");
    let is_encoded = |it: char| it.is_ascii_alphanumeric() || "/%-_.~!$&'()*+,;=:@".contains(it);
    assert!(path.chars().all(is_encoded), "{path}");
    assert!(path.split('/').all(|step| step != "." && step != ".."), "{path}");
}

#[test]
fn the_catalogue_refuses_what_the_pattern_would_let_through() {
    // Without our pattern the encoding alone still keeps a value inside of its segment.
    for hostile in HOSTILE {
        let call = RawCall::new("contacts.get-contact").unwrap().with("contactId", *hostile);
        let Ok(request) = call.request("https://api.example") else { continue };
        let path = request.url.strip_prefix("https://api.example/contacts/").unwrap();
        assert!(!path.contains(['/', '?', '#', '\\']), "{hostile:?} became {path}");
        assert!(path != ".." && path != ".", "{hostile:?} became {path}");
    }
}

#[test]
fn the_location_comes_from_the_place_alone() {
    let search = catalogue::operation("contacts.get-contacts").unwrap();
    let call = call_of(search, JsonObject::new(), &place()).unwrap();
    assert_eq!(call.value("locationId"), Some(&json!("loc1")));
    let other = JsonObject::from_iter([("locationId".to_owned(), json!("loc2"))]);
    assert_eq!(call_of(search, other, &place()).unwrap_err().code, "other_location");

    let invoices = catalogue::operation("invoices.list-invoices").unwrap();
    let given = json!({ "limit": "10", "offset": "0" });
    let call = call_of(invoices, given.as_object().unwrap().clone(), &place()).unwrap();
    assert_eq!(call.value("altId"), Some(&json!("loc1")));
    assert_eq!(call.value("altType"), Some(&json!("location")));
}

#[test]
fn what_takes_the_location_itself_away_has_to_name_it() {
    let delete = catalogue::operation("locations.delete-location").unwrap();
    let given = json!({ "deleteTwilioAccount": false });
    let refused = call_of(delete, given.as_object().unwrap().clone(), &place()).unwrap_err();
    assert_eq!(refused.code, "invalid_arguments");
    assert!(refused.message.contains("params.locationId is required"), "{}", refused.message);
}

#[test]
fn mistakes_are_told_by_the_names_that_the_caller_used() {
    let create = catalogue::operation("contacts.create-contact").unwrap();
    let given = json!({ "firstNam": "Ada", "tags": "vip" });
    let refused = call_of(create, given.as_object().unwrap().clone(), &place()).unwrap_err();
    assert!(refused.message.contains("params.tags is a string"), "{}", refused.message);
    assert!(refused.message.contains("params.firstNam is not known: did you mean `firstName`?"));
    assert!(refused.fix.contains("contacts.create-contact"));
    let unknown = operation("contacts.create-contct").unwrap_err();
    assert!(unknown.fix.contains("contacts.create-contact"), "{}", unknown.fix);
}

#[test]
fn a_file_of_a_form_is_a_value() {
    let upload = catalogue::operation("medias.upload-media-content").unwrap();
    let given = json!({ "name": "hello", "files": [
        { "field": "file", "name": "a.txt", "content_type": "text/plain", "text": "hello" },
    ]});
    let call = call_of(upload, given.as_object().unwrap().clone(), &place()).unwrap();
    let request = call.request("https://api.example").unwrap();
    assert!(String::from_utf8_lossy(&request.body).contains("hello"));
    let empty =
        json!({ "files": [{ "field": "file", "name": "a", "content_type": "text/plain" }] });
    let refused = call_of(upload, empty.as_object().unwrap().clone(), &place()).unwrap_err();
    assert!(refused.message.contains("no content"));
}

#[test]
fn values_are_held_against_the_generation_that_is_called() {
    let added = catalogue::operations().find(|it| it.is_added()).unwrap();
    assert_eq!(edition(added).generation(), Generation::V3);
}
