//! `/calendars/events`: appointments booked, moved, read, listed and deleted (`facts/highlevel.md` 6.3).

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::{
    account::Account,
    acts::Acts,
    answer::Answer,
    booking::{self, Wish},
    calendar_hours::zone,
    calendar_slots::{local, milliseconds, team},
    calendars,
    call::Call,
    refusal::Refusal,
    world::{World, pick},
};

pub(crate) const ACTS: Acts = &[
    ("calendars.create-appointment", create),
    ("calendars.edit-appointment", update),
    ("calendars.get-appointment", read),
    ("calendars.get-calendar-events", events),
    ("calendars.get-blocked-slots", blocked),
    ("calendars.delete-event", remove),
    ("contacts.get-appointments-for-contact", of_contact),
];

/// What an answer to booking and changing shows.
const ANSWERED: [&str; 12] = [
    "id",
    "calendarId",
    "locationId",
    "contactId",
    "startTime",
    "endTime",
    "title",
    "meetingLocationType",
    "appointmentStatus",
    "assignedUserId",
    "address",
    "isRecurring",
];

/// What the webhooks tell.
const TOLD: [&str; 14] = [
    "id",
    "title",
    "address",
    "calendarId",
    "contactId",
    "groupId",
    "appointmentStatus",
    "assignedUserId",
    "users",
    "notes",
    "startTime",
    "endTime",
    "dateAdded",
    "dateUpdated",
];

/// An appointment, or a time that is blocked.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) is_block: bool,
    /// Everything but the times.
    pub(crate) record: Map<String, Value>,
}

impl Event {
    /// A text of the record; empty where it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.record.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it keeps its people from other things: cancelled appointments do not.
    pub(crate) fn takes_time(&self) -> bool {
        self.is_block || !["cancelled", "invalid"].contains(&self.text("appointmentStatus"))
    }

    pub(crate) fn is_of(&self, user: &str) -> bool {
        let users = self.record.get("users").and_then(Value::as_array);
        self.text("assignedUserId") == user
            || users.is_some_and(|users| users.iter().any(|known| known == user))
    }

    /// With its times as the clocks of a zone show them.
    pub(crate) fn shown(&self, zone: &TimeZone) -> Value {
        let mut shown = self.record.clone();
        shown.insert("startTime".to_owned(), json!(local(self.start, zone)));
        shown.insert("endTime".to_owned(), json!(local(self.end, zone)));
        Value::Object(shown)
    }
}

/// A moment of the body: with an offset, or as the clocks of the location show it.
///
/// # Errors
/// 422 when it is none.
pub(crate) fn moment(
    call: &Call,
    name: &str,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = call.text(name) else {
        return Ok(None);
    };
    let here = || text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok();
    let found = text.parse::<Timestamp>().ok().or_else(|| Some(here()?.timestamp()));
    let complaint =
        || Refusal::unprocessable(vec![format!("{name} must be a valid ISO 8601 date string")]);
    found.map(Some).ok_or_else(complaint)
}

/// Refuses a time that ends before it begins.
///
/// # Errors
/// 422.
pub(crate) fn check_order(start: Timestamp, end: Timestamp) -> Result<(), Refusal> {
    match start < end {
        true => Ok(()),
        false => Err(Refusal::unprocessable(vec!["endTime must be after startTime".to_owned()])),
    }
}

/// The appointment that the path names under `name`, which is not a blocked time.
///
/// # Errors
/// 403 when it is another location's, 404 when it is nobody's.
pub(crate) fn find<'a>(
    world: &'a mut World,
    call: &Call,
    name: &str,
) -> Result<&'a mut Event, Refusal> {
    let id = call.segment(name);
    let event = calendars::find(world, call, ("Appointment", id), |all| &mut all.events)?;
    match event.is_block {
        true => Err(Refusal::not_found("Appointment", id)),
        false => Ok(event),
    }
}

fn calendar(account: &Account, id: &str) -> Result<Value, Refusal> {
    let found = account.calendars.all.get(id).cloned();
    found.ok_or_else(|| Refusal::bad_request(format!("The calendar id {id} is invalid.")))
}

