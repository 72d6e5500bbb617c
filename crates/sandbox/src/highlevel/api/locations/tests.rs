//! Tests: locations made, found, changed and deleted, and what stands below them.

use serde_json::{Value, json};

use crate::highlevel::{HighLevelSettings, RateLimits, api::desk::Desk};

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn agency(settings: HighLevelSettings) -> Desk {
    let mut desk = Desk::new(settings).await;
    desk.token = desk.sandbox.agency_token().to_owned();
    desk
}

fn generous() -> HighLevelSettings {
    HighLevelSettings { rate_limits: RateLimits::generous(), ..HighLevelSettings::default() }
}

#[tokio::test]
async fn an_agency_makes_changes_and_deletes_a_location() {
    let mut desk = agency(generous()).await;
    let company = desk.sandbox.company_id().to_owned();
    let body = json!({
        "companyId": company, "name": "Harbor East", "country": "US", "timezone": "America/Denver",
        "settings": { "allowDuplicateContact": true },
        "prospectInfo": { "firstName": "Ole", "lastName": "Vang", "email": "ole@example.com" },
    });
    let made = desk.ok("POST /locations/", body).await;
    assert_eq!((&made["name"], &made["email"]), (&json!("Harbor East"), &json!("ole@example.com")));
    assert_eq!(made["settings"]["allowDuplicateContact"], true);
    assert_eq!(made["settings"]["allowDuplicateOpportunity"], false);
    let path = format!("/locations/{}", text(&made["id"]));
    let body = json!({ "companyId": company, "city": "Aarhus", "settings": { "disableContactTimezone": true } });
    let changed = desk.ok(&format!("PUT {path}"), body).await;
    assert_eq!(
        (&changed["city"], &changed["settings"]["allowDuplicateContact"]),
        (&json!("Aarhus"), &json!(true))
    );
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["location"].clone();
    assert_eq!(
        (&read["firstName"], &read["business"]["name"]),
        (&json!("Ole"), &json!("Harbor East"))
    );

    let own = json!({ "location_id": made["id"] });
    let token = text(&desk.control("tokens", own).await["token"]);
    let refused = desk.refused(&format!("DELETE {path}"), Value::Null).await;
    assert!(refused.0 == 422 && refused.1.contains("deleteTwilioAccount"), "{}", refused.1);
    let gone = desk.ok(&format!("DELETE {path}?deleteTwilioAccount=false"), Value::Null).await;
    assert_eq!(gone["success"], true);
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    desk.token = token;
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 401);
}

#[tokio::test]
async fn locations_are_searched_in_pages_by_name_and_email() {
    let desk = agency(generous()).await;
    desk.control("install", json!({ "locations": 14 })).await;
    let line =
        |more: &str| format!("GET /locations/search?companyId={}{more}", desk.sandbox.company_id());
    let names = async |more: &str| {
        let found = desk.ok(&line(more), Value::Null).await;
        let rows = found["locations"].as_array().unwrap().clone();
        rows.iter().map(|row| text(&row["name"])).collect::<Vec<_>>()
    };
    let first = names("").await;
    assert_eq!((first.len(), first[0].as_str()), (10, "Branch 10"));
    let rest = names("&skip=10").await;
    assert_eq!(rest.len(), 4);
    assert_eq!(rest[3], "Northwind Harbor West");
    assert_eq!(names("&order=desc&limit=1").await, ["Northwind Harbor West"]);
    assert_eq!(names("&email=office@northwind-harbor.example").await, ["Northwind Harbor"]);
    let other = desk.ok("GET /locations/search?companyId=other", Value::Null).await;
    assert_eq!(other["locations"], json!([]));
}

