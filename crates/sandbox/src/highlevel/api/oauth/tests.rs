//! Tests: installations by their kind, tokens over their lives, and the forms of the third generation.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::highlevel::{api::desk::Desk, receiver::Receiver};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Desk {
    /// The pair for a consent of this kind.
    async fn redeem(&self, consent: &str, more: &str) -> Value {
        let code = self.code(consent).await;
        let form = format!("{}&grant_type=authorization_code&code={code}{more}", self.client());
        let (status, pair) = self.form("/oauth/token", &form).await;
        assert_eq!(status, 200, "{pair}");
        pair
    }

    async fn refresh(&self, pair: &Value) -> (u16, Value) {
        let refresh = text(&pair["refresh_token"]);
        let form = format!("{}&grant_type=refresh_token&refresh_token={refresh}", self.client());
        self.form("/oauth/token", &form).await
    }

    fn app(&self) -> String {
        self.sandbox.client_id().split('-').next().unwrap().to_owned()
    }
}

/// The bodies of the next webhooks.
async fn told(receiver: &Receiver, count: usize) -> Vec<Value> {
    let started = Instant::now();
    while receiver.received().len() < count && started.elapsed() < Duration::from_secs(5) {
        tokio::task::yield_now().await;
    }
    let received = receiver.received();
    received.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect()
}

#[tokio::test]
async fn the_kind_of_installation_decides_the_kind_of_token() {
    let desk = Desk::open().await;
    let (main, other) = (desk.sandbox.location_id(), desk.sandbox.other_location_id());
    let sub_account = desk.redeem(&format!("&location_id={other}"), "&user_type=Company").await;
    assert_eq!(
        (&sub_account["userType"], &sub_account["locationId"]),
        (&json!("Location"), &json!(other))
    );
    assert_eq!(sub_account["isBulkInstallation"], false);

    let some = format!("&user_type=Company&location_id={main}");
    let bulk = desk.redeem(&some, "&user_type=Company").await;
    assert_eq!((&bulk["userType"], &bulk["isBulkInstallation"]), (&json!("Company"), &json!(true)));
    assert!(bulk.get("locationId").is_none());
    let approved = bulk["approvedLocations"].as_array().unwrap();
    assert!(approved.contains(&json!(main)) && approved.contains(&json!(other)));
    assert_eq!(bulk["installToFutureLocations"], false);

    let agency = desk.redeem("&app_target=agency", "").await;
    assert_eq!(
        (&agency["userType"], &agency["isBulkInstallation"]),
        (&json!("Company"), &json!(false))
    );
    assert!(agency.get("locationId").is_none() && agency.get("approvedLocations").is_none());
}

#[tokio::test]
async fn installs_are_told_before_the_code_is_redeemed_and_for_each_location_of_a_storm() {
    let desk = Desk::open().await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    desk.code("&user_type=Company").await;
    let events = told(&receiver, 3).await;
    assert!(events.iter().all(|event| event["type"] == "INSTALL"), "{events:?}");
    assert_eq!(events[0].get("locationId"), None);
    assert!(events[1..].iter().all(|event| event["userId"].is_string()));

    let storm = desk.control("install", json!({ "locations": 40 })).await;
    let made = storm["installed"].as_array().unwrap();
    assert_eq!(made.len(), 40);
    let events = told(&receiver, 43).await;
    let named: Vec<&Value> = events[3..].iter().map(|event| &event["locationId"]).collect();
    assert_eq!(named, made.iter().collect::<Vec<_>>());
    receiver.stop().await;
}

#[tokio::test]
async fn a_location_of_the_future_gets_the_app_by_itself() {
    let mut desk = Desk::open().await;
    let pair = desk.redeem("&user_type=Company&install_to_future_locations=true", "").await;
    assert_eq!(pair["installToFutureLocations"], true);
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    let company = desk.sandbox.company_id().to_owned();
    desk.token = desk.sandbox.agency_token().to_owned();
    let made = desk.ok("POST /locations/", json!({ "name": "Quay", "companyId": company })).await;
    let events = told(&receiver, 2).await;
    assert_eq!((&events[0]["type"], &events[0]["id"]), (&json!("LocationCreate"), &made["id"]));
    assert_eq!((&events[1]["type"], &events[1]["locationId"]), (&json!("INSTALL"), &made["id"]));
    assert_eq!((events[1].get("userId"), events[1].get("companyId")), (None, None));
    desk.token = text(&pair["access_token"]);
    let form = format!("companyId={company}&locationId={}", text(&made["id"]));
    assert_eq!(desk.form("/oauth/locationToken", &form).await.0, 201);
    receiver.stop().await;
}

#[tokio::test]
async fn a_locations_token_from_an_exchange_refreshes_and_a_suspended_one_does_not() {
    let mut desk = Desk::open().await;
    let company = desk.redeem("&user_type=Company", "").await;
    desk.token = text(&company["access_token"]);
    let location = desk.sandbox.location_id().to_owned();
    let form = format!("companyId={}&locationId={location}", desk.sandbox.company_id());
    let (_, own) = desk.form("/oauth/locationToken", &form).await;
    let (status, fresh) = desk.refresh(&own).await;
    assert_eq!((status, &fresh["locationId"]), (200, &json!(location)));

    desk.control("suspend", json!({ "location_id": location })).await;
    let (status, refused) = desk.refresh(&fresh).await;
    assert_eq!((status, &refused["message"]), (400, &json!("Location is not active")));
    assert_eq!(desk.form("/oauth/locationToken", &form).await.0, 400);
    desk.control("suspend", json!({ "location_id": location, "suspended": false })).await;
    assert_eq!(desk.refresh(&fresh).await.0, 200);
}

