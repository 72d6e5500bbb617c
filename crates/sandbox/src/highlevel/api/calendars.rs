//! `/calendars`: list, create, read, update and delete, and everything that a location's calendars hold.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    account::Account, acts::Acts, answer::Answer, appointments::Event, call::Call,
    refusal::Refusal, services::Services, shelf::Shelf, world::World,
};

pub(crate) const ACTS: Acts = &[
    ("calendars.get-calendars", list),
    ("calendars.create-calendar", create),
    ("calendars.get-calendar", read),
    ("calendars.update-calendar", update),
    ("calendars.delete-calendar", remove),
];

/// The kinds of calendars that nobody can book without a team.
const OF_TEAMS: [&str; 4] = ["round_robin", "collective", "class_booking", "service_booking"];

/// The calendars of a location and what is around them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calendars {
    pub(crate) all: Shelf<Value>,
    pub(crate) groups: Shelf<Value>,
    /// Appointments and blocked times.
    pub(crate) events: Shelf<Event>,
    /// By appointment.
    pub(crate) notes: BTreeMap<String, Shelf<Value>>,
    /// By calendar.
    pub(crate) notifications: BTreeMap<String, Shelf<Value>>,
    pub(crate) resources: Shelf<Value>,
    /// What the third generation books.
    pub(crate) services: Services,
    /// The hours of people.
    pub(crate) schedules: Shelf<Value>,
    /// The hours of calendars themselves, by calendar.
    pub(crate) own_schedules: BTreeMap<String, Value>,
}

impl Calendars {
    /// Forgets the appointments of a contact.
    pub(crate) fn forget_contact(&mut self, contact: &str) {
        self.forget_events(|event| event.text("contactId") == contact);
    }

    fn forget_events(&mut self, is_meant: impl Fn(&Event) -> bool) {
        let meant = self.events.iter().filter(|event| is_meant(event));
        let ids: Vec<String> = meant.map(|event| event.text("id").to_owned()).collect();
        for id in ids {
            self.events.remove(&id);
            self.notes.remove(&id);
        }
    }
}

/// Looks for a record of the caller's location; `of` leads to the records of its kind.
///
/// # Errors
/// 403 when it is another location's, 404 when it is nobody's.
pub(crate) fn find<'a, T>(
    world: &'a mut World,
    call: &Call,
    (what, id): (&str, &str),
    of: fn(&mut Calendars) -> &mut Shelf<T>,
) -> Result<&'a mut T, Refusal> {
    let has = |account: &mut Account| of(&mut account.calendars).get(id).is_some();
    let account = world.holder(call, (what, id), has)?;
    of(&mut account.calendars).get_mut(id).ok_or_else(|| Refusal::not_found(what, id))
}

/// The calendar that the path names.
///
/// # Errors
/// As [`find`].
pub(crate) fn named<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Value, Refusal> {
    find(world, call, ("Calendar", call.segment("calendarId")), |calendars| &mut calendars.all)
}

/// A calendar of these fields, with what HighLevel fills in.
pub(crate) fn define(id: &str, location: &str, body: &Map<String, Value>) -> Value {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let mut calendar = json!({
        "id": id,
        "locationId": location,
        "isActive": true,
        "calendarType": "event",
        "slug": slug_of(name),
        "widgetType": "classic",
        "eventType": "RoundRobin_OptimizeForAvailability",
        "eventTitle": "{{contact.name}}",
        "eventColor": "#039be5",
        "slotDuration": 30,
        "slotDurationUnit": "mins",
        "slotInterval": 30,
        "slotIntervalUnit": "mins",
        "slotBuffer": 0,
        "slotBufferUnit": "mins",
        "preBuffer": 0,
        "preBufferUnit": "mins",
        "appoinmentPerSlot": 1,
        "enableRecurring": false,
        "autoConfirm": true,
        "googleInvitationEmails": false,
        "allowReschedule": true,
        "allowCancellation": true,
        "formSubmitType": "ThankYouMessage",
        "teamMembers": [],
        "openHours": [{
            "daysOfTheWeek": [1, 2, 3, 4, 5],
            "hours": [{ "openHour": 8, "openMinute": 0, "closeHour": 17, "closeMinute": 0 }],
        }],
    });
    merge(&mut calendar, body);
    if calendar.get("widgetSlug").is_none() {
        calendar["widgetSlug"] = calendar["slug"].clone();
    }
    calendar
}

