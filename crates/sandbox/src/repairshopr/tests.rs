//! Tests: the simulated RepairShopr over its own port. Each test names a quirk of the real one.

use std::{collections::BTreeSet, time::Duration};

use endpoint::{Method, Request, Response, Transport as _, TransportError, http::Settings};
use serde_json::json;

use super::*;
use crate::{
    fault::{Fault, FaultAction},
    highlevel::receiver::{Receiver, still_clock},
};

/// A sandbox with a client that has a key.
struct Bench {
    shop: RepairShoprSandbox,
    clock: SandboxClock,
    transport: HttpTransport,
}

impl Bench {
    async fn start(settings: RepairShoprSettings) -> Self {
        let clock = still_clock();
        let settings = RepairShoprSettings { requests_per_minute: 10_000, ..settings };
        Self {
            shop: RepairShoprSandbox::start(settings, clock.clone()).await.unwrap(),
            clock,
            transport: HttpTransport::new(Settings::default()).unwrap(),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<Response, TransportError> {
        let url = format!("{}/api/v1/{path}", self.shop.url());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() };
        let request = request.with_header("authorization", format!("Bearer {key}"));
        self.transport.send(request.with_header("content-type", "application/json")).await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let response = self.send(method, path, self.shop.key(), &body).await.unwrap();
        (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::Get, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::Post, path, body).await
    }

    async fn made(&self, path: &str, wrapper: &str, body: Value) -> u64 {
        let (status, body) = self.post(path, body).await;
        assert!(matches!(status, 200 | 201), "{path}: {body}");
        let record = body.get(wrapper).unwrap_or(&body);
        record["id"].as_u64().unwrap()
    }
}

async fn bench() -> Bench {
    Bench::start(RepairShoprSettings::default()).await
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

/// A customer of the start that is no walk-in.
const CUSTOMER: u64 = 30_000_001;

#[tokio::test]
async fn a_key_is_taken_in_three_forms() {
    let bench = bench().await;
    let url = |query: &str| format!("{}/api/v1/me{query}", bench.shop.url());
    let key = bench.shop.key();
    for (query, header, status) in [
        (String::new(), Some(format!("Bearer {key}")), 200),
        (String::new(), Some(key.to_owned()), 200),
        (format!("?api_key={key}"), None, 200),
        (String::new(), Some("Bearer other".to_owned()), 401),
        (String::new(), None, 401),
    ] {
        let mut request = Request {
            method: Method::Get,
            url: url(&query),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        if let Some(header) = header {
            request = request.with_header("authorization", header);
        }
        let response = bench.transport.send(request).await.unwrap();
        assert_eq!(response.status, status, "{query}");
    }
    let me = bench.get("me").await;
    assert_eq!((&me["user_token"], &me["subdomain"]), (&json!(key), &json!("sandbox")));
}

#[tokio::test]
async fn page_sizes_and_envelopes_differ_by_list_and_from_what_is_documented() {
    let lists = [
        ("customers", "customers", 100, 25),
        ("contacts", "contacts", 50, 25),
        ("tickets", "tickets", 50, 25),
        ("invoices", "invoices", 25, 25),
        ("estimates", "estimates", 25, 28),
        ("payments", "payments", 25, 25),
        ("products", "products", 20, 25),
        ("customer_assets", "assets", 50, 25),
        ("appointments", "appointments", 25, 25),
    ];
    for strict_spec in [false, true] {
        let bench = Bench::start(RepairShoprSettings { strict_spec, ..Default::default() }).await;
        for (path, key, live, spec) in lists {
            let body = bench.get(&format!("{path}?include_disabled=true")).await;
            let rows = body[key].as_array().unwrap().len();
            assert_eq!(rows, if strict_spec { spec } else { live }, "{path} {strict_spec}");
            let has_meta = !body["meta"].is_null();
            let says_nothing = matches!(path, "products" | "appointments")
                || (path == "customer_assets" && strict_spec);
            assert_eq!(has_meta, !says_nothing, "{path} {strict_spec}");
        }
    }
    let bench = bench().await;
    let meta = |body: &Value| body["meta"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let whole = ["page", "per_page", "total_entries", "total_pages"];
    assert_eq!(meta(&bench.get("customers").await), whole);
    assert_eq!(meta(&bench.get("tickets").await), ["page", "total_pages"]);
    let appointments = bench.get("appointments").await;
    assert!(appointments["appointments"][0]["appointment"]["id"].is_u64());
    assert!(bench.get("users").await["users"][0][1].is_string(), "pairs");
}

#[tokio::test]
async fn customers_ignore_the_filter_by_change_and_tickets_do_not() {
    let bench = bench().await;
    let future = "since_updated_at=2030-01-01T00:00:00.000Z";
    for (path, ignored) in [
        ("customers", true),
        ("estimates", true),
        ("payments", true),
        ("tickets", false),
        ("invoices", false),
    ] {
        let body = bench.get(&format!("{path}?{future}")).await;
        assert_eq!(!body[path].as_array().unwrap().is_empty(), ignored, "{path}");
    }
    // Changes of customers stand on the last pages of the list in this order.
    let path = "customers?sort=updated_at%20ASC&include_disabled=true&page=3";
    let before = ids(&bench.get(path).await["customers"]);
    assert_eq!(before.len(), 30);
    bench.clock.advance(Duration::from_secs(60));
    let changed = format!("customers/{}", CUSTOMER + 200);
    bench.call(Method::Put, &changed, json!({ "notes": "x" })).await;
    let after = ids(&bench.get(path).await["customers"]);
    assert_eq!(after.last(), Some(&(CUSTOMER + 200)));
}

#[tokio::test]
async fn disabled_customers_are_left_out_unless_they_are_asked_for() {
    let bench = bench().await;
    let total = |body: Value| body["meta"]["total_entries"].as_u64().unwrap();
    let shown = total(bench.get("customers").await);
    let all = total(bench.get("customers?include_disabled=true").await);
    assert_eq!((shown, all), (221, 230));
}

#[tokio::test]
async fn rows_move_to_later_pages_while_they_are_read() {
    let bench = bench().await;
    let first = ids(&bench.get("customers").await["customers"]);
    bench.made("customers", "customer", json!({ "firstname": "New" })).await;
    let second = ids(&bench.get("customers?page=2").await["customers"]);
    assert!(second.contains(first.last().unwrap()), "the last row of the first page comes again");
}

#[tokio::test]
async fn a_missing_permission_is_401_and_looks_almost_like_a_wrong_key() {
    let bench = bench().await;
    bench.shop.allow("T1", &["Customers - List/Search"]);
    let status = async |path: &str| {
        let response = bench.send(Method::Get, path, "T1", &Value::Null).await.unwrap();
        (response.status, String::from_utf8(response.body.to_vec()).unwrap())
    };
    assert_eq!(status("customers").await.0, 200);
    assert_eq!(status("contacts").await.0, 200, "contacts take the permission of customers");
    let (code, body) = status("tickets").await;
    assert_eq!(code, 401);
    assert!(body.contains("group permissions"), "{body}");
    assert_eq!(status("line_items").await.0, 401, "only for administrators of everything");
    let lead = json!({ "last_name": "Frost" });
    let made = bench.send(Method::Post, "leads", "T1", &lead).await.unwrap();
    assert_eq!(made.status, 200, "any key may make a lead");
}

#[tokio::test]
async fn a_comment_emails_the_customer_unless_it_is_told_not_to() {
    let bench = bench().await;
    let comment = |flags: Value| {
        let mut body = json!({ "subject": "Update", "body": "Done" });
        body.as_object_mut().unwrap().extend(flags.as_object().unwrap().clone());
        bench.post("tickets/1003/comment", body)
    };
    for quiet in [json!({ "hidden": true }), json!({ "do_not_email": true })] {
        assert_eq!(comment(quiet).await.0, 200);
        assert!(bench.shop.outbox().is_empty());
    }
    let (_, made) = comment(json!({})).await;
    assert_eq!(made["comment"]["subject"], "Update");
    comment(json!({ "hidden": true, "sms_body": "Done" })).await;
    let outbox = bench.shop.outbox();
    let kinds: Vec<_> = outbox.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["email", "sms"]);
    assert!(outbox[0]["to"].as_str().unwrap().ends_with("@example.com"), "{outbox:?}");
    let (status, body) = bench.post("tickets/1003/comment", json!({ "body": "x" })).await;
    assert_eq!((status, body), (422, json!({ "error": "Subject can't be blank" })));
}

#[tokio::test]
async fn a_list_of_tickets_shows_the_first_comment_only() {
    let bench = bench().await;
    let list = bench.get("tickets?number=1005").await;
    let ticket = &list["tickets"][0];
    assert_eq!(ticket["comments"].as_array().unwrap().len(), 1);
    let id = ticket["id"].as_u64().unwrap();
    let whole = bench.get(&format!("tickets/{id}")).await;
    assert_eq!(whole["ticket"]["comments"].as_array().unwrap().len(), 12);
    let page = bench.get(&format!("tickets/{id}/comments")).await;
    assert_eq!(page["comments"].as_array().unwrap().len(), 10);
    assert_eq!(page["comments"][1]["user_id"], Value::Null, "the customer's own");
    assert_eq!(bench.get("tickets/1005").await["ticket"]["id"], json!(id), "by its number");
}

#[tokio::test]
async fn what_is_refused_is_refused_in_another_shape_almost_everywhere() {
    let bench = bench().await;
    let keys = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (path, body, shape) in [
        ("customers", json!({}), vec!["message", "params", "success"]),
        ("contacts", json!({}), vec!["errors", "record"]),
        ("contracts", json!({}), vec!["errors", "record"]),
        ("tickets", json!({}), vec!["error"]),
        ("customer_assets", json!({}), vec!["message", "params", "success"]),
        ("estimates", json!({}), vec!["customer_id", "date"]),
        ("schedules", json!({}), vec!["error"]),
        ("appointments", json!({}), vec!["error", "message", "params", "success"]),
        ("leads", json!({}), vec!["message", "params", "success"]),
        ("tickets/1001/add_line_item", json!({}), vec!["errors", "params"]),
    ] {
        let (status, body) = bench.post(path, body).await;
        assert_eq!((status, keys(&body)), (422, shape.iter().map(ToString::to_string).collect()));
    }
    let product = json!({ "sku": "CB-0002" });
    let (status, body) = bench.call(Method::Put, "products/30000001", product).await;
    assert_eq!((status, keys(&body)), (400, vec!["message".to_owned()]));
    let (status, body) = bench.call(Method::Get, "customers/7", Value::Null).await;
    assert_eq!((status, body), (404, json!({ "message": "Not found" })));
    let nowhere = bench.send(Method::Get, "nowhere", bench.shop.key(), &Value::Null).await.unwrap();
    assert_eq!((nowhere.status, nowhere.body.len()), (404, 0));
}

#[tokio::test]
async fn an_email_address_belongs_to_one_customer_and_numbers_lose_their_punctuation() {
    let bench = bench().await;
    let new = json!({ "firstname": "Io", "email": "io@example.com", "phone": "(555) 010-0999" });
    let (status, made) = bench.post("customers", new.clone()).await;
    assert_eq!((status, &made["customer"]["phone"]), (200, &json!("5550100999")));
    let (status, refused) = bench.post("customers", new).await;
    assert_eq!(status, 422);
    assert_eq!(refused["message"], json!(["Email has already been taken"]));
    let id = made["customer"]["id"].as_u64().unwrap();
    let other = json!({ "email": "IO@example.com", "get_sms": false });
    let (status, changed) = bench.call(Method::Put, &format!("customers/{id}"), other).await;
    assert_eq!(
        (status, &changed["customer"]["firstname"]),
        (200, &json!("Io")),
        "what is left out stays"
    );
}

#[tokio::test]
async fn a_deleted_contract_is_null_with_200() {
    let bench = bench().await;
    let new = json!({ "customer_id": CUSTOMER, "name": "Care", "contract_amount": "30k" });
    let id = bench.made("contracts", "contract", new).await;
    let path = format!("contracts/{id}");
    assert_eq!(bench.get(&path).await["contract_amount"], "30k", "flat, as it was typed");
    bench.call(Method::Delete, &path, Value::Null).await;
    let response = bench.send(Method::Get, &path, bench.shop.key(), &Value::Null).await.unwrap();
    assert_eq!((response.status, response.body.as_ref()), (200, b"null".as_slice()));
}

#[tokio::test]
async fn an_invoice_says_that_it_was_deleted_whether_it_was_or_not() {
    let bench = bench().await;
    let paid = bench.get("invoices?paid=true").await["invoices"][0]["id"].as_u64().unwrap();
    let open = bench.get("invoices?unpaid=true").await["invoices"][0]["id"].as_u64().unwrap();
    for (id, left) in [(paid, 200), (open, 404)] {
        let path = format!("invoices/{id}");
        assert_eq!(bench.call(Method::Delete, &path, Value::Null).await.0, 200);
        assert_eq!(bench.call(Method::Get, &path, Value::Null).await.0, left);
    }
}

#[tokio::test]
async fn what_a_new_record_says_is_lost_in_places() {
    let bench = bench().await;
    let invoice = json!({ "customer_id": CUSTOMER, "line_items": [{ "name": "x", "price": 5 }] });
    let id = bench.made("invoices", "invoice", invoice).await;
    let path = format!("invoices/{id}");
    let made = bench.get(&path).await["invoice"].clone();
    assert_eq!((&made["line_items"], &made["total"]), (&json!([]), &json!("0.0")), "money is text");
    let item = json!({ "name": "Hour", "description": "Work", "price": 90.5, "quantity": "2" });
    bench.post(&format!("{path}/line_items"), item).await;
    assert_eq!(bench.get(&path).await["invoice"]["total"], "181.0");

    let fields = json!({ "OS": "Linux" });
    let asset = json!({ "customer_id": CUSTOMER, "name": "NAS", "properties": fields });
    let id = bench.made("customer_assets", "asset", asset).await;
    let path = format!("customer_assets/{id}");
    assert_eq!(bench.get(&path).await["asset"]["properties"], json!({}));
    bench.call(Method::Put, &path, json!({ "properties": fields })).await;
    assert_eq!(bench.get(&path).await["asset"]["properties"], fields);

    let product = bench.call(Method::Put, "products/30000001", json!({ "name": "Cable" })).await.1;
    assert_eq!(
        product["product"]["maintain_stock"], false,
        "a flag that is left out is taken away"
    );
}

#[tokio::test]
async fn wrappers_differ_between_making_and_reading() {
    let bench = bench().await;
    let start = json!({ "summary": "Visit", "start_at": "2026-03-06T09:00:00Z",
        "end_at": "2026-03-06T10:00:00Z", "customer_id": CUSTOMER });
    let (status, made) = bench.post("appointments", start).await;
    assert_eq!(status, 201);
    assert_eq!(made["appointment"]["do_not_email"], "1", "a text");
    let id = made["appointment"]["id"].as_u64().unwrap();
    assert_eq!(bench.get(&format!("appointments/{id}")).await["summary"], "Visit");
    assert!(bench.shop.outbox().is_empty());

    let (_, alert) = bench.post("rmm_alerts", json!({ "description": "Disk" })).await;
    let id = alert["alert"]["id"].as_u64().unwrap();
    let path = format!("rmm_alerts/{id}");
    let resolved = bench.call(Method::Delete, &path, Value::Null).await.1;
    assert_eq!(resolved, json!({ "success": "true" }), "a text");
    assert_eq!(bench.get(&path).await["rmm_alert"]["resolved"], true, "it can still be read");

    let title = json!({ "customer_id": CUSTOMER, "name": "Jo", "title": "Owner" });
    let (_, contact) = bench.post("contacts", title).await;
    assert_eq!(contact["properties"]["title"], "Owner");
    let customer = bench.get(&format!("customers/{CUSTOMER}")).await;
    assert_eq!(customer["customer"]["contacts"][0]["name"], "Jo");
    let found = bench.get("search?query=abbot").await;
    assert!(found["results"][0]["table"]["_source"]["table"]["id"].is_u64());
    let text = bench.send(Method::Get, "callerid", bench.shop.key(), &Value::Null).await.unwrap();
    assert_eq!(text.body.as_ref(), b"Disabled", "no JSON");
}

#[tokio::test]
async fn the_limit_is_the_addresss_and_not_the_keys() {
    let settings = RepairShoprSettings { requests_per_minute: 3, ..Default::default() };
    let clock = still_clock();
    let bench = Bench {
        shop: RepairShoprSandbox::start(settings, clock.clone()).await.unwrap(),
        clock,
        transport: HttpTransport::new(Settings::default()).unwrap(),
    };
    bench.shop.allow("T1", &["Customers - List/Search"]);
    for (key, status) in [("T1", 200), ("T0sandbox", 200), ("wrong", 401), ("T0sandbox", 429)] {
        let response = bench.send(Method::Get, "me", key, &Value::Null).await.unwrap();
        assert_eq!(response.status, status, "{key}");
    }
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.call(Method::Get, "me", Value::Null).await.0, 200);
}

#[tokio::test]
async fn a_change_is_told_without_a_signature_or_an_id() {
    let bench = bench().await;
    let receiver = Receiver::start(&[]).await;
    bench.shop.subscribe(&receiver.url());
    bench.shop.set_notices(NoticeOptions { repeat: 2, delay_milliseconds: 0 });
    let new = json!({ "customer_id": CUSTOMER, "subject": "Printer" });
    let id = bench.made("tickets", "ticket", new).await;
    let path = format!("tickets/{id}");
    bench.call(Method::Put, &path, json!({ "status": "Resolved" })).await;
    bench.call(Method::Put, &path, json!({ "priority": "1 High" })).await;
    bench
        .post(&format!("{path}/comment"), json!({ "subject": "a", "body": "b", "hidden": true }))
        .await;
    wait_until(|| bench.shop.notices().len() == 6).await;

    let link = format!("https://sandbox.repairshopr.com/{path}");
    let received = receiver.received();
    for (one, again) in received.iter().step_by(2).zip(received.iter().skip(1).step_by(2)) {
        assert_eq!(one.body, again.body, "a repetition is not told apart");
        let body: Value = serde_json::from_slice(&one.body).unwrap();
        let members: BTreeSet<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["attributes", "html", "link", "text"]));
        assert_eq!(body["link"], json!(link));
    }
    let texts: Vec<String> =
        bench.shop.notices().iter().map(|it| it.body["text"].to_string()).collect();
    assert!(
        texts[0].contains("was created") && texts[2].contains("changed its status"),
        "{texts:?}"
    );
    assert_eq!(bench.shop.notices()[4].body["attributes"]["ticket_id"], json!(id));
    assert!(bench.shop.notices().iter().all(|notice| notice.status == Some(200)));
    receiver.stop().await;
}

