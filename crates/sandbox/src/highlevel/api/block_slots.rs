//! `/calendars/events/block-slots`: times in which a calendar or a person takes no appointments.

use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    appointments::{Event, check_order, moment},
    calendar_hours::zone,
    calendar_slots::local,
    calendars,
    call::Call,
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts =
    &[("calendars.create-block-slot", create), ("calendars.edit-block-slot", update)];

const SHOWN: [&str; 7] =
    ["id", "locationId", "title", "startTime", "endTime", "calendarId", "assignedUserId"];

/// A calendar or a person, and not both.
fn check_holder(call: &Call, is_new: bool) -> Result<(), Refusal> {
    let is_wrong = match (call.text("calendarId"), call.text("assignedUserId")) {
        (Some(_), Some(_)) => true,
        (None, None) => is_new,
        _ => false,
    };
    let complaint = "Either calendarId or assignedUserId can be set, not both.";
    if is_wrong { Err(Refusal::bad_request(complaint)) } else { Ok(()) }
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_holder(call, true)?;
    let id = world.ids.record();
    let account = world.account(call)?;
    let zone = zone(account);
    let times = (moment(call, "startTime", &zone)?, moment(call, "endTime", &zone)?);
    let (Some(start), Some(end)) = times else {
        let missing = ["startTime", "endTime"].map(|name| format!("{name} should not be empty"));
        return Err(Refusal::unprocessable(missing.into()));
    };
    let at = local(call.now, &zone);
    let record = json!({
        "id": id, "title": "", "locationId": account.id, "users": [],
        "createdBy": { "source": "third_party" }, "dateAdded": at, "dateUpdated": at,
    });
    let record = record.as_object().cloned().unwrap_or_default();
    let event = Event { start, end, is_block: true, record };
    keep(world, call, event)
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_holder(call, false)?;
    let id = call.segment("eventId");
    let event = calendars::find(world, call, ("Block slot", id), |all| &mut all.events)?;
    if !event.is_block {
        return Err(Refusal::not_found("Block slot", id));
    }
    let mut event = event.clone();
    let zone = zone(world.account(call)?);
    event.start = moment(call, "startTime", &zone)?.unwrap_or(event.start);
    event.end = moment(call, "endTime", &zone)?.unwrap_or(event.end);
    event.record.insert("dateUpdated".to_owned(), json!(local(call.now, &zone)));
    if call.text("calendarId").is_some() || call.text("assignedUserId").is_some() {
        event.record.remove("calendarId");
        event.record.remove("assignedUserId");
    }
    keep(world, call, event)
}

/// Takes over what the body says, and answers without an envelope.
fn keep(world: &mut World, call: &Call, mut event: Event) -> Result<Answer, Refusal> {
    check_order(event.start, event.end)?;
    let account = world.account(call)?;
    if let Some(id) = call.text("calendarId")
        && account.calendars.all.get(id).is_none()
    {
        return Err(Refusal::bad_request(format!("The calendar id {id} is invalid.")));
    }
    let mut given =
        pick(&Value::Object(call.body.clone()), &["title", "calendarId", "assignedUserId"]);
    given.retain(|_, value| !value.is_null());
    event.record.extend(given);
    let users: Vec<&str> =
        Some(event.text("assignedUserId")).filter(|it| !it.is_empty()).into_iter().collect();
    let users = json!(users);
    event.record.insert("users".to_owned(), users);
    let id = event.text("id").to_owned();
    let shown = event.shown(&zone(account));
    match account.calendars.events.get_mut(&id) {
        Some(place) => *place = event,
        None => account.calendars.events.add(&id, event),
    }
    Ok(Answer::created(Value::Object(pick(&shown, &SHOWN))))
}