fn wish(call: &Call, start: Timestamp, end: Timestamp) -> Wish<'_> {
    let is = |name: &str| call.body.get(name).is_some_and(|value| value == true);
    Wish {
        start,
        end,
        user: call.text("assignedUserId"),
        any_time: is("ignoreFreeSlotValidation"),
        any_date: is("ignoreDateRange"),
        moving: None,
        now: call.now,
    }
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let contact = call.text("contactId").unwrap_or_default();
    let account = world.account(call)?;
    let Some(person) = account.contacts().get(contact) else {
        return Err(Refusal::bad_request(format!("The contact id {contact} is invalid.")));
    };
    let zone = zone(account);
    let calendar = calendar(account, call.text("calendarId").unwrap_or_default())?;
    let start = moment(call, "startTime", &zone)?.unwrap_or(call.now);
    let end = moment(call, "endTime", &zone)?;
    let end = end.unwrap_or_else(|| booking::end(account, &calendar, start));
    check_order(start, end)?;
    let users = booking::people(account, &calendar, &wish(call, start, end))?;
    let name = person.full_name();
    let template = calendar["eventTitle"].as_str().unwrap_or_default();
    let status = if calendar["autoConfirm"] == false { "new" } else { "confirmed" };
    let at = local(call.now, &zone);
    let record = json!({
        "id": id,
        "title": template.replace("{{contact.name}}", &name),
        "calendarId": calendar["id"],
        "locationId": account.id,
        "contactId": contact,
        "groupId": calendar["groupId"].as_str().unwrap_or_default(),
        "appointmentStatus": status,
        "address": "",
        "notes": "",
        "isRecurring": false,
        "assignedResources": [],
        "createdBy": { "source": "third_party" },
        "dateAdded": at,
        "dateUpdated": at,
    });
    let record = record.as_object().cloned().unwrap_or_default();
    let mut event = Event { start, end, is_block: false, record };
    assign(&mut event, &users);
    take_over(&mut event, call);
    account.calendars.events.add(&id, event.clone());
    let location = account.id.clone();
    tell(world, "AppointmentCreate", &location, &event.shown(&zone));
    Ok(answer(&event, &zone, call).into())
}

/// The first of the people owns it.
fn assign(event: &mut Event, users: &[String]) {
    let owner = users.first().cloned().unwrap_or_default();
    event.record.insert("assignedUserId".to_owned(), json!(owner));
    event.record.insert("users".to_owned(), json!(users));
}

/// What the body says of it, but for its time, calendar and people. A rule of recurrence counts only
/// where slots do not.
fn take_over(event: &mut Event, call: &Call) {
    let names = ["title", "appointmentStatus", "address", "description", "meetingLocationId"];
    let body = Value::Object(call.body.clone());
    let mut given = pick(&body, &names);
    given.retain(|_, value| !value.is_null());
    if let Some(description) = given.get("description").cloned() {
        given.insert("notes".to_owned(), description);
    }
    let known = event.text("meetingLocationType");
    let place = match (call.text("meetingLocationType"), given.contains_key("address")) {
        (Some(place), _) => place.to_owned(),
        (None, true) => "custom".to_owned(),
        (None, false) if known.is_empty() => "default".to_owned(),
        (None, false) => known.to_owned(),
    };
    given.insert("meetingLocationType".to_owned(), json!(place));
    if let Some(rule) = call.text("rrule").filter(|_| body["ignoreFreeSlotValidation"] == true) {
        given.insert("rrule".to_owned(), json!(rule));
        given.insert("isRecurring".to_owned(), json!(!rule.is_empty()));
    }
    event.record.extend(given);
}

/// Without an envelope; the times as the request wrote them. Only v3 tells when it was made.
fn answer(event: &Event, zone: &TimeZone, call: &Call) -> Value {
    let shown = event.shown(zone);
    let mut answer = pick(&shown, &ANSWERED);
    let more: &[&str] = if call.is_v3() { &["dateAdded", "dateUpdated"] } else { &[] };
    answer.extend(pick(&shown, more));
    answer.extend(pick(&shown, &["rrule"]));
    for name in ["startTime", "endTime"] {
        let text = call.text(name).filter(|text| text.parse::<Timestamp>().is_ok());
        if let Some(text) = text {
            answer.insert(name.to_owned(), json!(text));
        }
    }
    Value::Object(answer)
}

fn tell(world: &mut World, kind: &str, location: &str, shown: &Value) {
    let mut told = pick(shown, &TOLD);
    told.insert("source".to_owned(), shown["createdBy"]["source"].clone());
    let mut fields = Map::new();
    fields.insert("appointment".to_owned(), Value::Object(told));
    world.tell(kind, location, fields);
}