/// Waits until something holds; the test's own time-out ends a wait in vain.
async fn wait_until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn faults_befall_operations_by_name() {
    let bench = bench().await;
    let fault =
        Fault::always(FaultAction::HtmlPage { status: 502, retry_after: None, committed: false });
    bench.shop.faults().set(vec![fault.on("customers.list").times(1)]).unwrap();
    let page = bench.send(Method::Get, "customers", bench.shop.key(), &Value::Null).await.unwrap();
    assert_eq!(page.status, 502);
    assert!(page.body.starts_with(b"<html>"));
    assert_eq!(bench.call(Method::Get, "customers", Value::Null).await.0, 200);

    let committed =
        FaultAction::Status { status: 503, retry_after: Some(9), reason: None, committed: true };
    bench.shop.faults().set(vec![Fault::always(committed).on("leads.create").times(1)]).unwrap();
    let lead = json!({ "last_name": "Frost", "email": "once@example.com" });
    let lost = bench.send(Method::Post, "leads", bench.shop.key(), &lead).await.unwrap();
    assert_eq!((lost.status, lost.header("retry-after")), (503, Some("9")));
    assert_eq!(bench.get("leads").await["leads"][0]["email"], "once@example.com");

    let unknown = Fault::always(FaultAction::status(500)).on("leads.delete");
    assert!(bench.shop.faults().set(vec![unknown]).is_err());
}

