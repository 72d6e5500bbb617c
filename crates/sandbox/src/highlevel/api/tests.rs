//! Tests: the API over its own port.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::Desk;
use crate::{
    fault::{Fault, FaultAction},
    highlevel::{HighLevelSettings, RateLimits, Window, receiver::Receiver},
};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_contact_lives_from_creation_to_deletion() {
    let desk = Desk::open().await;
    let body = json!({
        "locationId": desk.sandbox.location_id(), "name": "Ada King", "email": "ada@example.com",
        "phone": "(555) 010-0142", "tags": ["vip"],
        "customFields": [{ "key": "support_plan", "field_value": "gold" }],
    });
    let (status, made) = desk.call("POST /contacts/", body.clone()).await;
    assert_eq!(status, 201);
    let id = text(&made["contact"]["id"]);
    let path = format!("/contacts/{id}");
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["contact"].clone();
    assert_eq!((&read["phone"], &read["lastName"]), (&json!("+15550100142"), &json!("King")));
    assert_eq!(read["customFields"][0]["value"], "gold");

    let (status, again) = desk.call("POST /contacts/", body).await;
    assert_eq!((status, &again["meta"]["contactId"]), (400, &json!(id)));
    assert_eq!(again["meta"]["matchingField"], "email");

    let put =
        desk.ok(&format!("PUT {path}"), json!({ "tags": ["a", "b"], "city": "Albany" })).await;
    assert_eq!((&put["succeded"], &put["contact"]["tags"]), (&json!(true), &json!(["a", "b"])));
    assert_eq!(put["contact"]["customFields"][0]["value"], "gold");
    let added = desk.ok(&format!("POST {path}/tags"), json!({ "tags": ["B", "c"] })).await;
    assert_eq!(added["tags"], json!(["a", "b", "c"]));
    let left = desk.ok(&format!("DELETE {path}/tags"), json!({ "tags": ["A"] })).await;
    assert_eq!(left["tags"], json!(["b", "c"]));

    desk.ok(&format!("DELETE {path}"), Value::Null).await;
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    let path = format!(
        "GET /contacts/search/duplicate?locationId={}&email=ada@example.com",
        desk.sandbox.location_id()
    );
    assert_eq!(desk.ok(&path, Value::Null).await["contact"], Value::Null);
}

#[tokio::test]
async fn an_upsert_updates_by_email_and_drops_anothers_phone() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let make = |email: &str, phone: &str| json!({ "locationId": location, "email": email, "phone": phone });
    let one = desk.ok("POST /contacts/upsert", make("one@example.com", "+15559990001")).await;
    let two = desk.ok("POST /contacts/upsert", make("two@example.com", "+15559990002")).await;
    assert_eq!((&one["new"], &two["new"]), (&json!(true), &json!(true)));

    let mixed = desk.ok("POST /contacts/upsert", make("one@example.com", "+15559990002")).await;
    assert_eq!((&mixed["new"], &mixed["contact"]["id"]), (&json!(false), &one["contact"]["id"]));
    assert_eq!(mixed["contact"]["phone"], "+15559990001");
    let moved = desk.ok("POST /contacts/upsert", make("new@example.com", "+15559990002")).await;
    assert_eq!(moved["contact"]["id"], two["contact"]["id"]);
    assert_eq!(moved["contact"]["email"], "new@example.com");
    let taken = json!({ "phone": "+15559990001" });
    let path = format!("PUT /contacts/{}", text(&two["contact"]["id"]));
    assert_eq!(desk.call(&path, taken).await.1["meta"]["contactId"], one["contact"]["id"]);
    let count = desk.sandbox.contact_count();

    let agency = Desk { token: desk.sandbox.agency_token().to_owned(), ..desk };
    let path = format!("PUT /locations/{}", agency.sandbox.location_id());
    let body = json!({ "companyId": agency.sandbox.company_id(), "settings": { "allowDuplicateContact": true } });
    agency.ok(&path, body).await;
    let desk = Desk { token: agency.sandbox.token().to_owned(), ..agency };
    let mut forced = make("new@example.com", "");
    forced["locationId"] = json!(desk.sandbox.location_id());
    forced["createNewIfDuplicateAllowed"] = json!(true);
    assert_eq!(desk.ok("POST /contacts/upsert", forced).await["new"], true);
    assert_eq!(desk.sandbox.contact_count(), count + 1);
}