#[tokio::test]
async fn an_unused_refresh_token_lives_a_year_and_dies_with_the_installation() {
    let desk = Desk::open().await;
    let (old, kept) = (desk.redeem("", "").await, desk.redeem("", "").await);
    let days = |days: u32| json!({ "advance_seconds": days * 86_400 });
    desk.control("clock", days(364)).await;
    assert_eq!(desk.refresh(&kept).await.0, 200);
    desk.control("clock", days(1)).await;
    assert_eq!(desk.refresh(&old).await.1["error"], "invalid_grant");
    let new = desk.redeem("", "").await;
    desk.control("uninstall", json!({})).await;
    assert_eq!(desk.refresh(&new).await.0, 400);
}

#[tokio::test]
async fn the_app_by_itself_gets_a_companys_token_without_a_refresh_token() {
    let desk = Desk::open().await;
    let form = format!("{}&grant_type=client_credentials", desk.client());
    let (status, told) = desk.form("/oauth/token", &form).await;
    assert_eq!((status, &told["userType"]), (200, &json!("Company")));
    assert!(told.get("refresh_token").is_none());
    let scopes = text(&told["scope"]);
    assert!(scopes.contains("invoices.write") && scopes.contains("chat-widget"), "{scopes}");
    let form = "client_id=x&client_secret=y&grant_type=client_credentials";
    assert_eq!(desk.form("/oauth/token", form).await.0, 401);
}

#[tokio::test]
async fn the_third_generation_speaks_camel_case_and_pages_by_token() {
    let mut desk = Desk { version: "v3", ..Desk::open().await };
    let code = desk.code("&user_type=Company").await;
    let body = json!({
        "clientId": desk.sandbox.client_id(), "clientSecret": desk.sandbox.client_secret(),
        "grantType": "authorization_code", "code": code, "userType": "Company",
    });
    let pair = desk.ok("POST /oauth/token", body).await;
    assert_eq!((&pair["tokenType"], &pair["expiresIn"]), (&json!("Bearer"), &json!(86_399)));
    assert!(pair.get("access_token").is_none() && pair["refreshToken"].is_string());
    desk.token = text(&pair["accessToken"]);
    desk.control("install", json!({ "locations": 3 })).await;

    let (company, app) = (desk.sandbox.company_id().to_owned(), desk.app());
    let list = format!("GET /oauth/installed-locations?companyId={company}");
    let first = desk.ok(&format!("{list}&appId={app}&pageSize=3"), Value::Null).await;
    let pagination = &first["pagination"];
    assert_eq!(
        (&pagination["totalRecords"], &pagination["currentPageSize"]),
        (&json!(5), &json!(3))
    );
    assert_eq!(
        (&pagination["hasNextPage"], &pagination["hasPrevPage"]),
        (&json!(true), &json!(false))
    );
    let next =
        format!("{list}&appId={app}&pageSize=3&pageToken={}", text(&pagination["nextPageToken"]));
    let second = desk.ok(&next, Value::Null).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["pagination"]["hasNextPage"], false);
    assert!(second["pagination"].get("nextPageToken").is_none());

    for (query, status, code) in [
        (format!("appId={app}&pageToken=x"), 400, "INVALID_ARGUMENT"),
        ("appId=x".to_owned(), 404, "RESOURCE_NOT_FOUND"),
    ] {
        let (found, refused) = desk.call(&format!("{list}&{query}"), Value::Null).await;
        assert_eq!((found, &refused["error"]["code"]), (status, &json!(code)), "{refused}");
        assert!(refused["error"]["resolution"].is_string());
    }
    let form = format!("companyId={company}&locationId={}", desk.sandbox.location_id());
    let (status, own) = desk.form("/oauth/location-token", &form).await;
    assert_eq!(
        (status, own["accessToken"].is_string(), own["refreshToken"].is_string()),
        (200, true, true)
    );
}

#[tokio::test]
async fn installed_locations_are_filtered() {
    let mut desk = Desk::open().await;
    let pair = desk.redeem(&format!("&location_id={}", desk.sandbox.location_id()), "").await;
    assert_eq!(pair["userType"], "Location");
    let form = format!("{}&grant_type=client_credentials", desk.client());
    desk.token = text(&desk.form("/oauth/token", &form).await.1["access_token"]);
    let company = desk.sandbox.company_id().to_owned();
    let base = format!("GET /oauth/installedLocations?companyId={company}&appId={}", desk.app());
    for (query, count) in [
        ("", 1),
        ("&isInstalled=true", 1),
        ("&isInstalled=false", 1),
        ("&query=harbor", 1),
        ("&query=nobody", 0),
        ("&onTrial=true", 0),
        ("&versionId=other", 0),
    ] {
        let list = desk.ok(&format!("{base}{query}"), Value::Null).await;
        assert_eq!(list["count"], count, "{query}");
    }
}

#[tokio::test]
async fn a_rotated_private_token_has_a_successor() {
    let mut desk = Desk::open().await;
    let line = format!("GET /locations/{}", desk.sandbox.location_id());
    let (first, later) = (desk.token.clone(), json!({ "token": desk.token }));
    let second = text(&desk.control("tokens/rotate", later).await["token"]);
    desk.ok(&line, Value::Null).await;
    desk.control("clock", json!({ "advance_seconds": 7 * 86_400 })).await;
    assert_eq!(desk.refused(&line, Value::Null).await.1, "Invalid Private Integration token");
    desk.token = second;
    desk.ok(&line, Value::Null).await;
    desk.control("tokens/rotate", json!({ "token": desk.token, "now": true })).await;
    assert_eq!(desk.refused(&line, Value::Null).await.0, 401);
    let gone = desk.call("POST /_sandbox/tokens/rotate", json!({ "token": "pit-x" })).await;
    assert_eq!(gone.0, 400);
    assert_ne!(first, desk.token);
}
