//! What is asked of the mirror and of the books: SQL, summaries, stories and undo.

use anyhow::{Context, Result, ensure};
use domain::{
    CorrelationId, Entity, Event, EventId, EventKind, Fields, Journal, LaneStep, Mirror, Origin,
    Projection, Record, RecordKey, Sequence, Verb,
};
use jiff::Timestamp;
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller, tenant};

fn at() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn event_id(number: u8) -> EventId {
    EventId::from_bytes([number; 16])
}

/// A row of the mirror, in a location.
fn row(entity: Entity, id: &str, location: &str, fields: Value) -> Result<Record> {
    let fields: Fields = serde_json::from_value(fields)?;
    Ok(Record {
        tenant: tenant(),
        key: RecordKey::new(entity, id),
        fields,
        version: 1,
        occurred_at: at(),
        deleted_at: None,
        event: event_id(1),
        account: Some(location.to_owned()),
        origin: Origin::Webhook,
        first_seen_at: at(),
        last_seen_at: at(),
    })
}

/// Two deals of the location that is worked in, a tagged contact, and a deal of another location.
async fn filled(house: &House) -> Result<()> {
    let here = house.vendor.location_id();
    let deal = |id: &str, location: &str, status: &str, value: f64| {
        let fields = json!({"name": format!("Deal {id}"), "status": status, "value": value,
            "created_at": "2026-03-04T05:06:07Z"});
        row(Entity::Opportunity, id, location, fields)
    };
    let records = vec![
        deal("o1", here, "open", 100.0)?,
        deal("o2", here, "Open", 50.5)?,
        deal("o3", here, "won", 900.0)?,
        deal("o4", "elsewhere", "won", 7.0)?,
        row(Entity::Contact, "c1", here, json!({"name": "Ada", "tags": ["vip", "lead"]}))?,
        row(Entity::Contact, "c2", here, json!({"name": "Eve", "tags": ["lead"]}))?,
        row(Entity::Contact, "c3", "elsewhere", json!({"name": "Max", "tags": ["lead"]}))?,
    ];
    let from = house.store.projected().await?;
    let (to, lanes) = (Sequence(from.0 + 1), LaneStep::default());
    let step = Projection { from, to, lanes, records, ..Projection::default() };
    house.store.project(step).await?;
    Ok(())
}

#[tokio::test]
async fn the_mirror_answers_sql_and_nothing_else() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    filled(&house).await?;
    let sql = "SELECT id, value FROM opportunities WHERE value > ?1 ORDER BY id";
    let told = house.call("query_mirror", json!({"sql": sql, "parameters": [60]})).await?;
    assert_eq!(told["columns"], json!(["id", "value"]));
    assert_eq!(told["rows"], json!([["o1", 100.0], ["o3", 900.0]]));
    let one =
        house.call("query_mirror", json!({"sql": sql, "parameters": [0], "limit": 1})).await?;
    assert_eq!(one["rows"].as_array().map(Vec::len), Some(1));
    assert!(one["cut"].is_string(), "{one}");
    let write = house.refusal("query_mirror", json!({"sql": "DELETE FROM contacts"})).await?;
    assert_eq!(write["code"], "invalid_query");
    let unknown =
        house.refusal("query_mirror", json!({"sql": "SELECT total FROM contacts"})).await?;
    let fix = unknown["fix"].as_str().context("a refusal says what to do")?;
    assert!(fix.contains("contacts(id, name,"), "{fix}");
    let outside = house.refusal("query_mirror", json!({"sql": "SELECT * FROM main.event"})).await?;
    assert_eq!(outside["code"], "invalid_query");
    assert_eq!(house.vendor.request_count(), 0, "the mirror is read, not the vendor");
    Ok(())
}

