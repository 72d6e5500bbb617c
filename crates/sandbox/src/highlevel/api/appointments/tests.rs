//! Tests: calendars and appointments over the sandbox's own port. It is noon (UTC) on a Thursday.

use serde_json::{Value, json};

use super::super::desk::Desk;
use crate::highlevel::receiver::Receiver;

const FRIDAY: i64 = 1_772_773_200_000; // midnight of the 6th of March 2026 in New York
const DAY: i64 = 86_400_000;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A desk with a calendar of one hour per slot, open from 9 to 12, and a contact.
async fn open(more: Value) -> (Desk, String, String) {
    let desk = Desk::open().await;
    let location = desk.sandbox.location_id().to_owned();
    let mut body = json!({
        "locationId": location, "name": "Desk hours", "slotDuration": 60, "slotInterval": 60,
        "openHours": [{ "daysOfTheWeek": [1, 2, 3, 4, 5], "hours": [
            { "openHour": 9, "openMinute": 0, "closeHour": 12, "closeMinute": 0 }] }],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key.as_str()] = value.clone();
    }
    let calendar = desk.ok("POST /calendars/", body).await["calendar"]["id"].clone();
    let contact = json!({ "locationId": location, "name": "Ada King" });
    let (_, contact) = desk.call("POST /contacts/", contact).await;
    (desk, text(&calendar), text(&contact["contact"]["id"]))
}

async fn slots(desk: &Desk, calendar: &str, more: &str) -> Vec<String> {
    let end = FRIDAY + DAY - 1;
    let line =
        format!("GET /calendars/{calendar}/free-slots?startDate={FRIDAY}&endDate={end}{more}");
    let answer = desk.ok(&line, Value::Null).await;
    let days = answer.as_object().unwrap().values().filter_map(|day| day["slots"].as_array());
    days.flatten().map(text).collect()
}

fn booking(desk: &Desk, calendar: &str, contact: &str, start: &str) -> Value {
    json!({
        "locationId": desk.sandbox.location_id(), "calendarId": calendar, "contactId": contact,
        "startTime": start,
    })
}