#[tokio::test]
async fn a_sandbox_agency_has_two_locations() {
    let rate_limits = RateLimits::sandbox_agency();
    let desk = agency(HighLevelSettings { rate_limits, ..HighLevelSettings::default() }).await;
    let company = desk.sandbox.company_id();
    let body = json!({ "companyId": company, "name": "Third" });
    let refused = desk.refused("POST /locations/", body).await;
    assert_eq!(refused.0, 400);
    assert!(refused.1.starts_with("Only 2 locations are allowed"), "{}", refused.1);
    let read = desk.ok(&format!("GET /companies/{company}"), Value::Null).await["company"].clone();
    assert_eq!((&read["isSandboxAccount"], &read["locationCount"]), (&json!(true), &json!(2)));
}

#[tokio::test]
async fn a_location_makes_no_location_and_another_company_is_refused() {
    let mut desk = agency(generous()).await;
    let body = json!({ "companyId": "other", "name": "Third" });
    assert_eq!(desk.refused("POST /locations/", body.clone()).await.0, 403);
    assert_eq!(desk.refused("GET /companies/other", Value::Null).await.0, 403);
    desk.token = desk.sandbox.token().to_owned();
    assert_eq!(desk.refused("POST /locations/", body).await.0, 401);
}

#[tokio::test]
async fn templates_are_listed_by_kind_and_deleted() {
    let desk = Desk::open().await;
    let base = format!("/locations/{}/templates", desk.sandbox.location_id());
    let list = |more: &str| format!("GET {base}?originId=x{more}");
    let all = desk.ok(&list(""), Value::Null).await;
    assert_eq!(all["totalCount"], 3);
    let email = desk.ok(&list("&type=email"), Value::Null).await["templates"][0].clone();
    assert!(email["template"]["html"].is_string(), "{email}");
    let path = format!("DELETE {base}/{}", text(&email["id"]));
    desk.ok(&path, Value::Null).await;
    assert_eq!(desk.refused(&path, Value::Null).await.0, 404);
    assert_eq!(desk.ok(&list("&type=email"), Value::Null).await["totalCount"], 0);
    assert_eq!(
        desk.ok(&list("&deleted=true"), Value::Null).await["templates"][0]["id"],
        email["id"]
    );
}

#[tokio::test]
async fn a_recurring_task_lives_from_creation_to_deletion() {
    let desk = Desk::open().await;
    let base = format!("/locations/{}/recurring-tasks", desk.sandbox.location_id());
    let rule = json!({
        "intervalType": "weekly", "interval": 2, "startDate": "2026-04-01", "dayOfWeek": "MO",
        "dueAfterSeconds": 3600,
    });
    let body = json!({ "title": "Call back", "rruleOptions": rule, "contactIds": ["c1", "c2"] });
    let made = desk.ok(&format!("POST {base}"), body).await["recurringTask"].clone();
    assert_eq!((&made["contactId"], &made["rruleOptions"]["interval"]), (&json!("c1"), &json!(2)));
    let path = format!("{base}/{}", text(&made["id"]));
    desk.ok(&format!("PUT {path}"), json!({ "title": "Write back" })).await;
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["recurringTask"].clone();
    assert_eq!((&read["title"], &read["rruleOptions"]), (&json!("Write back"), &rule));
    let gone = desk.ok(&format!("DELETE {path}"), Value::Null).await;
    assert_eq!((&gone["id"], &gone["success"]), (&made["id"], &json!(true)));
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn an_agency_reads_snapshots_and_sets_permissions() {
    let desk = Desk { version: "v3", ..agency(generous()).await };
    let list = format!("GET /snapshots/?companyId={}", desk.sandbox.company_id());
    assert_eq!(desk.ok(&list, Value::Null).await["snapshots"].as_array().unwrap().len(), 3);
    let path = format!("/locations/{}/permissions", desk.sandbox.location_id());
    assert!(
        !desk.ok(&format!("GET {path}"), Value::Null).await["permissions"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let body = json!({ "permissions": ["web-chat", "text-to-pay", "web-chat"] });
    desk.ok(&format!("PUT {path}"), body).await;
    let read = desk.ok(&format!("GET {path}"), Value::Null).await;
    assert_eq!(read["permissions"], json!(["web-chat", "text-to-pay"]));
}
