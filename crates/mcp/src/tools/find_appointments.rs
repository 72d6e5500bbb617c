//! `find_appointments`: appointments of a contact, a calendar, a user, or of all calendars.

use endpoint::catalogue::Kind;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    calls,
    labels::Labels,
    moments::{self, Span},
    rows::{self, Format, Rows, listed, picked, shown, text},
};
use crate::{
    ToolError,
    desk::Desk,
    directory::Shelf,
    names::Noun,
    tool::{Act, Answer, TypedTool},
};

/// How many days are looked at where no end is given.
const USUAL_DAYS: i32 = 14;

/// What is told of an appointment, besides names.
const MEMBERS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("title", "/title"),
    ("status", "/appointmentStatus"),
    ("starts_at", "/startTime"),
    ("ends_at", "/endTime"),
    ("contact_id", "/contactId"),
    ("calendar_id", "/calendarId"),
    ("place", "/address"),
];

/// Finds appointments.
pub(crate) struct FindAppointments;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    contact: Option<String>,
    calendar: Option<String>,
    user: Option<String>,
    /// Such as confirmed or cancelled.
    status: Option<String>,
    /// A day or a moment.
    from: Option<String>,
    until: Option<String>,
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    format: Format,
}

impl TypedTool for FindAppointments {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_appointments";
    const ABOUT: &'static str =
        "Finds appointments in a span of time, of a contact, a calendar, a user or all.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, 50, 500)? as usize;
        let texts = (input.from.as_deref(), input.until.as_deref());
        let span = moments::span(desk, texts, None, USUAL_DAYS).await?;
        let mut events = match &input.contact {
            Some(contact) => of_contact(desk, contact, &input).await?,
            None => in_span(desk, &span, &input).await?,
        };
        set_offsets(desk, &mut events).await?;
        events.retain(|event| fits(event, &span, input.status.as_deref()));
        events.sort_by_key(|event| (starts_at(event), text(event, "/id").map(str::to_owned)));
        let total = events.len();
        events.truncate(limit);
        let calendars = Labels::of(desk, Shelf::Calendars).await;
        let users = Labels::of(desk, Shelf::Users).await;
        let items = events.iter();
        let items = items.map(|event| shown(told(event, &calendars, &users), event, &input.fields));
        let rows = Rows { items: items.collect(), total: Some(total as u64), ..Rows::default() };
        let untrusted = ["/items/*/title", "/items/*/notes", "/csv"];
        Ok(Act::Answer(Answer::of(&rows.written(input.format))?.untrusted(&untrusted)))
    }
}

async fn of_contact(desk: &Desk, contact: &str, input: &Input) -> Result<Vec<Value>, ToolError> {
    let (id, _) = desk.contact(contact).await?;
    let call = desk.raw("contacts.get-appointments-for-contact")?.with("contactId", id);
    let reply = desk.read(call).await?.into_json();
    let mut events = listed(&reply, "events").to_vec();
    if let Some(name) = &input.calendar {
        let calendar = desk.resolve(Noun::Calendar, None, name).await?;
        events.retain(|event| text(event, "/calendarId") == Some(&calendar.id));
    }
    if let Some(name) = &input.user {
        let user = desk.resolve(Noun::User, None, name).await?;
        events.retain(|event| text(event, "/assignedUserId") == Some(&user.id));
    }
    Ok(events)
}

/// The vendor lists the events of a calendar, a user or a group only: without one of them it is
/// asked calendar by calendar.
async fn in_span(desk: &Desk, span: &Span, input: &Input) -> Result<Vec<Value>, ToolError> {
    let mut wanted: Vec<(&str, String)> = Vec::new();
    match (&input.calendar, &input.user) {
        (Some(name), _) => {
            wanted.push(("calendarId", desk.resolve(Noun::Calendar, None, name).await?.id));
        }
        (None, Some(name)) => {
            wanted.push(("userId", desk.resolve(Noun::User, None, name).await?.id));
        }
        (None, None) => {
            let calendars = desk.shelf(Shelf::Calendars).await?.entries;
            wanted.extend(calendars.iter().map(|entry| ("calendarId", entry.id.clone())));
        }
    }
    let user = match &input.user {
        Some(name) => Some(desk.resolve(Noun::User, None, name).await?.id),
        None => None,
    };
    let (count, mut events) = (wanted.len(), Vec::new());
    for (number, (name, id)) in wanted.into_iter().enumerate() {
        let call = desk
            .raw("calendars.get-calendar-events")?
            .with("locationId", calls::location(desk))
            .with("startTime", span.from.as_millisecond().to_string())
            .with("endTime", span.until.as_millisecond().to_string())
            .with(name, id);
        let reply = desk.read(call).await?.into_json();
        events.extend(listed(&reply, "events").iter().cloned());
        desk.progress(number + 1, count).await;
    }
    if let Some(user) = user {
        events.retain(|event| text(event, "/assignedUserId") == Some(&user));
    }
    Ok(events)
}

/// The lists of a contact write moments as the clocks of the location show them.
async fn set_offsets(desk: &Desk, events: &mut [Value]) -> Result<(), ToolError> {
    let is_local = |event: &Value| moments::lacks_offset(&event["startTime"]);
    if !events.iter().any(is_local) {
        return Ok(());
    }
    let zone = moments::zone(desk, None).await?;
    for event in events {
        for name in ["startTime", "endTime"] {
            let moment = moments::told(&event[name], Some(&zone));
            if let Some(place) = event.get_mut(name) {
                *place = moment;
            }
        }
    }
    Ok(())
}

fn starts_at(event: &Value) -> Option<Timestamp> {
    text(event, "/startTime")?.parse().ok()
}

fn fits(event: &Value, span: &Span, status: Option<&str>) -> bool {
    let ends_at: Option<Timestamp> = text(event, "/endTime").and_then(|text| text.parse().ok());
    let own = text(event, "/appointmentStatus").unwrap_or_default();
    status.is_none_or(|status| own.eq_ignore_ascii_case(status.trim()))
        && ends_at.or(starts_at(event)).is_none_or(|at| at > span.from)
        && starts_at(event).is_none_or(|at| at < span.until)
}

fn told(event: &Value, calendars: &Labels, users: &Labels) -> Map<String, Value> {
    let mut told = picked(event, MEMBERS);
    calendars.put(&mut told, "calendar", text(event, "/calendarId"));
    users.put(&mut told, "owner", text(event, "/assignedUserId"));
    told
}
