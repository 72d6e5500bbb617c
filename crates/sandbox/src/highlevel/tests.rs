//! Tests: the simulated HighLevel over its own port.

use endpoint::{
    Method, Request, Response, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

use super::{
    receiver::{NOON, Receiver, still_clock},
    *,
};

async fn start() -> HighLevelSandbox {
    HighLevelSandbox::start(HighLevelSettings::default(), still_clock()).await.unwrap()
}

async fn call(sandbox: &HighLevelSandbox, method: Method, path: &str, body: &str) -> Response {
    let transport = HttpTransport::new(HttpSettings::default()).unwrap();
    let request = Request {
        method,
        url: format!("{}{path}", sandbox.url()),
        headers: Vec::new(),
        body: body.to_owned().into(),
    };
    transport.send(request).await.unwrap()
}

fn read(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

async fn subscribed(answers: &[u16]) -> (HighLevelSandbox, Receiver) {
    let (sandbox, receiver) = (start().await, Receiver::start(answers).await);
    let subscription = json!({ "url": receiver.url() }).to_string();
    let answer = call(&sandbox, Method::Put, "/_sandbox/subscription", &subscription).await;
    assert_eq!(answer.status, 200);
    (sandbox, receiver)
}

#[tokio::test]
async fn the_root_says_what_it_is() {
    let sandbox = start().await;
    let about = call(&sandbox, Method::Get, "/", "").await;
    assert_eq!(about.status, 200);
    assert_eq!(read(&about)["locationId"], sandbox.location_id());
}

#[tokio::test]
async fn other_paths_and_methods_are_answered_as_highlevels_router_answers() {
    let sandbox = start().await;
    let cases = [
        (Method::Get, "/calendar?locationId=x", "Cannot GET /calendar?locationId=x"),
        (Method::Patch, "/contacts/abc", "Cannot PATCH /contacts/abc"),
        (Method::Delete, "/_sandbox/keys", "Cannot DELETE /_sandbox/keys"),
    ];
    for (method, path, message) in cases {
        let answer = call(&sandbox, method, path, "").await;
        let body = read(&answer);
        assert_eq!(answer.status, 404);
        assert_eq!(body["statusCode"], 404);
        assert_eq!(body["message"], message);
        assert_eq!(body["error"], "Not Found");
        assert_eq!(body["traceId"].as_str().map(str::len), Some(36));
    }
}

#[tokio::test]
async fn an_example_is_sent_by_name_and_logged() {
    let (sandbox, receiver) = subscribed(&[]).await;
    let path = "/_sandbox/webhooks?example=ContactCreate.1";
    let delivered = read(&call(&sandbox, Method::Post, path, "").await);
    assert_eq!((&delivered["status"], &delivered["event"]), (&json!(200), &json!("ContactCreate")));

    let sent: Value = serde_json::from_slice(&receiver.received()[0].body).unwrap();
    assert_eq!(sent["locationId"], sandbox.location_id());
    let log = read(&call(&sandbox, Method::Get, "/_sandbox/deliveries", "").await);
    assert_eq!(log["deliveries"][0]["webhook_id"], delivered["webhook_id"]);
    assert_eq!(log["deliveries"][0]["attempts"][0]["at"], "2026-03-05T12:00:00Z");
    assert_eq!(sent["timestamp"], NOON);
}

#[tokio::test]
async fn every_example_can_be_sent() {
    let (sandbox, receiver) = subscribed(&[]).await;
    let names = read(&call(&sandbox, Method::Get, "/_sandbox/examples", "").await);
    assert_eq!(names.as_array().unwrap().len(), examples().len());
    for example in examples() {
        assert!(sandbox.send_named(example.json, example.file).await.unwrap().is_accepted());
    }
    assert_eq!(receiver.received().len(), examples().len());
}

#[tokio::test]
async fn an_event_of_the_callers_own_is_sent() {
    let (sandbox, receiver) = subscribed(&[]).await;
    let answer = call(&sandbox, Method::Post, "/_sandbox/webhooks", r#"{"type":"Mine"}"#).await;
    assert_eq!((answer.status, &read(&answer)["event"]), (200, &json!("Mine")));
    assert!(receiver.received()[0].body.starts_with(br#"{"type":"Mine","timestamp":"#));
}

#[tokio::test]
async fn refusals_have_the_shape_of_highlevels_errors() {
    let sandbox = start().await;
    let webhooks = "/_sandbox/webhooks";
    let cases = [
        (webhooks, "[]", 400, "the request body"),
        (webhooks, "{}", 409, "/_sandbox/subscription"),
        ("/_sandbox/webhooks?example=Nope.1", "", 404, "/_sandbox/examples"),
        ("/_sandbox/clock", "{}", 400, "advance_seconds"),
    ];
    for (path, body, status, hint) in cases {
        let answer = call(&sandbox, Method::Post, path, body).await;
        let refusal = read(&answer);
        assert_eq!((answer.status, &refusal["statusCode"]), (status, &json!(status)), "{path}");
        assert!(refusal["message"].as_str().unwrap().contains(hint), "{refusal}");
    }
    let address = r#"{"url":"ftp://hub"}"#;
    let answer = call(&sandbox, Method::Put, "/_sandbox/subscription", address).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn advancing_the_clock_sends_what_is_due_before_it_answers() {
    let (sandbox, receiver) = subscribed(&[429]).await;
    let sent = sandbox.send("{}").await.unwrap();
    assert_eq!(sent.status, Some(429));
    let advance = r#"{"advance_seconds":600}"#;
    let clock = read(&call(&sandbox, Method::Post, "/_sandbox/clock", advance).await);
    assert_eq!(clock["now"], "2026-03-05T12:10:00Z");
    assert_eq!(clock["waiting"], 0);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn keys_are_told_and_reset_forgets() {
    let (sandbox, _receiver) = subscribed(&[]).await;
    let keys = read(&call(&sandbox, Method::Get, "/_sandbox/keys", "").await);
    assert_eq!(keys["webhook_public_keys"], json!(sandbox.webhook_public_keys()));

    sandbox.send("{}").await.unwrap();
    assert_eq!(call(&sandbox, Method::Post, "/_sandbox/reset", "").await.status, 200);
    let log = read(&call(&sandbox, Method::Get, "/_sandbox/deliveries", "").await);
    assert_eq!(log, json!({ "deliveries": [], "waiting": 0 }));
    assert!(matches!(sandbox.send("{}").await, Err(WebhookError::NotSubscribed)));
}

#[tokio::test]
async fn after_a_restart_the_key_is_the_same() {
    let first = start().await;
    let keys = first.webhook_public_keys();
    first.stop().await;
    assert_eq!(start().await.webhook_public_keys(), keys);
}

#[tokio::test]
async fn the_port_is_free_after_it_stopped() {
    let sandbox = start().await;
    let listen: SocketAddr = sandbox.url().trim_start_matches("http://").parse().unwrap();
    sandbox.stop().await;
    let settings = HighLevelSettings { listen, ..HighLevelSettings::default() };
    let again = HighLevelSandbox::start(settings, still_clock()).await.unwrap();
    assert_eq!(again.company_id(), HighLevelSettings::default().company_id);
}