/// A new time, calendar or owner, and a status that takes time again, need a free slot.
fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let old = find(world, call, "eventId")?.clone();
    let account = world.account(call)?;
    let zone = zone(account);
    let start = moment(call, "startTime", &zone)?.unwrap_or(old.start);
    let end = moment(call, "endTime", &zone)?;
    let length = old.end.duration_since(old.start);
    let end = end.unwrap_or_else(|| start.saturating_add(length).unwrap_or(start));
    check_order(start, end)?;
    let calendar_id = call.text("calendarId").unwrap_or(old.text("calendarId"));
    let calendar = calendar(account, calendar_id)?;
    let mut event = Event { start, end, ..old.clone() };
    let is_elsewhere = calendar_id != old.text("calendarId");
    event.record.insert("calendarId".to_owned(), json!(calendar_id));
    let group = calendar["groupId"].as_str().unwrap_or_default();
    event.record.insert("groupId".to_owned(), json!(group));
    take_over(&mut event, call);
    let is_given =
        call.text("assignedUserId").is_some_and(|user| user != old.text("assignedUserId"));
    let is_moved = (start, end) != (old.start, old.end) || is_elsewhere || is_given;
    let is_back = event.takes_time() && !old.takes_time();
    if event.takes_time() && (is_moved || is_back) {
        let team = team(&calendar);
        let owner = Some(old.text("assignedUserId"));
        let owner = owner.filter(|owner| !is_elsewhere && team.contains(owner));
        let mut wish = wish(call, start, end);
        wish.user = wish.user.or(owner);
        wish.moving = Some(old.text("id"));
        let users = booking::people(account, &calendar, &wish)?;
        assign(&mut event, &users);
    }
    event.record.insert("dateUpdated".to_owned(), json!(local(call.now, &zone)));
    let location = account.id.clone();
    if let Some(place) = account.calendars.events.get_mut(old.text("id")) {
        *place = event.clone();
    }
    tell(world, "AppointmentUpdate", &location, &event.shown(&zone));
    Ok(answer(&event, &zone, call).into())
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let event = find(world, call, "eventId")?.clone();
    let zone = zone(world.account(call)?);
    Ok(json!({ "event": full(&event, &zone, call) }).into())
}

/// As events are read; what a blocked time has not is empty there.
fn full(event: &Event, zone: &TimeZone, call: &Call) -> Value {
    let mut shown = event.shown(zone);
    for name in ["calendarId", "contactId", "groupId", "appointmentStatus", "assignedUserId"] {
        if shown.get(name).is_none() {
            shown[name] = json!("");
        }
    }
    if call.is_v3() {
        shown["deleted"] = json!(false);
    }
    shown
}

fn events(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    window(world, call, false)
}

fn blocked(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    window(world, call, true)
}

/// What touches the window, the earliest first. One of calendar, group and person has to be named.
fn window(world: &mut World, call: &Call, is_block: bool) -> Result<Answer, Refusal> {
    let (from, until) = (milliseconds(call, "startTime")?, milliseconds(call, "endTime")?);
    let [user, calendar, group] = ["userId", "calendarId", "groupId"].map(|name| call.query(name));
    if user.or(calendar).or(group).is_none() {
        let complaint = "either of userId, calendarId or groupId is required";
        return Err(Refusal::unprocessable(vec![complaint.to_owned()]));
    }
    let account = world.account(call)?;
    let zone = zone(account);
    let group_of = |event: &Event| {
        let calendar = account.calendars.all.get(event.text("calendarId"));
        calendar.and_then(|calendar| calendar["groupId"].as_str()).unwrap_or_default()
    };
    let wanted = |event: &&Event| {
        event.is_block == is_block
            && event.start <= until
            && event.end >= from
            && user.is_none_or(|user| event.is_of(user))
            && calendar.is_none_or(|calendar| event.text("calendarId") == calendar)
            && group.is_none_or(|group| group_of(event) == group)
    };
    let mut found: Vec<&Event> = account.calendars.events.iter().filter(wanted).collect();
    found.sort_by_key(|event| event.start);
    let found: Vec<Value> = found.into_iter().map(|event| full(event, &zone, call)).collect();
    Ok(json!({ "events": found }).into())
}

/// Appointments and blocked times alike.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.segment("eventId");
    let event = calendars::find(world, call, ("Event", id), |all| &mut all.events)?.clone();
    let account = world.account(call)?;
    account.calendars.events.remove(id);
    account.calendars.notes.remove(id);
    let (location, zone) = (account.id.clone(), zone(account));
    if !event.is_block {
        tell(world, "AppointmentDelete", &location, &event.shown(&zone));
    }
    Ok(Answer::created(json!({ "succeeded": true })))
}

/// The appointments of the contact that the path names, times without an offset.
fn of_contact(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let account = world.contact_account(call)?;
    let (contact, zone) = (call.segment("contactId"), zone(account));
    let is_theirs = |event: &&Event| event.text("contactId") == contact;
    let mut found: Vec<&Event> = account.calendars.events.iter().filter(is_theirs).collect();
    found.sort_by_key(|event| event.start);
    let clock =
        |moment: Timestamp| moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let shown = found.into_iter().map(|event| {
        let mut shown = pick(&event.shown(&zone), &TOLD);
        shown.insert("status".to_owned(), json!("booked"));
        shown.insert("locationId".to_owned(), json!(account.id));
        shown.insert("assignedResources".to_owned(), json!([]));
        shown.insert("startTime".to_owned(), json!(clock(event.start)));
        shown.insert("endTime".to_owned(), json!(clock(event.end)));
        Value::Object(shown)
    });
    Ok(json!({ "events": shown.collect::<Vec<_>>() }).into())
}

#[cfg(test)]
mod tests;
