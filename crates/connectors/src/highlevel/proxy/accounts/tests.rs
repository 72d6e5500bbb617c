//! Every place in which a call can name an account.

use endpoint::{Method, catalogue::Generation};
use highlevel::catalogue;

use super::*;

fn named(body: &str) -> Result<Vec<String>, ProxyRefusal> {
    let mut named = Named::default();
    named.add_json(body.as_bytes())?;
    Ok(named.0.into_iter().collect())
}

#[test]
fn accounts_are_found_in_every_spelling_and_depth() {
    for body in [
        r#"{"locationId":"l9"}"#,
        r#"{"location_id":"l9"}"#,
        r#"{"LOCATIONID":"l9"}"#,
        r#"{"location-Id":"l9"}"#,
        r#"{"locationIds":["l9"]}"#,
        r#"{"a":[{"b":{"altId":"l9"}}]}"#,
        r#"[{"companyId":"l9"}]"#,
        r#"{"subAccountIds":[["l9"]]}"#,
        r#"{"\u006cocationId":"\u006c9"}"#,
    ] {
        assert_eq!(named(body).unwrap(), ["l9"], "{body}");
    }
    assert_eq!(named(r#"{"name":"l9","locationName":"x","locationId":null}"#).unwrap().len(), 0);
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    for body in [
        r#"{"locationId":"l1","locationId":"l9"}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"locationId":{"$ne":"l1"}}"#,
        r#"{"locationId":7}"#,
        r#"{"locationId":[true]}"#,
        r#"{"locationId":"l1"} {"locationId":"l9"}"#,
        r#"{"locationId":"l1"#,
        "{'locationId':'l1'}",
        "\u{feff}{}",
        "",
    ] {
        let refusal = named(body).unwrap_err();
        assert_eq!(refusal.fault, ProxyFault::Malformed, "{body}");
        assert!(!refusal.to_string().contains("l1"), "{refusal}");
    }
    assert!(named(&"[".repeat(10_000)).is_err(), "depth is bounded");
}

#[test]
fn the_path_names_accounts_by_its_parameters_and_by_its_first_word() {
    for (method, path, expected) in [
        (Method::Get, "/locations/l9", Some("l9")),
        (Method::Get, "/locations/l9/permissions", Some("l9")),
        (Method::Get, "/companies/c9", Some("c9")),
        (Method::Get, "/social-media-posting/l9/accounts", Some("l9")),
        (Method::Get, "/contacts/c1", None),
    ] {
        let mut named = Named::default();
        named.add_path(&catalogue::route(method, path, None).unwrap());
        assert_eq!(named.0.iter().map(String::as_str).next(), expected, "{path}");
    }
}

#[test]
fn every_path_parameter_that_names_an_account_is_known() {
    let mut checked = 0;
    for operation in catalogue::operations() {
        for edition in operation.editions() {
            for name in edition.path().split(['{', '}']).skip(1).step_by(2) {
                let sounds = name.to_ascii_lowercase();
                let sounds = sounds.contains("location") || sounds.contains("company");
                if sounds && name != "serviceLocationId" {
                    assert!(is_name(name), "{name} of {}", operation.id());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn blanks_are_what_the_operation_takes_and_nobody_gave() {
    let edition = |id: &str| catalogue::operation(id).unwrap().edition(Generation::V2).unwrap();
    let list = edition("contacts.get-contacts");
    assert_eq!(blanks_of_query(list, &[]), [Blank::Location("locationId")]);
    let given = [("locationId".to_owned(), "l1".to_owned())];
    assert_eq!(blanks_of_query(list, &given), []);
    assert_eq!(blanks_of_query(edition("contacts.get-contact"), &[]), []);

    let create = edition("contacts.create-contact");
    assert_eq!(blanks_of_body(create, &BTreeSet::new()), [Blank::Location("locationId")]);
    assert_eq!(blanks_of_body(edition("contacts.create-note"), &BTreeSet::new()), []);
    let invoices = edition("invoices.list-invoices");
    assert_eq!(blanks_of_query(invoices, &[]), [Blank::Alternative]);
}
