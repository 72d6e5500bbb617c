//! Tests: the search for opportunities by body, and what an upsert makes of followers.

use serde_json::{Value, json};

use super::super::desk::Desk;

const SEARCH: &str = "POST /opportunities/search";

/// A desk with four opportunities that nobody else has a name like.
struct Deals {
    desk: Desk,
    location: String,
    pipeline: Value,
}

impl Deals {
    async fn open() -> Self {
        let desk = Desk::open().await;
        let location = desk.sandbox.location_id().to_owned();
        let path = format!("GET /opportunities/pipelines?locationId={location}");
        let pipeline = desk.ok(&path, Value::Null).await["pipelines"][0]["id"].clone();
        let deals = Self { desk, location, pipeline };
        for (name, status, value) in [
            ("Lathe", "open", 300),
            ("Mill", "won", 100),
            ("Press", "lost", 400),
            ("Saw", "open", 200),
        ] {
            deals.make(name, status, value).await;
        }
        deals
    }

    async fn make(&self, name: &str, status: &str, value: u32) {
        let country = if name == "Saw" { "NO" } else { "SE" };
        let email = format!("{name}@workshop.example");
        let contact = json!({ "locationId": self.location, "email": email, "country": country });
        let contact = self.desk.ok("POST /contacts/", contact).await["contact"]["id"].clone();
        let body = json!({
            "locationId": self.location, "pipelineId": self.pipeline, "contactId": contact,
            "name": format!("Workshop {name}"), "status": status, "monetaryValue": value,
        });
        self.desk.ok("POST /opportunities/", body).await;
    }

    /// The values of what is found, in its order.
    async fn found(&self, more: Value) -> Vec<u64> {
        let mut body = json!({ "locationId": self.location, "query": "workshop" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = self.desk.ok(SEARCH, body).await;
        let rows = answer["opportunities"].as_array().unwrap().iter();
        rows.map(|row| row["monetaryValue"].as_u64().unwrap()).collect()
    }

    async fn filtered(&self, filter: Value) -> Vec<u64> {
        self.found(json!({ "filters": [filter] })).await
    }
}

#[tokio::test]
async fn filters_compare_look_into_and_stand_in_groups() {
    let deals = Deals::open().await;
    let is = |status: &str| json!({ "field": "status", "operator": "eq", "value": status });
    assert_eq!(deals.filtered(is("open")).await, [200, 300]);
    let either = json!({ "group": "OR", "filters": [is("won"), is("lost")] });
    assert_eq!(deals.filtered(either).await, [400, 100]);
    let range = json!({ "gte": 200, "lt": 400 });
    let range = json!({ "field": "monetary_value", "operator": "range", "value": range });
    assert_eq!(deals.filtered(range).await, [200, 300]);
    let names = json!({ "field": "name", "operator": "contains", "value": "PRESS" });
    assert_eq!(deals.filtered(names).await, [400]);
    let past = json!({ "lt": "2020-01-01" });
    let past = json!({ "field": "date_added", "operator": "range", "value": past });
    assert!(deals.filtered(past).await.is_empty());
    let pipeline = json!({ "field": "pipeline_id", "operator": "eq", "value": deals.pipeline });
    assert_eq!(deals.filtered(pipeline).await.len(), 4);
    let strange = json!({ "field": "name", "operator": "like", "value": "x" });
    let body = json!({ "locationId": deals.location, "filters": [strange] });
    assert_eq!(deals.desk.refused(SEARCH, body).await.0, 400);
}

#[tokio::test]
async fn rows_are_sorted_and_paged_in_that_order() {
    let deals = Deals::open().await;
    let sort = |direction: &str| json!([{ "field": "monetaryValue", "direction": direction }]);
    assert_eq!(deals.found(json!({ "sort": sort("asc") })).await, [100, 200, 300, 400]);
    let first = json!({
        "locationId": deals.location, "query": "workshop", "limit": 3, "page": 0,
        "searchAfter": [], "sort": sort("desc"), "additionalDetails": { "notes": true },
    });
    let first = deals.desk.ok(SEARCH, first).await;
    assert_eq!(first["total"], 4);
    let after = first["opportunities"][2]["searchAfter"].clone();
    let rest = json!({ "limit": 3, "sort": sort("desc"), "searchAfter": after });
    assert_eq!(deals.found(rest).await, [100]);
}

#[tokio::test]
async fn a_query_finds_by_the_country_of_the_contact() {
    let deals = Deals::open().await;
    let path = "GET /opportunities/search?q=workshop&country=NO&location_id=";
    let found = deals.desk.ok(&format!("{path}{}", deals.location), Value::Null).await;
    assert_eq!(
        (&found["meta"]["total"], &found["opportunities"][0]["monetaryValue"]),
        (&json!(1), &json!(200))
    );
}

#[tokio::test]
async fn an_upsert_changes_followers_and_needs_no_contact() {
    let deals = Deals::open().await;
    let upsert = async |more: Value| {
        let mut body = json!({
            "locationId": deals.location, "pipelineId": deals.pipeline, "name": "Workshop Kiln",
            "status": "open", "isRemoveAllFollowers": false, "followersActionType": "add",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        deals.desk.ok("POST /opportunities/upsert", body).await
    };
    let made = upsert(json!({ "followers": ["u1", "u2"] })).await;
    let id = made["opportunity"]["id"].clone();
    assert_eq!(
        (&made["new"], &made["opportunity"]["followers"]),
        (&json!(true), &json!(["u1", "u2"]))
    );
    let again = upsert(json!({ "id": id, "followers": ["u2", "u3"] })).await;
    assert_eq!(
        (&again["new"], &again["opportunity"]["followers"]),
        (&json!(false), &json!(["u1", "u2", "u3"]))
    );
    let less = json!({ "id": id, "followers": ["u1"], "followersActionType": "remove" });
    assert_eq!(upsert(less).await["opportunity"]["followers"], json!(["u2", "u3"]));
    upsert(json!({ "id": id, "followers": ["u4"], "isRemoveAllFollowers": true })).await;
    let path = format!("GET /opportunities/{}", id.as_str().unwrap());
    let read = deals.desk.ok(&path, Value::Null).await;
    assert_eq!(read["opportunity"]["followers"], json!(["u4"]));
}
