//! Tests of errors: every kind, what may follow it, and that nothing of a reply is shown.

use std::time::Duration;

use endpoint::Method;

use super::*;
use crate::{
    models::{Contract, Customer},
    resources::{Get, GetMe, List},
};

const NO_PERMISSION: &str =
    r#"{"error":"Not authorized. Please ask account admin to update your group permissions."}"#;

fn refused<E: Endpoint>(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let response = Response {
        status,
        headers: headers.iter().map(header).collect(),
        body: body.to_owned().into(),
    };
    Error::of::<E>(endpoint::decode::<E>(response).map(|_| ()).unwrap_err())
}

#[test]
fn every_status_has_one_kind_and_one_answer_to_what_next() {
    for (status, body, kind, retry, hint) in [
        (400, r#"{"message":["Bad"]}"#, Kind::Invalid, Retry::Never, "change what"),
        (401, "", Kind::Unauthorized, Retry::Never, "make a new API token"),
        (401, NO_PERMISSION, Kind::MissingPermission, Retry::Never, "give the API token the"),
        (403, "", Kind::MissingPermission, Retry::Never, "give the API token the"),
        (404, r#"{"message":"Not found"}"#, Kind::NotFound, Retry::Never, "check the id"),
        (422, r#"{"errors":"Bad"}"#, Kind::Invalid, Retry::Never, "change what"),
        (429, "", Kind::Throttled, Retry::Backoff, "wait, or find"),
        (500, "", Kind::Failed, Retry::Backoff, "repeat it later"),
        (502, "<html>", Kind::Failed, Retry::Backoff, "repeat it later"),
        (302, "", Kind::Unreadable, Retry::Never, "check that the subdomain"),
        (200, " <html>", Kind::Failed, Retry::Backoff, "repeat it later"),
        (200, r#"{"other":1}"#, Kind::Unreadable, Retry::Never, "check that the subdomain"),
    ] {
        let error = refused::<List<Customer>>(status, &[], body);
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{status} {body}");
        assert!(error.hint().starts_with(hint), "{status}: {}", error.hint());
    }
    let named = refused::<GetMe>(429, &[("retry-after", "9")], "");
    assert_eq!(named.retry(), Retry::After(Duration::from_secs(9)));
}

#[test]
fn a_missing_permission_is_named() {
    let hint = |error: Error| error.hint();
    let list = hint(refused::<List<Customer>>(401, &[], NO_PERMISSION));
    assert!(list.contains("\"Customers - List/Search\""), "{list}");
    let one = hint(refused::<Get<Contract>>(401, &[], NO_PERMISSION));
    assert!(one.contains("\"Contracts - Edit\""), "{one}");
    let me = hint(refused::<GetMe>(401, &[], NO_PERMISSION));
    assert!(me.contains("more permissions"), "{me}");
}

#[test]
fn what_was_never_sent_and_what_never_arrived_are_told_apart() {
    let send = |source| {
        Error::of::<GetMe>(endpoint::Error::Send {
            operation: GetMe::NAME,
            method: Method::Get,
            source,
        })
    };
    let host = || "shop.test".to_owned();
    let connect = send(TransportError::Connect { host: host(), source: "refused".into() });
    assert_eq!((connect.kind(), connect.retry()), (Kind::Unreachable, Retry::Backoff));
    let lost = send(TransportError::Interrupted { host: host(), source: "reset".into() });
    assert_eq!((lost.kind(), lost.retry()), (Kind::Interrupted, Retry::Backoff));
    assert_eq!(connect.status(), None);
}

#[test]
fn a_sentence_shows_nothing_of_the_reply() {
    let body = r#"{"message":["ada@example.com is taken"]}"#;
    let error = refused::<List<Customer>>(422, &[], body);
    assert_eq!(error.message(), Some("ada@example.com is taken"));
    assert_eq!(
        error.to_string(),
        "customers.list was answered with status 422; change what RepairShopr's message names"
    );
}
