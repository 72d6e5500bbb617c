//! Tests: contacts, opportunities and users in the words of the third generation.

use serde_json::{Value, json};

use crate::highlevel::api::desk::Desk;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn third() -> Desk {
    Desk { version: "v3", ..Desk::open().await }
}

async fn contact(desk: &Desk, more: Value) -> Value {
    let mut body = json!({ "locationId": desk.sandbox.location_id() });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    desk.ok("POST /contacts/", body).await["contact"].clone()
}

#[tokio::test]
async fn channels_and_custom_values_have_other_names_and_one_memory() {
    let mut desk = third().await;
    let fields = format!("GET /locations/{}/customFields", desk.sandbox.location_id());
    let field = desk.ok(&fields, Value::Null).await["customFields"][1]["id"].clone();
    let settings = json!({ "sms": { "status": "active" }, "whatsApp": { "status": "inactive" } });
    let values = json!([{ "id": field, "fieldValue": "gold" }]);
    let made = contact(
        &desk,
        json!({ "email": "third@example.com", "dndSettings": settings, "customFields": values }),
    )
    .await;
    assert_eq!(made["dndSettings"], settings);
    let path = format!("/contacts/{}", text(&made["id"]));
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["contact"].clone();
    assert_eq!(read["dndSettings"], settings);
    assert_eq!(read["customFields"], json!([{ "id": field, "value": "gold" }]));
    let older = json!({ "dndSettings": { "SMS": { "status": "active" } } });
    let refused = desk.refused(&format!("PUT {path}"), older.clone()).await;
    assert!(refused.0 == 422 && refused.1.contains("SMS should not exist"), "{}", refused.1);

    desk.version = "2021-07-28";
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["contact"].clone();
    assert_eq!(read["dndSettings"]["SMS"]["status"], "active");
    assert!(read["dndSettings"].get("sms").is_none());
    desk.ok(&format!("PUT {path}"), older).await;
}

#[tokio::test]
async fn every_channel_arrives_under_its_older_name() {
    let mut desk = third().await;
    let location = desk.sandbox.location_id().to_owned();
    let names = ["call", "email", "sms", "whatsApp", "gmb", "fb"];
    let settings = |status: &str| {
        let all = names.map(|name| (name.to_owned(), json!({ "status": status })));
        Value::Object(all.into_iter().collect())
    };
    let body =
        |status: &str| json!({ "email": "all@example.com", "dndSettings": settings(status) });
    let path = format!("/contacts/{}", text(&contact(&desk, body("inactive")).await["id"]));
    let mut upserted = body("permanent");
    upserted["locationId"] = json!(location);
    let lines = [
        (format!("PUT {path}"), body("active"), "active"),
        ("POST /contacts/upsert".to_owned(), upserted, "permanent"),
    ];
    for (line, body, status) in lines {
        desk.version = "v3";
        let changed = desk.ok(&line, body).await["contact"].clone();
        assert_eq!(changed["dndSettings"], settings(status), "{line}");
        desk.version = "2021-07-28";
        let read = desk.ok(&format!("GET {path}"), Value::Null).await["contact"].clone();
        for name in ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB"] {
            assert_eq!(read["dndSettings"][name]["status"], status, "{line} {name}");
        }
        assert_eq!(read["dndSettings"].as_object().map(serde_json::Map::len), Some(names.len()));
    }
    desk.version = "v3";
    for wrong in [json!({ "sms": { "status": "off" } }), json!({ "fax": { "status": "active" } })] {
        let refused = desk.refused(&format!("PUT {path}"), json!({ "dndSettings": wrong })).await;
        assert_eq!(refused.0, 422, "{}", refused.1);
    }
}