#[tokio::test]
async fn a_booking_takes_its_slot_and_a_cancellation_frees_it() {
    let (desk, calendar, contact) = open(json!({})).await;
    let nine = "2026-03-06T09:00:00-05:00";
    let all = ["09", "10", "11"].map(|hour| format!("2026-03-06T{hour}:00:00-05:00"));
    assert_eq!(slots(&desk, &calendar, "").await, all);
    let other = slots(&desk, &calendar, "&timezone=Asia/Kolkata").await;
    assert_eq!(other[0], "2026-03-06T19:30:00+05:30");

    let body = booking(&desk, &calendar, &contact, nine);
    let made = desk.ok("POST /calendars/events/appointments", body.clone()).await;
    assert_eq!((&made["startTime"], &made["title"]), (&json!(nine), &json!("Ada King")));
    assert_eq!(made["endTime"], "2026-03-06T10:00:00-05:00");
    assert_eq!(slots(&desk, &calendar, "").await, all[1..]);
    let (status, message) = desk.refused("POST /calendars/events/appointments", body.clone()).await;
    assert_eq!((status, &*message), (400, "The slot you have selected is no longer available."));

    let path = format!("/calendars/events/appointments/{}", text(&made["id"]));
    let moved = json!({ "startTime": "2026-03-06T16:00:00Z" });
    desk.ok(&format!("PUT {path}"), moved).await;
    let read = desk.ok(&format!("GET {path}"), Value::Null).await["event"].clone();
    assert_eq!(read["startTime"], "2026-03-06T11:00:00-05:00");
    assert_eq!(read["endTime"], "2026-03-06T12:00:00-05:00");
    assert_eq!(slots(&desk, &calendar, "").await, all[..2]);

    desk.ok(&format!("PUT {path}"), json!({ "appointmentStatus": "cancelled" })).await;
    assert_eq!(slots(&desk, &calendar, "").await, all);
    let again = booking(&desk, &calendar, &contact, &all[2]);
    desk.ok("POST /calendars/events/appointments", again).await;
    let back = json!({ "appointmentStatus": "confirmed" });
    assert_eq!(desk.refused(&format!("PUT {path}"), back).await.0, 400);
    let (status, gone) =
        desk.call(&format!("DELETE /calendars/events/{}", text(&made["id"])), json!({})).await;
    assert_eq!((status, &gone["succeeded"]), (201, &json!(true)));
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn slots_have_to_be_kept_unless_the_caller_says_otherwise() {
    let (desk, calendar, contact) =
        open(json!({ "allowBookingAfter": 2, "allowBookingAfterUnit": "days" })).await;
    assert!(slots(&desk, &calendar, "").await.is_empty());
    let line = "POST /calendars/events/appointments";
    let mut body = booking(&desk, &calendar, &contact, "2026-03-06T09:00:00-05:00");
    assert_eq!(desk.refused(line, body.clone()).await.0, 400);
    body["ignoreDateRange"] = json!(true);
    desk.ok(line, body.clone()).await;
    body["startTime"] = json!("2026-03-06T09:20:00-05:00");
    assert_eq!(desk.refused(line, body.clone()).await.0, 400);
    body["rrule"] = json!("RRULE:FREQ=DAILY;COUNT=3");
    body["ignoreFreeSlotValidation"] = json!(true);
    let made = desk.ok(line, body.clone()).await;
    assert_eq!((&made["isRecurring"], &made["rrule"]), (&json!(true), &body["rrule"]));
    body["startTime"] = json!("tomorrow");
    assert_eq!(desk.refused(line, body.clone()).await.0, 422);
    body["startTime"] = json!("2026-03-06T09:00:00-05:00");
    body["endTime"] = body["startTime"].clone();
    assert_eq!(desk.refused(line, body).await.0, 422);
}

#[tokio::test]
async fn a_team_takes_turns_and_blocks_and_buffers_count() {
    let (desk, _, contact) = open(json!({})).await;
    let location = desk.sandbox.location_id().to_owned();
    let users = desk.ok(&format!("GET /users/?locationId={location}"), Value::Null).await;
    // The first of the people has appointments from the start.
    let team: Vec<Value> = users["users"]
        .as_array()
        .unwrap()
        .iter()
        .skip(1)
        .take(2)
        .map(|user| user["id"].clone())
        .collect();
    let members: Vec<Value> = team.iter().map(|id| json!({ "userId": id })).collect();
    let body = json!({
        "locationId": location, "name": "Turns", "calendarType": "round_robin",
        "teamMembers": members, "slotDuration": 60, "slotInterval": 60, "slotBuffer": 30,
        "availabilityType": 1, "availabilities": [{ "date": "2026-03-06", "hours": [
            { "openHour": 9, "openMinute": 0, "closeHour": 12, "closeMinute": 0 }] }],
    });
    let calendar = text(&desk.ok("POST /calendars/", body).await["calendar"]["id"]);
    let line = "POST /calendars/events/appointments";
    let nine = booking(&desk, &calendar, &contact, "2026-03-06T09:00:00-05:00");
    let first = desk.ok(line, nine.clone()).await;
    let second = desk.ok(line, nine.clone()).await;
    assert_eq!([&first["assignedUserId"], &second["assignedUserId"]], [&team[0], &team[1]]);
    assert_eq!(desk.refused(line, nine.clone()).await.0, 400);
    // The buffer of half an hour takes the slot of ten.
    assert_eq!(slots(&desk, &calendar, "").await, ["2026-03-06T11:00:00-05:00"]);

    let block = json!({
        "locationId": location, "assignedUserId": team[0], "title": "Away",
        "startTime": "2026-03-06T11:00:00-05:00", "endTime": "2026-03-06T11:30:00-05:00",
    });
    let mut both = block.clone();
    both["calendarId"] = json!(calendar);
    assert_eq!(desk.refused("POST /calendars/events/block-slots", both).await.0, 400);
    let made = desk.ok("POST /calendars/events/block-slots", block).await;
    let of = |user: &Value| format!("&userId={}", user.as_str().unwrap());
    assert!(slots(&desk, &calendar, &of(&team[0])).await.is_empty());
    assert_eq!(slots(&desk, &calendar, &of(&team[1])).await.len(), 1);
    let window = format!("locationId={location}&startTime={FRIDAY}&endTime={}", FRIDAY + DAY);
    let blocked = format!("GET /calendars/blocked-slots?{window}{}", of(&team[0]));
    assert_eq!(desk.ok(&blocked, Value::Null).await["events"][0]["id"], made["id"]);
    let events = format!("GET /calendars/events?{window}&calendarId={calendar}");
    assert_eq!(desk.ok(&events, Value::Null).await["events"].as_array().unwrap().len(), 2);
    let line = format!("GET /calendars/events?{window}");
    assert_eq!(desk.refused(&line, Value::Null).await.0, 422);
}

#[tokio::test]
async fn webhooks_tell_the_whole_appointment() {
    let (desk, calendar, contact) = open(json!({})).await;
    let receiver = Receiver::start(&[]).await;
    desk.sandbox.subscribe(&receiver.url()).unwrap();
    let line = "POST /calendars/events/appointments";
    let made =
        desk.ok(line, booking(&desk, &calendar, &contact, "2026-03-06T09:00:00-05:00")).await;
    let path = format!("/calendars/events/{}", text(&made["id"]));
    assert_eq!(desk.call(&format!("DELETE {path}"), Value::Null).await.0, 201);
    while receiver.received().len() < 2 {
        tokio::task::yield_now().await;
    }
    let events = receiver.received();
    let events: Vec<Value> =
        events.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    let kinds = [&events[0]["type"], &events[1]["type"]];
    assert_eq!(kinds, ["AppointmentCreate", "AppointmentDelete"]);
    for event in &events {
        assert_eq!(event["appointment"]["id"], made["id"]);
        assert_eq!(event["appointment"]["startTime"], "2026-03-06T09:00:00-05:00");
    }
    receiver.stop().await;
}

#[tokio::test]
async fn null_takes_a_field_of_a_calendar_away() {
    let (desk, calendar, _) = open(json!({ "availabilityType": 1 })).await;
    assert!(slots(&desk, &calendar, "").await.is_empty());
    let body = json!({ "availabilityType": null });
    let changed = desk.ok(&format!("PUT /calendars/{calendar}"), body).await;
    assert_eq!(changed["calendar"].get("availabilityType"), None);
    assert_eq!(slots(&desk, &calendar, "").await.len(), 3);
}

#[tokio::test]
async fn a_range_has_at_most_31_days() {
    let (desk, calendar, _) = open(json!({})).await;
    let line = |days: i64| {
        format!(
            "GET /calendars/{calendar}/free-slots?startDate={FRIDAY}&endDate={}",
            FRIDAY + days * DAY
        )
    };
    desk.ok(&line(31), Value::Null).await;
    assert_eq!(desk.refused(&line(32), Value::Null).await.0, 400);
    assert_eq!(desk.refused(&line(-1), Value::Null).await.0, 400);
}

#[tokio::test]
async fn the_hours_of_a_calendar_itself_are_of_the_third_generation() {
    let (mut desk, calendar, contact) = open(json!({})).await;
    desk.version = "v3";
    let path = format!("/calendars/schedules/event-calendar/{calendar}");
    assert_eq!(desk.refused(&format!("GET {path}"), Value::Null).await.0, 404);
    let rules = |from: &str| {
        json!([
            { "type": "date", "date": "2026-03-06", "intervals": [{ "from": from, "to": "22:00" }] },
            { "type": "wday", "day": "friday", "intervals": [{ "from": "01:00", "to": "02:00" }] },
        ])
    };
    let body = json!({ "timezone": "America/Chicago", "rules": rules("20:00") });
    desk.ok(&format!("POST {path}"), body.clone()).await;
    assert_eq!(desk.refused(&format!("POST {path}"), body).await.0, 400);
    let found = slots(&desk, &calendar, "").await;
    assert_eq!(found, ["2026-03-06T21:00:00-05:00", "2026-03-06T22:00:00-05:00"]);
    desk.ok(&format!("PUT {path}"), json!({ "rules": rules("21:00") })).await;
    let found = slots(&desk, &calendar, "").await;
    assert_eq!(found, ["2026-03-06T22:00:00-05:00"]);
    let body = booking(&desk, &calendar, &contact, &found[0]);
    let made = desk.ok("POST /calendars/events/appointments", body).await;
    assert_eq!(made["dateAdded"], "2026-03-05T07:00:00-05:00");
}

#[tokio::test]
async fn the_appointments_of_a_contact_go_with_the_contact() {
    let (desk, calendar, contact) = open(json!({})).await;
    let body = booking(&desk, &calendar, &contact, "2026-03-06T09:00:00-05:00");
    let made = desk.ok("POST /calendars/events/appointments", body).await;
    let line = format!("GET /contacts/{contact}/appointments");
    let found = desk.ok(&line, Value::Null).await["events"][0].clone();
    assert_eq!((&found["id"], &found["startTime"]), (&made["id"], &json!("2026-03-06 09:00:00")));
    desk.ok(&format!("DELETE /contacts/{contact}"), Value::Null).await;
    let line = format!("GET /calendars/events/appointments/{}", text(&made["id"]));
    assert_eq!(desk.refused(&line, Value::Null).await.0, 404);
    assert_eq!(slots(&desk, &calendar, "").await.len(), 3);
}
