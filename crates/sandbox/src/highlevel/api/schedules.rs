//! `/calendars/schedules`: the hours of people for their calendars, and of calendars themselves.

use serde_json::{Map, Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    calendars,
    call::Call,
    moment::iso,
    refusal::Refusal,
    world::{World, merge},
};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-all-schedules", search),
    ("calendars.create-schedule", create),
    ("calendars.get-schedule-by-id", read),
    ("calendars.update-schedule", update),
    ("calendars.delete-schedule", remove),
    ("calendars.add-calendar-to-schedule", associate),
    ("calendars.remove-calendar-from-schedule", dissociate),
    ("calendars.get-calendar-schedule", own),
    ("calendars.create-calendar-schedule", create_own),
    ("calendars.update-calendar-schedule", update_own),
];

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    let id = call.segment("id");
    calendars::find(world, call, ("Schedule", id), |all| &mut all.schedules)
}

fn holds(schedule: &Value, calendar: &str) -> bool {
    let calendars = schedule["calendarIds"].as_array();
    calendars.is_some_and(|calendars| calendars.iter().any(|known| known == calendar))
}

fn check_zone(call: &Call) -> Result<(), Refusal> {
    match call.text("timezone").map(jiff::tz::TimeZone::get) {
        Some(Err(_)) => {
            let complaint = "timezone must be a valid IANA time zone".to_owned();
            Err(Refusal::unprocessable(vec![complaint]))
        }
        _ => Ok(()),
    }
}

fn search(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 50, 1..=500)?);
    let user = call.query("userId").unwrap_or_default();
    let calendar = call.query("calendarId");
    let wanted = |one: &&Value| {
        one["userId"] == user && calendar.is_none_or(|calendar| holds(one, calendar))
    };
    let all = world.account(call)?.calendars.schedules.iter();
    let page: Vec<&Value> = all.filter(wanted).skip(skip).take(limit).collect();
    Ok(json!({ "schedules": page }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_zone(call)?;
    let id = world.ids.object();
    let account = world.account(call)?;
    let at = iso(call.now);
    let mut made = json!({
        "id": id, "rules": [], "calendarIds": [], "deleted": false, "dateAdded": at,
        "dateUpdated": at,
    });
    for (key, value) in &call.body {
        made[key.as_str()] = value.clone();
    }
    account.calendars.schedules.add(&id, made.clone());
    Ok(Answer::created(json!({ "schedule": made })))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "schedule": find(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_zone(call)?;
    let schedule = find(world, call)?;
    merge(schedule, &call.body, ("dateUpdated", call.now));
    Ok(json!({ "schedule": schedule }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    world.account(call)?.calendars.schedules.remove(call.segment("id"));
    Ok(json!({ "success": true }).into())
}

fn associate(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    change(world, call, true)
}

fn dissociate(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    change(world, call, false)
}

fn change(world: &mut World, call: &Call, is_wanted: bool) -> Result<Answer, Refusal> {
    calendars::named(world, call)?;
    let calendar = call.segment("calendarId");
    let schedule = find(world, call)?;
    if let Some(calendars) = schedule["calendarIds"].as_array_mut() {
        calendars.retain(|known| known != calendar);
        if is_wanted {
            calendars.push(json!(calendar));
        }
    }
    merge(schedule, &Map::new(), ("dateUpdated", call.now));
    Ok(json!({ "success": true }).into())
}

fn own(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "schedule": find_own(world, call)? }).into())
}

/// The hours of the calendar that the path names.
fn find_own<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    calendars::named(world, call)?;
    let id = call.segment("calendarId");
    let found = world.account(call)?.calendars.own_schedules.get_mut(id);
    found.ok_or_else(|| Refusal::not_found("Schedule of the calendar", id))
}

fn create_own(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_zone(call)?;
    calendars::named(world, call)?;
    let id = call.segment("calendarId");
    let all = &mut world.account(call)?.calendars.own_schedules;
    if all.contains_key(id) {
        let complaint = "The calendar has a schedule already; update it instead.";
        return Err(Refusal::bad_request(complaint));
    }
    let at = iso(call.now);
    let mut made = json!({ "calendarId": id, "dateAdded": at, "dateUpdated": at });
    merge(&mut made, &call.body, ("dateUpdated", call.now));
    all.insert(id.to_owned(), made.clone());
    Ok(Answer::created(json!({ "schedule": made })))
}

fn update_own(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_zone(call)?;
    let schedule = find_own(world, call)?;
    merge(schedule, &call.body, ("dateUpdated", call.now));
    Ok(json!({ "schedule": schedule }).into())
}
