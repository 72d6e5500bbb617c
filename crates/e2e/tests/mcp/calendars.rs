//! Calendars: listed, their free slots, and appointments booked, moved and cancelled.

use anyhow::{Context, Result};
use mcp::{Mode, Profile};
use serde_json::{Value, json};

use crate::house::{House, caller};

fn items(told: &Value) -> &[Value] {
    told["items"].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[tokio::test]
async fn calendars_are_told_by_what_can_be_booked() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let told = house.call("list_calendars", json!({})).await?;
    let names: Vec<&str> =
        items(&told).iter().filter_map(|calendar| calendar["name"].as_str()).collect();
    assert_eq!(names, ["On-site survey", "Remote onboarding"]);
    assert_eq!(told["items"][0]["slot_duration"], 60);
    Ok(())
}

#[tokio::test]
async fn appointments_are_found_by_calendar_contact_and_user() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let all = house.call("find_appointments", json!({})).await?;
    assert_eq!(items(&all).len(), 4, "the simulated location has four: {all}");
    let starts: Vec<&str> = items(&all).iter().filter_map(|it| it["starts_at"].as_str()).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    let of_one = house.call("find_appointments", json!({"calendar": "remote onboarding"})).await?;
    assert_eq!(items(&of_one).len(), 1, "{of_one}");
    assert!(items(&of_one).iter().all(|it| it["calendar"] == "Remote onboarding"));
    let first = &all["items"][0];
    let theirs = house.call("find_appointments", json!({"contact": first["contact_id"]})).await?;
    assert_eq!(items(&theirs).len(), 1, "{theirs}");
    for member in ["id", "starts_at", "ends_at", "calendar", "owner"] {
        assert_eq!(theirs["items"][0][member], first[member], "{member}");
    }
    let cancelled = house.call("find_appointments", json!({"status": "cancelled"})).await?;
    assert_eq!(items(&cancelled).len(), 1, "{cancelled}");
    let owners = house.call("find_appointments", json!({"user": first["owner"]})).await?;
    assert!(items(&owners).iter().all(|it| it["owner"] == first["owner"]), "{owners}");
    let past = json!({"from": "2020-01-01", "until": "2020-01-02"});
    let past = house.call("find_appointments", past).await?;
    assert_eq!(items(&past).len(), 0);
    for asked in [
        json!({"from": "soon"}),
        json!({"from": "2026-03-10", "until": "2026-03-09T00:00:00Z"}),
        json!({"limit": 0}),
    ] {
        let refusal = house.refusal("find_appointments", asked.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{asked}");
    }
    Ok(())
}

/// Two free slots of a calendar that one person keeps: who is booked is not free any more.
async fn slots(house: &House) -> Result<(String, String)> {
    let asked = json!({"calendar": "Remote onboarding", "limit": 500});
    let free = house.call("find_free_slots", asked).await?;
    let free = free["slots"].as_array().context("slots")?;
    let slot = |at: usize| Some(free.get(at)?.as_str()?.to_owned());
    Ok((slot(free.len() / 2).context("a slot")?, slot(free.len() / 2 + 1).context("a slot")?))
}

#[tokio::test]
async fn free_slots_are_in_order_and_of_one_calendar() -> Result<()> {
    let house = House::open(caller(Mode::ReadOnly, Profile::Default)).await?;
    let told = house.call("find_free_slots", json!({"calendar": "on-site SURVEY"})).await?;
    let slots: Vec<&str> =
        told["slots"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(slots.len() > 5 && slots.is_sorted(), "{told}");
    assert!(told["total"].as_u64().is_some_and(|total| total >= slots.len() as u64));
    let few = json!({"calendar": "On-site survey", "limit": 2});
    let few = house.call("find_free_slots", few).await?;
    assert_eq!(few["slots"].as_array().map(Vec::len), Some(2));
    let there = json!({"calendar": "On-site survey", "timezone": "Europe/London", "limit": 1});
    let there = house.call("find_free_slots", there).await?;
    let slot = there["slots"][0].as_str().context("a slot")?;
    assert!(slot.ends_with("+00:00") || slot.ends_with("+01:00") || slot.ends_with('Z'), "{slot}");
    let wrong = json!({"calendar": "Off-site"});
    let wrong = house.refusal("find_free_slots", wrong).await?;
    assert_eq!(wrong["code"], "unknown_name");
    let zone = json!({"calendar": "On-site survey", "from": "2026-03-09", "timezone": "Mars/One"});
    assert_eq!(house.refusal("find_free_slots", zone).await?["code"], "invalid_arguments");
    Ok(())
}

#[tokio::test]
async fn an_appointment_is_booked_moved_cancelled_and_each_is_taken_back() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let people = house.call("find_opportunities", json!({"limit": 1})).await?;
    let contact = &people["items"][0]["contact_id"];
    let (slot, later) = slots(&house).await?;
    let book = json!({"contact": contact, "calendar": "Remote onboarding", "starts_at": slot,
        "title": "Survey"});
    let booked = house.call("save_appointment", book.clone()).await?;
    let id = &booked["appointment"]["id"];
    let state = async |member: &str| -> Result<Value> {
        let read = json!({"id": "calendars.get-appointment", "params": {"eventId": id}});
        Ok(house.call("read_operation", read).await?["result"][member].clone())
    };
    let first = state("startTime").await?;
    let taken = house.refusal("save_appointment", book).await?;
    assert_eq!(taken["code"], "slot_taken", "{taken}");
    let moved = house.call("save_appointment", json!({"id": id, "starts_at": later})).await?;
    assert_ne!(state("startTime").await?, first);
    let undone = house.call("undo", json!({"change_set": moved["change_set"]})).await?;
    assert_eq!(undone["counts"]["restored"], 1, "{undone}");
    assert_eq!(state("startTime").await?, first);
    let shown = json!({"id": id, "status": "showed", "place": "Pier 4"});
    let shown = house.call("save_appointment", shown).await?;
    assert_eq!(shown["appointment"]["status"], "showed", "{shown}");
    let back = house.call("save_appointment", json!({"id": id, "status": "confirmed"})).await?;
    assert_eq!(back["appointment"]["status"], "confirmed", "{back}");
    let off = house.call("save_appointment", json!({"id": id, "status": "cancelled"})).await?;
    assert_eq!(state("appointmentStatus").await?, "cancelled");
    house.call("undo", json!({"change_set": off["change_set"]})).await?;
    assert_eq!(state("appointmentStatus").await?, "confirmed");
    Ok(())
}

#[tokio::test]
async fn what_is_no_booking_is_refused_before_anything_is_written() -> Result<()> {
    let house = House::open(caller(Mode::Trusted, Profile::Default)).await?;
    let all = house.call("find_appointments", json!({})).await?;
    let id = &all["items"][0]["id"];
    for asked in [
        json!({"contact": "x"}),
        json!({"id": id}),
        json!({"id": id, "calendar": "On-site survey"}),
        json!({"id": id, "status": "lost"}),
        json!({"id": id, "status": "cancelled", "title": "x"}),
    ] {
        let refusal = house.refusal("save_appointment", asked.clone()).await?;
        assert_eq!(refusal["code"], "invalid_arguments", "{asked}");
    }
    let unknown = json!({"id": "nobody", "status": "showed"});
    assert_eq!(house.refusal("save_appointment", unknown).await?["http_status"], 404);
    let listed = house.call("undo", json!({})).await?;
    assert!(listed["change_sets"].as_array().is_none_or(Vec::is_empty), "{listed}");
    Ok(())
}