#[tokio::test]
async fn what_succeeded_is_told_in_the_words_of_each_operation() {
    let desk = third().await;
    let made = contact(&desk, json!({ "email": "done@example.com" })).await;
    let path = format!("/contacts/{}", text(&made["id"]));
    let changed = desk.ok(&format!("PUT {path}"), json!({ "city": "Bergen" })).await;
    assert_eq!((&changed["succeeded"], changed.get("succeded")), (&json!(true), None));
    let note = desk.ok(&format!("POST {path}/notes"), json!({ "body": "n" })).await;
    let note = format!("DELETE {path}/notes/{}", text(&note["note"]["id"]));
    let gone = desk.ok(&note, Value::Null).await;
    assert_eq!((&gone["succeeded"], &gone["succeded"]), (&json!(true), &json!(true)));
    let pipelines =
        format!("GET /opportunities/pipelines?locationId={}", desk.sandbox.location_id());
    let pipeline = desk.ok(&pipelines, Value::Null).await["pipelines"][0].clone();
    let body = json!({
        "locationId": desk.sandbox.location_id(), "pipelineId": pipeline["id"], "name": "Deal",
        "status": "open", "contactId": made["id"], "forecastProbability": 40,
        "customFields": [{ "key": "decision_maker", "fieldValue": "Ada" }],
    });
    let deal = desk.ok("POST /opportunities/", body).await["opportunity"].clone();
    assert_eq!(deal["customFields"][0]["fieldValue"], "Ada");
    let path = format!("/opportunities/{}", text(&deal["id"]));
    let won = desk.ok(&format!("PUT {path}/status"), json!({ "status": "won" })).await;
    assert_eq!((&won["success"], &won["succeded"]), (&json!(true), &json!(true)));
    let user = desk
        .ok(&format!("GET /users/search?companyId={}", desk.sandbox.company_id()), Value::Null)
        .await;
    let gone =
        desk.ok(&format!("DELETE /users/{}", text(&user["users"][2]["id"])), Value::Null).await;
    assert_eq!((&gone["succeeded"], gone.get("succeded")), (&json!(true), None));
}

#[tokio::test]
async fn opportunities_are_searched_by_the_names_of_each_generation() {
    let desk = third().await;
    let location = desk.sandbox.location_id();
    let pipelines =
        desk.ok(&format!("GET /opportunities/pipelines?locationId={location}"), Value::Null).await;
    let stage = pipelines["pipelines"][0]["stages"][1]["id"].clone();
    let line = format!(
        "GET /opportunities/search?locationId={location}&pipelineStageId={}&limit=20",
        text(&stage)
    );
    let found = desk.ok(&line, Value::Null).await;
    assert_eq!(
        (&found["meta"]["total"], found["opportunities"].as_array().unwrap().len()),
        (&json!(50), 20)
    );
    let next = text(&found["meta"]["nextPageUrl"]);
    assert!(next.contains("?locationId="), "{next}");
    let older = format!("GET /opportunities/search?location_id={location}");
    let refused = desk.refused(&older, Value::Null).await;
    assert!(
        refused.0 == 422 && refused.1.contains("location_id should not exist"),
        "{}",
        refused.1
    );

    let details = json!({ "notes": false, "tasks": false, "calendarEvents": false, "unReadConversations": false });
    let body = json!({
        "locationId": location, "query": "", "limit": 10, "page": 1, "searchAfter": [],
        "additionalDetails": details,
    });
    let found = desk.ok("POST /opportunities/search", body).await;
    let stages = found["stageAggregations"].as_array().unwrap();
    let counted: f64 = stages.iter().map(|row| row["totalCount"].as_f64().unwrap()).sum();
    assert_eq!((stages.len(), counted), (4, 200.0));
    let row = stages.iter().find(|row| row["pipelineStageId"] == stage).unwrap();
    assert_eq!(row["openValue"], row["totalValue"]);
}

#[tokio::test]
async fn the_contacts_of_a_business_are_paged_by_name_and_id() {
    let desk = third().await;
    let location = desk.sandbox.location_id().to_owned();
    let firm =
        desk.ok("POST /businesses/", json!({ "locationId": location, "name": "Firm" })).await;
    let firm = text(&firm["buiseness"]["id"]);
    for (name, email) in
        [("Cy", "c@example.com"), ("ana", "a@example.com"), ("Bo", "b@example.com")]
    {
        let made = contact(&desk, json!({ "firstName": name, "email": email })).await;
        let mut state = desk.sandbox.api.state();
        let account = state.world.accounts.get_mut(&location).unwrap();
        let mut member = account.contact(&text(&made["id"])).unwrap().clone();
        member.set("businessId", &firm);
        account.put_contact(member);
    }
    let line =
        |more: &str| format!("GET /contacts/business/{firm}?locationId={location}&limit=2{more}");
    let first = desk.ok(&line(""), Value::Null).await;
    let names = |page: &Value| {
        let rows = page["contacts"].as_array().unwrap().iter();
        rows.map(|row| text(&row["firstName"])).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((names(&first).as_str(), &first["count"]), ("ana Bo", &json!(3)));
    let last = &first["contacts"][1];
    let after = format!("&startAfter=bo,{}", text(&last["id"]));
    assert_eq!(names(&desk.ok(&line(&after), Value::Null).await), "Cy");
    let pair = format!("&startAfter=bo&startAfter={}", text(&last["id"]));
    assert_eq!(names(&desk.ok(&line(&pair), Value::Null).await), "Cy");
    assert_eq!(names(&desk.ok(&line("&query=ANA"), Value::Null).await), "ana");
}
