//! Tests: what `GET /` says can be controlled can be, and each control does what it says.

use std::sync::Arc;

use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

use crate::highlevel::{
    HighLevelSandbox, HighLevelSettings,
    receiver::{Receiver, still_clock},
};

struct Desk {
    sandbox: HighLevelSandbox,
    transport: Arc<HttpTransport>,
}

impl Desk {
    async fn open() -> Self {
        let settings = HighLevelSettings { contacts: 3, ..HighLevelSettings::default() };
        let sandbox = HighLevelSandbox::start(settings, still_clock()).await.unwrap();
        let transport = Arc::new(HttpTransport::new(HttpSettings::default()).unwrap());
        Self { sandbox, transport }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.url());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() }
            .with_header("authorization", format!("Bearer {}", self.sandbox.token()))
            .with_header("version", "2021-07-28")
            .with_header("content-type", "application/json");
        let answer = self.transport.send(request).await.unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

#[tokio::test]
async fn every_control_that_the_root_lists_is_served() {
    let desk = Desk::open().await;
    let about = desk.ok(Method::Get, "/", Value::Null).await;
    let mut served = 0;
    for control in about["controls"].as_array().unwrap() {
        let (methods, rest) = control.as_str().unwrap().split_once(" /").unwrap();
        let path = rest.split([' ', '[', '?']).next().unwrap();
        for name in methods.split([',', ' ']).filter(|word| !word.is_empty() && *word != "or") {
            let method = match name {
                "GET" => Method::Get,
                "POST" => Method::Post,
                "PUT" => Method::Put,
                "DELETE" => Method::Delete,
                other => panic!("{other} in {control}"),
            };
            let (status, answer) = desk.call(method, &format!("/{path}"), Value::Null).await;
            assert_ne!(status, 404, "{control}: {answer}");
            served += 1;
        }
    }
    assert!(served >= 15, "{served}");
}

#[tokio::test]
async fn requests_are_told_with_their_operation_and_status() {
    let desk = Desk::open().await;
    desk.call(Method::Get, "/contacts/nobody", Value::Null).await;
    desk.call(Method::Get, "/nothing", Value::Null).await;
    let told = desk.ok(Method::Get, "/_sandbox/requests", Value::Null).await;
    assert_eq!(told["count"], 2);
    let first = &told["requests"][0];
    assert_eq!((&first["method"], &first["path"]), (&json!("GET"), &json!("/contacts/nobody")));
    assert_eq!(first["operation"], "contacts.get-contact");
    assert!(first["status"].as_u64().unwrap() >= 400);
    assert_eq!(told["requests"][1]["operation"], Value::Null);

    for (name, path) in [("contacts.get-contact", "/contacts/nobody"), ("unknown", "/nothing")] {
        let query = format!("/_sandbox/requests?operation={name}");
        let told = desk.ok(Method::Get, &query, Value::Null).await;
        let paths: Vec<&Value> =
            told["requests"].as_array().unwrap().iter().map(|entry| &entry["path"]).collect();
        assert_eq!(paths, [path]);
    }
    let wrong = "/_sandbox/requests?operation=contacts.get-contct";
    let (status, refusal) = desk.call(Method::Get, wrong, Value::Null).await;
    assert_eq!(status, 400);
    assert!(refusal["message"].as_str().unwrap().ends_with("`contacts.get-contact`?"), "{refusal}");
}

#[tokio::test]
async fn a_reset_goes_back_to_the_subscriber_of_the_start() {
    let desk = Desk::open().await;
    let (first, other) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    desk.sandbox.subscribe(&first.url()).unwrap();
    let subscription = json!({ "url": other.url() });
    desk.ok(Method::Put, "/_sandbox/subscription", subscription).await;
    let send = "/_sandbox/webhooks?example=NoteCreate.1";
    desk.ok(Method::Post, send, Value::Null).await;
    assert_eq!((first.received().len(), other.received().len()), (0, 1));
    for resets in 1..=2 {
        desk.ok(Method::Post, "/_sandbox/reset", Value::Null).await;
        desk.ok(Method::Post, send, Value::Null).await;
        assert_eq!((first.received().len(), other.received().len()), (resets, 1));
    }
}

#[tokio::test]
async fn the_clock_advances_and_nothing_but_the_ids_survives_a_reset() {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    let subscription = json!({ "url": receiver.url() });
    desk.ok(Method::Put, "/_sandbox/subscription", subscription.clone()).await;
    let before = desk.ok(Method::Get, "/_sandbox/clock", Value::Null).await;
    let hour = json!({ "advance_seconds": 3_600 });
    let after = desk.ok(Method::Post, "/_sandbox/clock", hour).await;
    assert_eq!(
        (&before["now"], &after["now"]),
        (&json!("2026-03-05T12:00:00Z"), &json!("2026-03-05T13:00:00Z"))
    );

    let body = json!({ "locationId": desk.sandbox.location_id(), "email": "new@example.com" });
    assert_eq!(desk.call(Method::Post, "/contacts/", body).await.0, 201);
    let sent = desk.ok(Method::Post, "/_sandbox/webhooks?example=NoteCreate.1", Value::Null).await;
    assert_eq!((&sent["status"], &sent["event"]), (&json!(200), &json!("NoteCreate")));
    let outage = json!([{ "operation": "users.get-user", "action": { "kind": "outage" } }]);
    desk.ok(Method::Post, "/_sandbox/faults", outage).await;

    desk.ok(Method::Post, "/_sandbox/reset", Value::Null).await;
    assert_eq!(desk.sandbox.contact_count(), 3);
    let faults = desk.ok(Method::Get, "/_sandbox/faults", Value::Null).await;
    let requests = desk.ok(Method::Get, "/_sandbox/requests", Value::Null).await;
    let deliveries = desk.ok(Method::Get, "/_sandbox/deliveries", Value::Null).await;
    assert_eq!((&faults["faults"], &requests["count"]), (&json!([]), &json!(0)));
    assert_eq!(deliveries["deliveries"], json!([]));

    desk.ok(Method::Put, "/_sandbox/subscription", subscription).await;
    let again = desk.ok(Method::Post, "/_sandbox/webhooks?example=NoteCreate.1", Value::Null).await;
    assert_ne!(again["webhook_id"], sent["webhook_id"]);
}
