//! Opportunities and appointments over HTTP: moved by name, booked once.

use anyhow::{Context, Result, ensure};
use endpoint::Method;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::house::{ALL, House, text};

async fn person(house: &House, key: &str) -> Result<String> {
    let draft = json!({"email": "ada@example.com", "phone": "+15550109001"});
    let made = house.ask(key, "POST /v1/contacts", Some(draft)).await?.good()?;
    Ok(text(&made["contact"], "id")?.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opportunity_is_made_once_and_moved_by_the_name_of_its_stage() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let contact = person(&house, &key).await?;
    let path = format!("/opportunities/pipelines?locationId={}", house.vendor.location_id());
    let pipelines = house.at_vendor(Method::Get, &path, Value::Null).await?;
    let pipeline = &pipelines["pipelines"][0];
    let stage = |at: usize| text(&pipeline["stages"][at], "name");
    let draft = json!({
        "contact": contact, "pipeline": text(pipeline, "name")?, "name": "Engine", "value": 1200,
    });
    let upsert = "POST /v1/opportunities";
    let made = house.ask(&key, upsert, Some(draft.clone())).await?.good()?;
    ensure!(made["outcome"] == "created", "{made}");
    let again = house.ask(&key, upsert, Some(draft)).await?.good()?;
    ensure!(again["outcome"] == "updated", "{again}");
    let id = text(&made["opportunity"], "id")?;
    ensure!(again["opportunity"]["id"] == id, "{again}");
    let patch = format!("PATCH /v1/opportunities/{id}");
    let to = json!({"stage": stage(1)?.to_uppercase(), "status": "won"});
    let moved = house.ask(&key, &patch, Some(to)).await?.good()?;
    ensure!(moved["stage"]["name"] == stage(1)? && moved["status"] == "won", "{moved}");
    let nowhere = house.ask(&key, &patch, Some(json!({"stage": "Nowhere"}))).await?;
    ensure!(nowhere.problem()? == "invalid", "{nowhere:?}");
    ensure!(text(&nowhere.body["errors"][0], "message")?.contains(stage(0)?), "{nowhere:?}");

    let is_mirrored = |answer: &Value| {
        answer["items"][0]["origin"] == "mirror" && answer["items"][0]["status"] == "won"
    };
    let search = format!("GET /v1/opportunities?contact={contact}");
    let found = house.ask_until(&key, &search, is_mirrored).await?;
    ensure!(found["items"][0]["stage"]["name"] == stage(1)?, "{found}");
    let read = house.ask(&key, &format!("GET /v1/opportunities/{id}"), None).await?;
    ensure!(read.header("etag").is_some() && read.body["origin"] == "mirror", "{read:?}");
    let fresh = house.ask(&key, "GET /v1/opportunities?fresh=true&limit=2", None).await?.good()?;
    ensure!(fresh["items"].as_array().is_some_and(|items| items.len() == 2), "{fresh}");
    ensure!(fresh["next"].is_string(), "{fresh}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_is_booked_once() -> Result<()> {
    let house = House::open().await?;
    let key = house.key(ALL, &[])?;
    let contact = person(&house, &key).await?;
    let path = format!("/calendars/?locationId={}", house.vendor.location_id());
    let calendars = house.at_vendor(Method::Get, &path, Value::Null).await?;
    let all = calendars["calendars"].as_array().context("calendars")?;
    // One person keeps it, so that one booking takes the slot.
    let personal = all.iter().find(|it| it["calendarType"] == "personal");
    let calendar = text(personal.context("a personal calendar")?, "id")?;
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    let now = Timestamp::now();
    let until = now.checked_add((14 * 24).hours())?;
    let line = format!("GET /v1/calendars/{calendar}/slots?from={now}&until={until}");
    let slots = house.ask(&key, &line, None).await?.good()?;
    let slot = slots["slots"].as_array().and_then(|slots| slots.last()).context("a free slot")?;
    let booking = json!({"calendar": calendar, "contact": contact, "starts_at": slot["starts_at"]});
    let booked = house.ask(&key, "POST /v1/appointments", Some(booking.clone())).await?;
    ensure!(booked.status == 201, "{booked:?}");
    let taken = house.ask(&key, "POST /v1/appointments", Some(booking)).await?;
    ensure!((taken.status, taken.problem()?) == (409, "slot-taken"), "{taken:?}");
    let id = text(&booked.body, "id")?;
    let listed = format!("GET /v1/appointments?contact={contact}");
    let listed = house.ask(&key, &listed, None).await?.good()?;
    ensure!(listed["appointments"][0]["id"] == id, "{listed}");
    ensure!(listed["appointments"][0]["starts_at"] == booked.body["starts_at"], "{listed}");
    let cancel = format!("POST /v1/appointments/{id}/cancel");
    let cancelled = house.ask(&key, &cancel, None).await?.good()?;
    ensure!(cancelled["status"] == "cancelled", "{cancelled}");
    let free = house.ask(&key, &line, None).await?.good()?;
    ensure!(free["slots"].as_array().is_some_and(|slots| slots.contains(slot)), "{free}");
    let long = format!("GET /v1/calendars/{calendar}/slots?from={now}&until=2099-01-01T00:00:00Z");
    let refused = house.ask(&key, &long, None).await?;
    ensure!(refused.body["errors"][0]["pointer"] == "until", "{refused:?}");
    Ok(())
}
