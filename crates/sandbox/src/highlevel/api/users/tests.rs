//! Tests: people made, changed, searched and deleted, and what a location's token may not.

use serde_json::{Value, json};

use crate::highlevel::{api::desk::Desk, receiver::Receiver};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn user(desk: &Desk, email: &str) -> Value {
    json!({
        "companyId": desk.sandbox.company_id(), "firstName": "Nora", "lastName": "Quist",
        "email": email, "password": "correct horse", "type": "account", "role": "user",
        "locationIds": [desk.sandbox.location_id()], "permissions": { "tagsEnabled": true },
        "scopes": ["contacts.write"],
    })
}

#[tokio::test]
async fn a_user_lives_from_creation_to_deletion() {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    let made = desk.ok("POST /users/", user(&desk, "nora@example.com")).await;
    assert_eq!((&made["name"], made.get("password")), (&json!("Nora Quist"), None));
    let path = format!("/users/{}", text(&made["id"]));
    let body =
        json!({ "lastName": "Brandt", "role": "admin", "permissions": { "botService": false } });
    let changed = desk.ok(&format!("PUT {path}"), body).await;
    assert_eq!(
        (&changed["name"], &changed["roles"]["role"]),
        (&json!("Nora Brandt"), &json!("admin"))
    );
    assert_eq!(changed["permissions"], json!({ "tagsEnabled": true, "botService": false }));
    assert_eq!(desk.ok(&format!("GET {path}"), Value::Null).await["email"], "nora@example.com");
    let gone = desk.ok(&format!("DELETE {path}"), Value::Null).await;
    assert_eq!(gone["succeded"], true);
    for line in ["GET", "PUT", "DELETE"] {
        assert_eq!(desk.refused(&format!("{line} {path}"), json!({})).await.0, 404);
    }
    while receiver.received().is_empty() {
        tokio::task::yield_now().await;
    }
    let event: Value = serde_json::from_slice(&receiver.received()[0].body).unwrap();
    assert_eq!((&event["type"], &event["id"]), (&json!("UserCreate"), &made["id"]));
    assert_eq!(event["locations"], json!([desk.sandbox.location_id()]));
    receiver.stop().await;
}

#[tokio::test]
async fn a_user_that_cannot_be_is_refused() {
    let desk = Desk::open().await;
    let with = |name: &str, value: Value| {
        let mut body = user(&desk, "refused@example.com");
        body[name] = value;
        body
    };
    for (body, status, words) in [
        (with("type", json!("owner")), 422, "type must be one of"),
        (with("role", json!("boss")), 422, "role must be one of"),
        (with("email", json!("INES.castell@northwind-harbor.example")), 400, "already exists"),
        (with("locationIds", json!([desk.sandbox.other_location_id()])), 403, "this location"),
        (with("type", json!("agency")), 403, "this location"),
        (with("companyId", json!("other")), 403, "this company"),
        (with("nickname", json!("N")), 422, "property nickname should not exist"),
    ] {
        let refused = desk.refused("POST /users/", body).await;
        assert_eq!(refused.0, status, "{}", refused.1);
        assert!(refused.1.contains(words), "{}", refused.1);
    }
}

#[tokio::test]
async fn users_are_searched_by_every_filter_and_in_order() {
    let desk = Desk::open().await;
    desk.ok("POST /users/", user(&desk, "abe@example.com")).await;
    let company = desk.sandbox.company_id();
    let names = async |query: String| {
        let line = format!("GET /users/search?companyId={company}{query}");
        let found = desk.ok(&line, Value::Null).await;
        let names = found["users"].as_array().unwrap().iter().map(|user| text(&user["firstName"]));
        (names.collect::<Vec<_>>().join(" "), found["count"].as_u64().unwrap())
    };
    let location = desk.sandbox.location_id();
    for (query, expected) in [
        (format!("&locationId={location}"), "Ines Ruben Dana Nora"),
        ("&query=QUIST".to_owned(), "Nora"),
        ("&type=agency".to_owned(), "Ines"),
        ("&role=user".to_owned(), "Dana Nora"),
        ("&sort=firstName".to_owned(), "Dana Ines Nora Ruben"),
        ("&sort=firstName&sortDirection=desc".to_owned(), "Ruben Nora Ines Dana"),
        ("&enabled2waySync=true".to_owned(), ""),
    ] {
        assert_eq!(names(query.clone()).await.0, expected, "{query}");
    }
    assert_eq!(names("&skip=1&limit=2".to_owned()).await, ("Ruben Dana".to_owned(), 4));
}

#[tokio::test]
async fn an_agency_finds_users_by_their_addresses() {
    let mut desk = Desk::open().await;
    let made = desk.ok("POST /users/", user(&desk, "gone@example.com")).await;
    desk.ok(&format!("DELETE /users/{}", text(&made["id"])), Value::Null).await;
    desk.token = desk.sandbox.agency_token().to_owned();
    let line = "POST /users/search/filter-by-email";
    let body = |more: Value| {
        let mut body = json!({
            "companyId": desk.sandbox.company_id(),
            "emails": "GONE@example.com, ruben.marek@northwind-harbor.example",
        });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        body
    };
    let found = desk.ok(line, body(json!({}))).await;
    assert_eq!(found["count"], 1);
    assert_eq!(found["users"][0].as_object().unwrap().len(), 2);
    let whole = desk.ok(line, body(json!({ "projection": "all" }))).await;
    assert_eq!(whole["users"][0]["firstName"], "Ruben");
    let deleted = desk.ok(line, body(json!({ "deleted": true }))).await;
    assert_eq!(deleted["users"][0]["id"], made["id"]);
    let skipped = desk.ok(line, body(json!({ "skip": "1" }))).await;
    assert_eq!((&skipped["count"], &skipped["users"]), (&json!(1), &json!([])));
}