#[tokio::test]
async fn what_a_body_may_not_hold_is_named() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id();
    let cases = [
        ("POST /contacts/", json!({ "nme": 1 }), 422, "property nme should not exist"),
        ("POST /contacts/", json!({}), 422, "locationId should not be empty"),
        (
            "POST /contacts/",
            json!({ "locationId": location, "email": "x" }),
            422,
            "must be an email",
        ),
        ("POST /contacts/", json!({ "locationId": "other" }), 403, "does not have access"),
        (
            "POST /contacts/",
            json!({ "locationId": location, "dndSettings": { "Fax": {} } }),
            422,
            "Fax",
        ),
        ("POST /contacts/search", json!({ "locationId": location }), 422, "pageLimit"),
        ("GET /contacts/", Value::Null, 422, "locationId"),
        ("GET /contacts/nobody", Value::Null, 404, "nobody"),
    ];
    for (line, body, status, words) in cases {
        let refused = desk.refused(line, body).await;
        assert_eq!(refused.0, status, "{line}: {}", refused.1);
        assert!(refused.1.contains(words), "{line}: {}", refused.1);
    }
}

#[tokio::test]
async fn both_ways_of_paging_reach_every_contact_once() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let mut seen = std::collections::BTreeSet::new();
    let mut after = Value::Null;
    loop {
        let body = json!({ "locationId": location, "pageLimit": 300, "searchAfter": after });
        let page = desk.ok("POST /contacts/search", body).await;
        let rows = page["contacts"].as_array().unwrap().clone();
        assert_eq!(page["total"], 1000);
        seen.extend(rows.iter().map(|row| text(&row["id"])));
        let Some(last) = rows.last() else { break };
        after = last["searchAfter"].clone();
    }
    assert_eq!(seen.len(), 1000);

    let mut listed = 0;
    let mut path = format!("GET /contacts/?locationId={location}&limit=100");
    loop {
        let page = desk.ok(&path, Value::Null).await;
        listed += page["contacts"].as_array().unwrap().len();
        assert!(
            page["contacts"].as_array().unwrap().iter().all(|row| seen.contains(&text(&row["id"])))
        );
        let Some(next) = page["meta"]["startAfterId"].as_str() else { break };
        path = format!(
            "GET /contacts/?locationId={location}&limit=100&startAfter={}&startAfterId={next}",
            page["meta"]["startAfter"]
        );
    }
    assert_eq!(listed, 1000);
}

#[tokio::test]
async fn tokens_are_refused_in_the_words_for_their_fault() {
    let mut desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let get = format!("GET /contacts/?locationId={location}");
    desk.token = "pit-00000000-0000-4000-8000-000000000000".to_owned();
    assert_eq!(
        desk.refused(&get, Value::Null).await,
        (401, "Invalid Private Integration token".to_owned())
    );
    desk.token = "eyJ".to_owned();
    assert_eq!(desk.refused(&get, Value::Null).await, (401, "Invalid JWT".to_owned()));
    desk.token = desk.sandbox.agency_token().to_owned();
    assert_eq!(
        desk.refused(&get, Value::Null).await,
        (401, "Token's user type mismatch!".to_owned())
    );
    desk.ok(&format!("GET /locations/{location}"), Value::Null).await;
    desk.token = desk.sandbox.other_token().to_owned();
    assert_eq!(desk.refused(&get, Value::Null).await.0, 403);

    let scopes =
        desk.ok_control("/_sandbox/tokens", json!({ "scopes": ["contacts.readonly"] })).await;
    desk.token = text(&scopes["token"]);
    desk.ok(&get, Value::Null).await;
    let write = desk.refused("POST /contacts/", json!({ "locationId": location })).await;
    assert_eq!(write, (401, "The token is not authorized for this scope.".to_owned()));

    let mut without = desk.request(&get, Value::Null);
    without.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("version"));
    assert_eq!(desk.send(without).await.status, 401);
}