/// Null takes a field away.
fn merge(calendar: &mut Value, body: &Map<String, Value>) {
    for (key, value) in body {
        if value.is_null() {
            calendar.as_object_mut().and_then(|fields| fields.remove(key));
            continue;
        }
        calendar[key.as_str()] = value.clone();
        if key == "teamMembers" {
            complete_team(&mut calendar[key.as_str()]);
        }
    }
}

fn complete_team(members: &mut Value) {
    let members = members.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
    for (index, member) in members.iter_mut().enumerate() {
        for (name, value) in [("priority", json!(0.5)), ("isPrimary", json!(index == 0))] {
            if member.get(name).is_none() {
                member[name] = value;
            }
        }
    }
}

/// The name as an address spells it.
fn slug_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// What each kind of calendar asks of its team.
fn check_team(calendar: &Value) -> Result<(), Refusal> {
    let count = calendar["teamMembers"].as_array().map_or(0, Vec::len);
    let complaint = match calendar["calendarType"].as_str().unwrap_or_default() {
        kind if OF_TEAMS.contains(&kind) && count == 0 => {
            format!("teamMembers are required for calendars of type {kind}")
        }
        "personal" if count != 1 => {
            "a calendar of type personal must have exactly one team member".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Refusal::unprocessable(vec![complaint]))
}

fn check_group(calendars: &Calendars, calendar: &Value) -> Result<(), Refusal> {
    match calendar["groupId"].as_str() {
        Some(group) if !group.is_empty() && calendars.groups.get(group).is_none() => {
            Err(Refusal::bad_request(format!("The group id {group} is invalid.")))
        }
        _ => Ok(()),
    }
}

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let calendars = &world.account(call)?.calendars;
    let group = call.query("groupId");
    let drafted = call.query("showDrafted") != Some("false");
    let wanted = |calendar: &&Value| {
        group.is_none_or(|group| calendar["groupId"] == group)
            && (drafted || calendar["isActive"] != false)
    };
    let found: Vec<&Value> = calendars.all.iter().filter(wanted).collect();
    Ok(json!({ "calendars": found }).into())
}

fn create(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = world.ids.record();
    let account = world.account(call)?;
    let mut calendar = define(&id, &account.id, &call.body);
    check_team(&calendar)?;
    check_group(&account.calendars, &calendar)?;
    let slug = calendar["slug"].clone();
    if account.calendars.all.iter().any(|other| other["slug"] == slug) {
        if call.text("slug").is_some() {
            return Err(taken(&slug));
        }
        let slug = format!("{}-{id}", slug.as_str().unwrap_or_default());
        calendar["slug"] = json!(slug);
    }
    account.calendars.all.add(&id, calendar.clone());
    Ok(json!({ "calendar": calendar }).into())
}

fn taken(slug: &Value) -> Refusal {
    Refusal::bad_request(format!("The slug {} is already in use.", slug.as_str().unwrap_or("")))
}

fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    Ok(json!({ "calendar": named(world, call)? }).into())
}

fn update(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let mut changed = named(world, call)?.clone();
    merge(&mut changed, &call.body);
    check_team(&changed)?;
    let calendars = &mut world.account(call)?.calendars;
    check_group(calendars, &changed)?;
    let twin = |other: &Value| other["slug"] == changed["slug"] && other["id"] != changed["id"];
    if call.text("slug").is_some() && calendars.all.iter().any(twin) {
        return Err(taken(&changed["slug"]));
    }
    if let Some(calendar) = calendars.all.get_mut(call.segment("calendarId")) {
        *calendar = changed.clone();
    }
    Ok(json!({ "calendar": changed }).into())
}

/// Its appointments go with it.
fn remove(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = named(world, call)?["id"].as_str().unwrap_or_default().to_owned();
    let calendars = &mut world.account(call)?.calendars;
    calendars.all.remove(&id);
    calendars.notifications.remove(&id);
    calendars.own_schedules.remove(&id);
    calendars.forget_events(|event| event.text("calendarId") == id);
    Ok(json!({ "success": true }).into())
}