#[tokio::test]
async fn controls_are_beside_the_api() {
    let bench = bench().await;
    let control = async |method: Method, path: &str, body: Value| {
        let url = format!("{}{path}", bench.shop.url());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request { method, url, headers: Vec::new(), body: body.into() };
        let response = bench.transport.send(request).await.unwrap();
        (response.status, serde_json::from_slice::<Value>(&response.body).unwrap())
    };
    let about = control(Method::Get, "/", Value::Null).await.1;
    assert_eq!(about["operations"]["contracts.get"], "Contracts - Edit");
    let key = json!({ "key": "T2", "permissions": ["Tickets - Fly"] });
    assert_eq!(control(Method::Post, "/_sandbox/keys", key).await.0, 400);
    let key = json!({ "key": "T2", "permissions": ["Tickets - View"] });
    assert_eq!(control(Method::Post, "/_sandbox/keys", key).await.0, 200);
    let ticket = bench.send(Method::Get, "tickets/1001", "T2", &Value::Null).await.unwrap();
    assert_eq!(ticket.status, 200);
    bench.made("customers", "customer", json!({ "firstname": "New" })).await;
    assert_eq!(bench.shop.customer_count(), 231);
    let requests = control(Method::Get, "/_sandbox/requests", Value::Null).await.1;
    assert_eq!(requests["requests"][1]["operation"], "customers.create");
    control(Method::Post, "/_sandbox/reset", Value::Null).await;
    assert_eq!((bench.shop.customer_count(), bench.shop.request_count()), (230, 0));
    assert_eq!(control(Method::Get, "/_sandbox/outbox", Value::Null).await.1["outbox"], json!([]));
}
