//! Requests at the door of a whole hub, over HTTP.

use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::{corpus, strategies};

const WAYS: [&str; 8] = ["ed25519", "rsa", "both", "theirs", "other", "twice", "none", ""];

const HEADERS: [&str; 10] = [
    "accept",
    "content-type",
    "deliveryid",
    "x-correlation-id",
    "content-length",
    "transfer-encoding",
    "expect",
    "x-ghl-signature",
    "x-wh-signature",
    "x-forwarded-for",
];

fn input() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(&HEADERS[..]);
    let header = (name, strategies::header_value())
        .prop_map(|(name, value)| [name.as_bytes(), b": ", &value, b"\n"].concat());
    let headers = prop::collection::vec(header, 0..4);
    let way = prop::sample::select(&WAYS[..]);
    (way, headers, strategies::body()).prop_map(|(way, headers, body)| {
        [way.as_bytes(), b"\n", &headers.concat(), b"\n", &body].concat()
    })
}

#[test]
fn the_door_keeps_what_is_signed_and_nothing_else() {
    let door = RefCell::new(Door::new());
    let config = ProptestConfig::with_cases(400);
    proptest!(config, |(input in input())| door.borrow_mut().knock(&input));
    door.borrow_mut().settle();
}

#[test]
fn the_door_outlives_bytes_that_are_no_request() {
    let door = RefCell::new(Door::new());
    let request = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        "(GET|POST|PRI) [!-~]{0,20} HTTP/[0-9.]{1,3}\r\n([a-z-]{1,12}: [ -~]{0,20}\r\n){0,5}\r\n.{0,40}"
            .prop_map(String::into_bytes),
    ];
    let config = ProptestConfig::with_cases(200);
    proptest!(config, |(request in request)| {
        door.borrow_mut().knock(&[b"raw\n", &request[..]].concat());
    });
    door.borrow_mut().settle();
}

#[test]
fn what_the_fuzzer_found_is_answered() {
    let mut door = Door::new();
    corpus::inputs("door").iter().for_each(|input| door.knock(input));
    corpus::inputs("event").iter().for_each(|body| door.knock(&[b"both\n\n", &body[..]].concat()));
    door.settle();
}

#[test]
fn depth_is_no_reason_to_refuse() {
    let mut door = Door::new();
    let levels = 100_000;
    let (arrays, ends) = ("[".repeat(levels), "]".repeat(levels));
    for body in [
        arrays.clone(),
        "{\"a\":".repeat(levels),
        format!(
            "{{\"type\":\"ContactUpdate\",\"locationId\":\"l\",\"id\":\"c\",\"x\":{arrays}{ends}}}"
        ),
    ] {
        door.knock(&[b"ed25519\n\n", body.as_bytes()].concat());
        door.knock(&[b"none\n\n", body.as_bytes()].concat());
    }
    door.settle();
}
