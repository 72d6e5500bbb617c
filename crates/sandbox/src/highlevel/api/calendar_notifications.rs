//! `/calendars/{calendarId}/notifications`: whom a calendar tells of its appointments, and how.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, calendars, call::Call, refusal::Refusal, world::World};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-event-notification", list),
    ("calendars.create-event-notification", create),
    ("calendars.find-event-notification", read),
    ("calendars.update-event-notification", update),
    ("calendars.delete-event-notification", remove),
];

/// A notification of the calendar that the path names.
fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    calendars::named(world, call)?;
    let id = call.segment("notificationId");
    let all = world.account(call)?.calendars.notifications.get_mut(call.segment("calendarId"));
    all.and_then(|all| all.get_mut(id)).ok_or_else(|| Refusal::not_found("Notification", id))
}

/// Deleted ones only where they are asked for.
fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    calendars::named(world, call)?;
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 100, 1..=usize::MAX)?);
    let deleted = call.query("deleted") == Some("true");
    let active = call.query("isActive").map(|text| text == "true");
    let wanted = |one: &&Value| {
        one["deleted"] == deleted && active.is_none_or(|active| one["isActive"] == active)
    };
    let all = world.account(call)?.calendars.notifications.get(call.segment("calendarId"));
    let found = all.into_iter().flat_map(|all| all.iter()).filter(wanted);
    let page: Vec<&Value> = found.skip(skip).take(limit).collect();
    Ok(json!(page).into())
}

/// The body is a list, and so is the answer.
fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    calendars::named(world, call)?;
    let made = call.items.iter().map(|given| {
        let mut one = json!({ "_id": world.ids.object(), "isActive": true, "deleted": false });
        for (key, value) in given.as_object().into_iter().flatten() {
            one[key.as_str()] = value.clone();
        }
        one
    });
    let made: Vec<Value> = made.collect();
    let all = &mut world.account(call)?.calendars.notifications;
    let all = all.entry(call.segment("calendarId").to_owned()).or_default();
    for one in &made {
        all.add(one["_id"].as_str().unwrap_or_default(), one.clone());
    }
    Ok(json!(made).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(find(world, call)?.clone().into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let one = find(world, call)?;
    for (key, value) in &call.body {
        one[key.as_str()] = value.clone();
    }
    Ok(json!({ "message": "Notification updated successfully" }).into())
}

fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    find(world, call)?;
    let all = world.account(call)?.calendars.notifications.get_mut(call.segment("calendarId"));
    if let Some(all) = all {
        all.remove(call.segment("notificationId"));
    }
    Ok(json!({ "message": "Notification deleted successfully" }).into())
}