#[tokio::test]
async fn summaries_count_and_sum_what_is_of_the_location() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    filled(&house).await?;
    let by_status = house
        .call(
            "summarize_records",
            json!({"entity": "opportunities", "group_by": ["created_at:month", "status"],
                "measure": "sum", "of": "value"}),
        )
        .await?;
    let expected = json!([
        {"created_at:month": "2026-03", "status": "won", "count": 1, "sum": 900.0},
        {"created_at:month": "2026-03", "status": "open", "count": 1, "sum": 100.0},
        {"created_at:month": "2026-03", "status": "Open", "count": 1, "sum": 50.5},
    ]);
    assert_eq!(by_status["groups"], expected);
    assert_eq!(by_status["records"], 3, "the fourth is another location's");
    let open =
        json!({"entity": "opportunities", "filters": {"status": "OPEN", "value": {"lt": 60}}});
    let open = house.call("summarize_records", open).await?;
    assert_eq!(open["groups"], json!([{"count": 1}]));
    let average = json!({"entity": "opportunities", "measure": "average", "of": "value",
        "filters": {"status": ["open"]}});
    let average = house.call("summarize_records", average).await?;
    assert_eq!(average["groups"], json!([{"count": 2, "average": 75.25}]));
    let tags = json!({"entity": "contact_tags", "group_by": ["tag"]});
    let tags = house.call("summarize_records", tags).await?;
    assert_eq!(tags["groups"], json!([{"tag": "lead", "count": 2}, {"tag": "vip", "count": 1}]));
    let none = json!({"entity": "invoices", "measure": "sum", "of": "total"});
    let none = house.call("summarize_records", none).await?;
    assert_eq!(none["records"], 0);
    for (wrong, named) in [
        (json!({"entity": "deals"}), "opportunities"),
        (json!({"entity": "opportunities", "group_by": ["stages"]}), "stage_id"),
        (json!({"entity": "opportunities", "measure": "sum"}), "of"),
        (json!({"entity": "opportunities", "filters": {"value": {"near": 1}}}), "gte"),
    ] {
        let refusal = house.refusal("summarize_records", wrong.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{wrong}");
        let fix = refusal["fix"].as_str().unwrap_or_default();
        assert!(fix.contains(named), "{wrong}: {fix}");
    }
    Ok(())
}

#[tokio::test]
async fn the_story_of_an_event_is_told() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let event = |number: u8, owner| Event {
        id: event_id(number),
        alias: None,
        source: "highlevel".to_owned(),
        origin: Origin::Webhook,
        tenant: owner,
        kind: EventKind { entity: Entity::Contact, verb: Verb::Created },
        vendor_type: Some("ContactCreate".to_owned()),
        record: Some(RecordKey::new(Entity::Contact, "c1")),
        account: Some(house.vendor.location_id().to_owned()),
        webhook_id: None,
        correlation: CorrelationId::of(&event_id(number)),
        occurred_at: at(),
        received_at: at(),
        body: Vec::from(br#"{"id":"c1"}"#).into(),
    };
    house.store.append(event(1, Some(tenant()))).await?;
    house.store.append(event(2, None)).await?;
    let found = json!({"sql": "SELECT event, kind FROM events"});
    let found = house.call("query_mirror", found).await?;
    assert_eq!(found["rows"], json!([[event_id(1).to_string(), "contact.created"]]));
    let told = house.call("explain_event", json!({"event": found["rows"][0][0]})).await?;
    ensure!(told["story"].to_string().contains("contact/c1"), "{told}");
    let foreign = json!({"event": event_id(2).to_string()});
    let foreign = house.refusal("explain_event", foreign).await?;
    assert_eq!(foreign["code"], "not_found", "what belongs to nobody is not theirs");
    let wrong = house.refusal("explain_event", json!({"event": "latest"})).await?;
    assert_eq!(wrong["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn what_is_no_change_set_of_the_connection_is_refused() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let wrong = house.refusal("undo", json!({"change_set": "yesterday"})).await?;
    assert_eq!(wrong["code"], "invalid_arguments");
    let unknown = json!({"change_set": format!("chg_{}", "0".repeat(32))});
    let unknown = house.refusal("undo", unknown).await?;
    assert_eq!(unknown["code"], "not_found");
    let many = house.refusal("undo", json!({"limit": 0})).await?;
    assert_eq!(many["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn records_are_exported_from_the_mirror_and_live() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    filled(&house).await?;
    let asked = json!({"entity": "opportunities", "fields": ["id", "value"],
        "filters": {"status": "open"}});
    let told = house.call("export_records", asked).await?;
    assert_eq!(
        (&told["csv"], &told["count"]),
        (&json!("id,value\no1,100.0\no2,50.5\n"), &json!(2))
    );
    let few = json!({"entity": "contacts", "fields": ["id"], "limit": 1});
    let few = house.call("export_records", few).await?;
    assert_eq!(few["csv"], "id\nc1\n");
    assert!(few["cut"].is_string(), "{few}");
    assert_eq!(house.vendor.request_count(), 0, "the mirror is read, not the vendor");
    let live = json!({"entity": "contacts", "source": "live", "fields": ["id", "email"]});
    let live = house.call("export_records", live).await?;
    assert_eq!(live["count"], house.vendor.contact_count(), "{live}");
    let deals = json!({"entity": "opportunities", "source": "live", "limit": 7});
    let deals = house.call("export_records", deals).await?;
    assert_eq!(deals["count"], 7);
    assert!(deals["cut"].is_string(), "{deals}");
    for asked in [
        json!({"entity": "contacts", "fields": ["shoe_size"]}),
        json!({"entity": "contacts", "query": "Ada"}),
        json!({"entity": "contacts", "source": "live", "filters": {"id": "c1"}}),
        json!({"entity": "notes"}),
    ] {
        let refusal = house.refusal("export_records", asked.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{asked}");
    }
    Ok(())
}
