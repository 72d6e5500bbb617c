//! `GET /calendars/events`: appointments, one calendar after the other, in a window of years.

use domain::{Entity, ListPart, Upkeep};
use highlevel::RawCall;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    noun::{Ask, ById, Noun, Single, Turned, call},
    row,
};

/// How far back appointments are read, and how far ahead.
const PAST: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);
const FUTURE: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

pub(super) const APPOINTMENTS: Noun = Noun {
    part: ListPart { name: "appointments", entity: Entity::Appointment, upkeep: Upkeep::Sweep },
    ask,
    turn,
    fields: |appointment| {
        row::all([
            row::told(
                appointment,
                &[
                    ("appointmentStatus", "status"),
                    ("assignedUserId", "assigned_to"),
                    ("calendarId", "calendar_id"),
                    ("contactId", "contact_id"),
                    ("endTime", "ends_at"),
                    ("startTime", "starts_at"),
                    ("title", "title"),
                ],
            ),
            row::mentioned(
                appointment,
                &[
                    ("address", "address"),
                    ("dateAdded", "created_at"),
                    ("dateUpdated", "updated_at"),
                    ("groupId", "group_id"),
                    ("notes", "notes"),
                    ("users", "users"),
                ],
            ),
        ])
    },
    changed: &["dateUpdated", "dateAdded"],
    single: Single::ById(ById {
        operation: "calendars.get-appointment",
        id: "eventId",
        location: &[],
        envelope: Some("event"),
        fields: None,
    }),
};

/// The first page asks for the calendars alone.
fn ask(ask: &Ask<'_>) -> RawCall {
    let Some(calendar) = ask.cursor.as_ref().and_then(|calendars| calendars.get(0)) else {
        return call("calendars.get-calendars").with("locationId", ask.location);
    };
    let moment = |by: SignedDuration| {
        let at = ask.now.saturating_add(by).unwrap_or(ask.now);
        at.as_millisecond().to_string()
    };
    call("calendars.get-calendar-events")
        .with("locationId", ask.location)
        .with("calendarId", calendar.clone())
        .with("startTime", moment(-PAST))
        .with("endTime", moment(FUTURE))
}

fn turn(ask: &Ask<'_>, mut reply: Value) -> Turned {
    let (rows, calendars) = match &ask.cursor {
        None => {
            let calendars = row::rows(&mut reply, "calendars");
            (Vec::new(), calendars.iter().filter_map(|one| row::id(one).map(Value::from)).collect())
        }
        Some(left) => {
            let left: Vec<Value> = left.as_array().into_iter().flatten().skip(1).cloned().collect();
            (row::rows(&mut reply, "events"), left)
        }
    };
    let next = (!calendars.is_empty()).then(|| json!(calendars));
    Turned { rows, next, total: None }
}