impl Desk {
    async fn ok_control(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.call(&format!("POST {path}"), body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

#[tokio::test]
async fn limits_are_told_in_five_headers_and_kept_in_both_modes() {
    for window in [Window::Fixed, Window::Sliding] {
        let rate_limits = RateLimits { window, ..RateLimits::default() };
        let desk =
            Desk::new(HighLevelSettings { rate_limits, ..HighLevelSettings::default() }).await;
        let get = format!("GET /locations/{}", desk.sandbox.location_id());
        for _ in 0..100 {
            desk.ok(&get, Value::Null).await;
        }
        let full = desk.send(desk.request(&get, Value::Null)).await;
        assert_eq!(full.status, 429);
        let header = |wanted: &str| {
            let found = full.headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.to_string())
        };
        assert_eq!(header("x-ratelimit-remaining").as_deref(), Some("0"));
        assert_eq!(header("x-ratelimit-max").as_deref(), Some("100"));
        assert_eq!(header("x-ratelimit-daily-remaining").as_deref(), Some("199900"));
        desk.ok_control("/_sandbox/clock", json!({ "advance_seconds": 10 })).await;
        desk.ok(&get, Value::Null).await;
    }
}

#[tokio::test]
async fn a_code_becomes_tokens_that_are_refreshed_once() {
    let mut desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let form = format!("{}&grant_type=authorization_code&code=", desk.client());
    let (status, unknown) = desk.form("/oauth/token", &format!("{form}x")).await;
    assert_eq!(
        (status, &unknown["error_description"]),
        (401, &json!("Authorization code not found"))
    );
    let code = desk.code("").await;
    let (status, pair) = desk.form("/oauth/token", &format!("{form}{code}")).await;
    assert_eq!(
        (status, &pair["userType"], &pair["locationId"]),
        (200, &json!("Location"), &json!(location))
    );
    assert_eq!(desk.form("/oauth/token", &format!("{form}{code}")).await.0, 401);
    desk.token = text(&pair["access_token"]);
    let get = format!("GET /contacts/?locationId={location}");
    desk.ok(&get, Value::Null).await;

    let refresh = format!(
        "{}&grant_type=refresh_token&refresh_token={}",
        desk.client(),
        text(&pair["refresh_token"])
    );
    let (_, first) = desk.form("/oauth/token", &refresh).await;
    let (_, second) = desk.form("/oauth/token", &refresh).await;
    assert_eq!(first["access_token"], second["access_token"]);
    desk.ok_control("/_sandbox/clock", json!({ "advance_seconds": 31 })).await;
    let (status, late) = desk.form("/oauth/token", &refresh).await;
    assert_eq!((status, &late["error"]), (400, &json!("invalid_grant")));
    desk.ok_control("/_sandbox/clock", json!({ "advance_seconds": 86_400 })).await;
    let expired = desk.refused(&get, Value::Null).await;
    assert_eq!(expired, (401, "Invalid token: access token is invalid".to_owned()));
    let (status, wrong) = desk.form("/oauth/token", "grant_type=password").await;
    assert_eq!(status, 422);
    assert!(wrong["message"].to_string().contains("grant_type must be one of"));
}

#[tokio::test]
async fn a_companys_token_is_exchanged_for_a_locations() {
    let mut desk = Desk::open().await;
    let (company, location) =
        (desk.sandbox.company_id().to_owned(), desk.sandbox.other_location_id().to_owned());
    let code = desk.code("&user_type=Company").await;
    let form =
        format!("{}&grant_type=authorization_code&user_type=Company&code={code}", desk.client());
    let (_, pair) = desk.form("/oauth/token", &form).await;
    assert_eq!((&pair["userType"], &pair["isBulkInstallation"]), (&json!("Company"), &json!(true)));
    desk.token = text(&pair["access_token"]);
    let app = desk.sandbox.client_id().split('-').next().unwrap().to_owned();
    let installed = desk
        .ok(&format!("GET /oauth/installedLocations?companyId={company}&appId={app}"), Value::Null)
        .await;
    assert_eq!(installed["count"], 2);
    let path = format!("GET /contacts/?locationId={location}");
    assert!(desk.refused(&path, Value::Null).await.1.starts_with("This authClass type"));

    let (status, own) = desk
        .form("/oauth/locationToken", &format!("companyId={company}&locationId={location}"))
        .await;
    assert_eq!((status, &own["locationId"]), (201, &json!(location)));
    desk.token = text(&own["access_token"]);
    desk.ok(&path, Value::Null).await;
    desk.ok_control("/_sandbox/uninstall", json!({ "location_id": location })).await;
    assert_eq!(desk.refused(&path, Value::Null).await.0, 401);
}

#[tokio::test]
async fn the_consent_page_is_a_page() {
    let desk = Desk::open().await;
    for path in ["/oauth/chooselocation", "/v2/oauth/chooselocation"] {
        let line =
            format!("GET {path}?client_id={}&scope=contacts.readonly", desk.sandbox.client_id());
        let page = desk.send(desk.request(&line, Value::Null)).await;
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert_eq!(page.status, 200);
        assert!(html.contains("Northwind Harbor West") && html.contains("auto_approve"), "{html}");
    }
    let wrong = desk.send(desk.request("GET /oauth/chooselocation?client_id=x", Value::Null)).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn contacts_of_one_moment_are_found_in_the_order_of_their_creation() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let mut made = Vec::new();
    for number in 0..5 {
        let body = json!({ "locationId": location, "email": format!("{number}@tie.example") });
        made.push(text(&desk.ok("POST /contacts/", body).await["contact"]["id"]));
    }
    let found = async |direction: &str| {
        let mut found: Vec<String> = Vec::new();
        let mut body = json!({
            "locationId": location, "pageLimit": 2, "query": "@tie.example",
            "sort": [{ "field": "dateAdded", "direction": direction }],
        });
        loop {
            let page = desk.ok("POST /contacts/search", body.clone()).await["contacts"].take();
            let rows = page.as_array().unwrap();
            let Some(last) = rows.last() else { return found };
            found.extend(rows.iter().map(|row| text(&row["id"])));
            body["searchAfter"] = last["searchAfter"].clone();
        }
    };
    assert_eq!(found("asc").await, made);
    made.reverse();
    assert_eq!(found("desc").await, made);
}

#[tokio::test]
async fn opportunities_move_and_are_found_by_page_and_by_key() {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let pipelines =
        desk.ok(&format!("GET /opportunities/pipelines?locationId={location}"), Value::Null).await;
    let pipeline = &pipelines["pipelines"][1];
    let contact = desk
        .ok("POST /contacts/", json!({ "locationId": location, "email": "deal@example.com" }))
        .await;
    let body = json!({
        "locationId": location, "pipelineId": pipeline["id"], "name": "Deal", "status": "open",
        "contactId": contact["contact"]["id"], "monetaryValue": 12.5,
    });
    let made = desk.ok("POST /opportunities/", body.clone()).await["opportunity"].clone();
    assert_eq!(made["pipelineStageId"], pipeline["stages"][0]["id"]);
    let (status, twin) = desk.call("POST /opportunities/", body).await;
    assert_eq!((status, &twin["meta"]["existingId"]), (400, &made["id"]));

    let path = format!("/opportunities/{}", text(&made["id"]));
    let stage = json!({ "pipelineStageId": pipeline["stages"][2]["id"] });
    let moved = desk.ok(&format!("PUT {path}"), stage.clone()).await;
    assert_eq!(moved["opportunity"]["pipelineStageId"], stage["pipelineStageId"]);
    assert_eq!(
        desk.refused(&format!("PUT {path}"), json!({ "pipelineStageId": "x" })).await.0,
        400
    );
    desk.ok(&format!("PUT {path}/status"), json!({ "status": "won" })).await;
    assert_eq!(desk.ok(&format!("GET {path}"), Value::Null).await["opportunity"]["status"], "won");

    let mut keyed = 0;
    let mut line = format!("GET /opportunities/search?location_id={location}&limit=30");
    loop {
        let page = desk.ok(&line, Value::Null).await;
        keyed += page["opportunities"].as_array().unwrap().len();
        let meta = &page["meta"];
        let Some(id) = meta["startAfterId"].as_str() else { break };
        line = format!(
            "GET /opportunities/search?location_id={location}&limit=30&startAfterId={id}&startAfter={}",
            meta["startAfter"]
        );
    }
    assert_eq!(keyed, 201);
    let second = desk
        .ok(
            &format!("GET /opportunities/search?location_id={location}&limit=100&page=3"),
            Value::Null,
        )
        .await;
    assert_eq!(second["opportunities"].as_array().unwrap().len(), 1);
    let wrong = desk
        .refused(&format!("GET /opportunities/search?location_id={location}&sortBy=x"), Value::Null)
        .await;
    assert_eq!(wrong.0, 422);
    desk.ok(&format!("DELETE {path}"), Value::Null).await;
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn changes_are_told_by_signed_webhooks_in_their_order() {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    let location = desk.sandbox.location_id().to_owned();
    let made = desk
        .ok("POST /contacts/", json!({ "locationId": location, "email": "told@example.com" }))
        .await;
    let path = format!("/contacts/{}", text(&made["contact"]["id"]));
    desk.ok(&format!("PUT {path}"), json!({ "tags": ["t"], "dnd": true })).await;
    desk.ok(&format!("POST {path}/notes"), json!({ "body": "n" })).await;
    let task = json!({ "title": "t", "dueDate": "2026-04-01T09:00:00Z", "completed": false });
    let task = desk.ok(&format!("POST {path}/tasks"), task).await;
    desk.ok(
        &format!("PUT {path}/tasks/{}/completed", text(&task["task"]["id"])),
        json!({ "completed": true }),
    )
    .await;
    desk.ok(&format!("DELETE {path}"), Value::Null).await;
    let expected = [
        "ContactCreate",
        "ContactUpdate",
        "ContactTagUpdate",
        "ContactDndUpdate",
        "NoteCreate",
        "TaskCreate",
        "TaskComplete",
        "ContactDelete",
    ];
    let started = Instant::now();
    while receiver.received().len() < expected.len() && started.elapsed() < Duration::from_secs(5) {
        tokio::task::yield_now().await;
    }
    let received = receiver.received();
    let kinds: Vec<String> = received
        .iter()
        .map(|one| text(&serde_json::from_slice::<Value>(&one.body).unwrap()["type"]))
        .collect();
    assert_eq!(kinds, expected);
    assert!(received.iter().all(|one| !one.header("x-ghl-signature").is_empty()));
    receiver.stop().await;
}

#[tokio::test]
async fn faults_befall_named_operations_before_or_after_they_take_effect() {
    let desk = Desk::open().await;
    let body = json!({ "locationId": desk.sandbox.location_id(), "email": "fault@example.com" });
    let count = desk.sandbox.contact_count();
    let fault = |committed| {
        let action =
            FaultAction::Status { status: 503, retry_after: Some(2), reason: None, committed };
        Fault::always(action).on("contacts.create-contact").times(1)
    };
    desk.sandbox.faults().set(vec![fault(false), fault(true)]).unwrap();
    assert_eq!(desk.call("POST /contacts/", body.clone()).await.0, 503);
    assert_eq!(desk.sandbox.contact_count(), count);
    assert_eq!(desk.call("POST /contacts/", body.clone()).await.0, 503);
    assert_eq!(desk.sandbox.contact_count(), count + 1);
    assert_eq!(desk.call("POST /contacts/", body).await.0, 400);
    assert_eq!(desk.sandbox.request_count(), 3);

    desk.ok_control("/_sandbox/reset", Value::Null).await;
    assert_eq!((desk.sandbox.contact_count(), desk.sandbox.request_count()), (count, 0));
}
