//! Tests: the simulated Notion over its own port, with limits and faults.

use std::{collections::BTreeSet, time::Duration};

use aws_lc_rs::hmac;
use endpoint::{
    Method, Request, Response, Transport as _, TransportError,
    http::{HttpTransport, Settings as HttpSettings},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    fault::{Fault, FaultAction},
    highlevel::receiver::Receiver,
};

const VERSION: &str = "2026-03-11";

/// A sandbox with a client that says everything that it should.
struct Bench {
    notion: NotionSandbox,
    clock: SandboxClock,
    transport: HttpTransport,
}

impl Bench {
    async fn start(settings: NotionSettings) -> Self {
        let now: Timestamp = "2026-03-05T12:00:30Z".parse().unwrap();
        let clock = SandboxClock::new(Arc::new(move || now));
        Self {
            notion: NotionSandbox::start(settings, clock.clone()).await.unwrap(),
            clock,
            transport: HttpTransport::new(HttpSettings::default()).unwrap(),
        }
    }

    fn request(&self, method: Method, path: &str, body: &str) -> Request {
        let url = format!("{}{path}", self.notion.url());
        let body = body.to_owned().into();
        Request { method, url, headers: Vec::new(), body }
    }

    async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Response, TransportError> {
        let request = self.request(method, path, &body.to_string());
        let request = request
            .with_header("authorization", format!("Bearer {}", self.notion.token()))
            .with_header("notion-version", VERSION)
            .with_header("content-type", "application/json");
        self.transport.send(request).await
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let response = self.try_call(method, path, body).await.unwrap();
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    async fn me(&self) -> (u16, Value) {
        let request = self.request(Method::Get, "/v1/users/me", "");
        let request = request
            .with_header("authorization", format!("Bearer {}", self.notion.token()))
            .with_header("notion-version", VERSION);
        let response = self.transport.send(request).await.unwrap();
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    async fn source(&self) -> String {
        let body = json!({
            "parent": { "page_id": self.notion.parent_page_id() },
            "initial_data_source": { "properties": { "Name": { "title": {} } } },
        });
        let (status, database) = self.call(Method::Post, "/v1/databases", &body).await;
        assert_eq!(status, 200, "{database}");
        database["data_sources"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn try_row(&self, source: &str) -> Result<Response, TransportError> {
        let body = json!({ "parent": { "data_source_id": source }, "properties": {} });
        self.try_call(Method::Post, "/v1/pages", &body).await
    }

    fn fault(&self, action: FaultAction) {
        let fault = Fault::always(action).on("pages.create").times(1);
        self.notion.faults().set(vec![fault]).unwrap();
    }
}

async fn bench() -> Bench {
    Bench::start(NotionSettings::default()).await
}

#[tokio::test]
async fn every_answer_carries_its_request_id() {
    let bench = bench().await;
    let mut seen = BTreeSet::new();
    for path in ["/v1/search", "/v1/nowhere"] {
        let response = bench.try_call(Method::Post, path, &json!({})).await.unwrap();
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.header("x-notion-request-id"), body["request_id"].as_str());
        assert!(response.header("content-type").unwrap().starts_with("application/json"));
        seen.insert(body["request_id"].to_string());
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn what_does_not_pass_the_door_is_told_why() {
    let bench = bench().await;
    let token = format!("Bearer {}", bench.notion.token());
    let json_type = ("content-type", "application/json");
    let good = [("authorization", token.as_str()), ("notion-version", VERSION), json_type];
    for (path, headers, body, status, code) in [
        ("/v1/search", vec![good[1], json_type], "{}", 401, "unauthorized"),
        ("/v1/search", vec![("authorization", "Bearer x"), good[1]], "{}", 401, "unauthorized"),
        ("/v1/search", vec![good[0], json_type], "{}", 400, "missing_version"),
        (
            "/v1/search",
            vec![good[0], ("notion-version", "2021-01-01")],
            "{}",
            400,
            "validation_error",
        ),
        ("/v1/search", good.to_vec(), "{", 400, "invalid_json"),
        ("/v1/search", good.to_vec(), "[]", 400, "validation_error"),
        ("/v1/search", good[..2].to_vec(), "{}", 400, "validation_error"),
        ("/v1/agents", good.to_vec(), "{}", 400, "invalid_request_url"),
        ("//v1/search", good.to_vec(), "{}", 400, "invalid_request_url"),
    ] {
        let mut request = bench.request(Method::Post, path, body);
        for (name, value) in headers {
            request = request.with_header(name, value);
        }
        let response = bench.transport.send(request).await.unwrap();
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((response.status, answer["code"].as_str()), (status, Some(code)), "{answer}");
        assert_eq!((&answer["object"], &answer["status"]), (&json!("error"), &json!(status)));
    }
}

#[tokio::test]
async fn a_payload_above_500_kb_is_refused() {
    let bench = bench().await;
    for size in [500_001, 9_000_000] {
        let body = json!({ "query": "x".repeat(size) });
        let (status, answer) = bench.call(Method::Post, "/v1/search", &body).await;
        assert_eq!((status, &answer["code"]), (400, &json!("validation_error")));
    }
}

#[tokio::test]
async fn the_181st_request_of_a_minute_waits_for_the_next() {
    let bench = bench().await;
    for _ in 0..180 {
        assert_eq!(bench.me().await.0, 200);
    }
    bench.clock.advance(Duration::from_secs(20));
    let response = bench.try_call(Method::Post, "/v1/search", &json!({})).await.unwrap();
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!((response.status, response.header("retry-after")), (429, Some("40")));
    assert_eq!(answer["code"], "rate_limited");
    assert_eq!(answer["additional_data"]["retry_after"], "40");
    assert_eq!(answer["additional_data"]["rate_limit_reason"], "public_api_request_rate_limit");
    bench.clock.advance(Duration::from_secs(40));
    assert_eq!(bench.me().await.0, 200);
}

#[tokio::test]
async fn a_fault_before_the_commit_leaves_nothing() {
    let bench = bench().await;
    let source = bench.source().await;
    for status in [409, 429, 500, 502, 503, 504, 529] {
        bench.fault(FaultAction::status(status));
        let response = bench.try_row(&source).await.unwrap();
        assert_eq!(response.status, status);
        assert_eq!(bench.notion.page_count(), 0);
    }
    bench.fault(FaultAction::Reset { committed: false });
    let error = bench.try_row(&source).await.unwrap_err();
    assert!(matches!(error, TransportError::Interrupted { .. }), "{error}");
    assert_eq!(bench.notion.page_count(), 0);
    assert_eq!(bench.try_row(&source).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_fault_after_the_commit_hides_what_was_made() {
    let bench = bench().await;
    let source = bench.source().await;
    let committed =
        |status| FaultAction::Status { status, retry_after: None, reason: None, committed: true };
    bench.fault(committed(503));
    let response = bench.try_row(&source).await.unwrap();
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    let rows = bench.notion.pages(&source);
    assert_eq!((response.status, rows.len()), (503, 1));
    assert_eq!(answer["additional_data"]["committed_resource_id"], rows[0]["id"]);

    bench.fault(committed(504));
    assert_eq!(bench.try_row(&source).await.unwrap().status, 504);
    assert_eq!(bench.notion.page_count(), 2);
    for action in [FaultAction::Reset { committed: true }, FaultAction::Truncate] {
        let before = bench.notion.page_count();
        bench.fault(action);
        let error = bench.try_row(&source).await.unwrap_err();
        assert!(matches!(error, TransportError::Interrupted { .. }), "{error}");
        assert_eq!(bench.notion.page_count(), before + 1);
    }
}

#[tokio::test]
async fn what_is_refused_anyway_stays_refused_by_a_fault_after_the_commit() {
    let bench = bench().await;
    bench.fault(FaultAction::Status {
        status: 503,
        retry_after: None,
        reason: None,
        committed: true,
    });
    let (status, answer) = bench.call(Method::Post, "/v1/pages", &json!({})).await;
    assert_eq!((status, &answer["code"]), (400, &json!("validation_error")));
}

#[tokio::test]
async fn an_outage_lasts_until_it_is_cleared_and_spares_the_controls() {
    let bench = bench().await;
    let outage = json!([{ "action": { "kind": "outage" } }]);
    assert_eq!(bench.call(Method::Post, "/_sandbox/faults", &outage).await.0, 200);
    for _ in 0..3 {
        assert!(bench.try_call(Method::Post, "/v1/search", &json!({})).await.is_err());
    }
    let (_, listed) = bench.call(Method::Get, "/_sandbox/faults", &json!({})).await;
    assert_eq!(listed["faults"].as_array().unwrap().len(), 1);
    assert_eq!(bench.call(Method::Delete, "/_sandbox/faults", &json!({})).await.0, 200);
    assert_eq!(bench.me().await.0, 200);
}

#[tokio::test]
async fn latency_delays_the_answer() {
    let bench = bench().await;
    let slow = Fault::always(FaultAction::Latency { milliseconds: 150 });
    bench.notion.faults().set(vec![slow]).unwrap();
    let quick = tokio::time::timeout(Duration::from_millis(100), bench.me()).await;
    assert!(quick.is_err());
    assert_eq!(bench.me().await.0, 200);
}

#[tokio::test]
async fn the_controls_show_requests_and_rows_and_advance_the_clock() {
    let bench = bench().await;
    let source = bench.source().await;
    bench.fault(FaultAction::Reset { committed: true });
    assert!(bench.try_row(&source).await.is_err());
    let (_, log) = bench.call(Method::Get, "/_sandbox/requests", &json!({})).await;
    assert_eq!((&log["count"], bench.notion.request_count()), (&json!(2), 2));
    assert_eq!(
        log["requests"][1],
        json!({ "method": "POST", "path": "/v1/pages", "operation": "pages.create", "status": null, "at": "2026-03-05T12:00:30Z" })
    );
    let path = format!("/_sandbox/pages?data_source={source}");
    let (_, listed) = bench.call(Method::Get, &path, &json!({})).await;
    assert_eq!(listed["pages"], json!(bench.notion.pages(&source)));
    let (_, clock) =
        bench.call(Method::Post, "/_sandbox/clock", &json!({ "advance_seconds": 90 })).await;
    assert_eq!(clock["now"], "2026-03-05T12:02:00Z");
    for (method, path, body) in [
        (Method::Post, "/_sandbox/clock", json!({})),
        (Method::Post, "/_sandbox/faults", json!([{ "action": { "kind": "fire" } }])),
        (
            Method::Post,
            "/_sandbox/faults",
            json!([{ "action": { "kind": "outage" }, "probability": 2 }]),
        ),
    ] {
        assert_eq!(bench.call(method, path, &body).await.0, 400, "{path} {body}");
    }
    assert_eq!(bench.call(Method::Get, "/_sandbox/pages?data_source=x", &json!({})).await.0, 404);
}

#[tokio::test]
async fn the_root_says_where_to_begin() {
    let bench = bench().await;
    let (status, about) = bench.call(Method::Get, "/", &json!({})).await;
    assert_eq!((status, &about["parent_page_id"]), (200, &json!(bench.notion.parent_page_id())));
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_shared_page() {
    let bench = bench().await;
    let source = bench.source().await;
    bench.try_row(&source).await.unwrap();
    let page = bench.notion.parent_page_id();
    assert_eq!(bench.call(Method::Post, "/_sandbox/reset", &json!({})).await.0, 200);
    assert_eq!((bench.notion.page_count(), bench.notion.request_count()), (0, 0));
    assert_eq!(bench.notion.parent_page_id(), page);
    assert_eq!(bench.try_row(&source).await.unwrap().status, 404);
    assert_eq!(bench.source().await, source);
}

#[tokio::test]
async fn a_stopped_sandbox_answers_nobody() {
    let bench = bench().await;
    assert_eq!(bench.me().await.0, 200);
    let Bench { notion, transport, .. } = bench;
    let url = format!("{}/v1/users/me", notion.url());
    notion.stop().await;
    let request = Request { method: Method::Get, url, headers: Vec::new(), body: "".into() };
    let error = transport.send(request).await.unwrap_err();
    assert!(matches!(error, TransportError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn the_token_is_not_in_what_is_printed() {
    let settings = NotionSettings::default();
    assert!(!format!("{settings:?}").contains(&settings.token));
}

/// Waits until so many webhooks have ended.
async fn told(bench: &Bench, count: usize) -> Vec<WebhookAttempt> {
    loop {
        let told = bench.notion.webhooks();
        if told.len() >= count {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(5)).await; // tidy: sleep, they are sent in real time
    }
}

#[tokio::test]
async fn what_a_person_does_is_no_request_and_is_known_as_theirs() {
    let bench = bench().await;
    let source = bench.source().await;
    let requests = bench.notion.request_count();
    bench.notion.faults().set(vec![Fault::always(FaultAction::status(500))]).unwrap();
    let body = json!({ "parent": { "data_source_id": source }, "properties": {} });
    let row = bench.notion.act("POST", "/v1/pages", &body).unwrap();
    let person = &row["last_edited_by"]["id"];
    bench.notion.faults().clear();
    assert_eq!(bench.notion.request_count(), requests);
    assert_ne!(*person, bench.me().await.1["id"]);
    let path = format!("/v1/pages/{}", row["id"].as_str().unwrap());
    let body = json!({ "properties": { "Name": { "title": [{ "text": { "content": "Ada" } }] } } });
    let (_, changed) = bench.call(Method::Patch, &path, &body).await;
    let me = bench.me().await.1["id"].clone();
    assert_eq!((&changed["created_by"]["id"], &changed["last_edited_by"]["id"]), (person, &me));
    let refused = bench.notion.act("PATCH", &path, &json!({ "properties": { "No": {} } }));
    assert!(refused.is_err(), "{refused:?}");
    let (status, _) =
        bench.call(Method::Post, "/_sandbox/acts", &json!({ "method": "GET", "path": path })).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn changes_of_a_page_are_gathered_signed_and_told_until_they_are_taken() {
    let bench = bench().await;
    let receiver = Receiver::start(&[200, 500]).await;
    let source = bench.source().await;
    let options = WebhookOptions { gather_milliseconds: 50, repeat: 1 };
    let token = bench.notion.subscribe(&receiver.url(), options);
    assert_eq!(told(&bench, 1).await[0].body, json!({ "verification_token": token }));
    let row: Value = serde_json::from_slice(&bench.try_row(&source).await.unwrap().body).unwrap();
    let path = format!("/v1/pages/{}", row["id"].as_str().unwrap());
    for name in ["Ada", "Ada", "Grace"] {
        let title = json!({ "title": [{ "text": { "content": name } }] });
        bench.notion.act("PATCH", &path, &json!({ "properties": { "Name": title } })).unwrap();
    }
    let told = told(&bench, 4).await;
    let event = |kind: &str| told.iter().filter(|one| one.body["type"] == kind).collect::<Vec<_>>();
    let (created, updated) = (event("page.created"), event("page.properties_updated"));
    // One of the two was refused at first, and came again as the same.
    assert_eq!(created.len() + updated.len(), 3);
    let body = &updated[0].body;
    assert_eq!(body["data"]["updated_properties"], json!(["title"]));
    assert_eq!(body["data"]["parent"]["data_source_id"], source);
    assert_eq!(body["entity"], json!({ "id": row["id"], "type": "page" }));
    assert_eq!(body["authors"][0]["type"], "person");
    assert_eq!(created[0].body["authors"][0]["type"], "bot");
    let ids: BTreeSet<_> =
        created.iter().chain(&updated).map(|one| one.body["id"].to_string()).collect();
    assert_eq!(ids.len(), 2);
    let last = receiver.received().pop().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    let signature = last.header("x-notion-signature").strip_prefix("sha256=").unwrap();
    let digits = |at: usize| u8::from_str_radix(&signature[at..at + 2], 16).unwrap();
    let tag: Vec<u8> = (0..64).step_by(2).map(digits).collect();
    hmac::verify(&key, &last.body, &tag).unwrap();
    receiver.stop().await;
}
