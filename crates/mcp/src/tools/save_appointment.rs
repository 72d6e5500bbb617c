//! `save_appointment`: an appointment is booked, moved, given another status, or cancelled.

use domain::{
    Entity, RecordKey, WriteEffect,
    crm::{Appointment, Booking},
};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{calls, rows::text};
use crate::{
    ToolError,
    desk::{Desk, Written},
    names::Noun,
    plan::{Plan, PlanTarget},
    tool::{Act, Answer, TypedTool},
};

/// How the vendor calls what is not to happen any more.
const CANCELLED: &str = "cancelled";

/// What an appointment can be set to.
const STATUSES: [&str; 5] = ["new", "confirmed", CANCELLED, "showed", "noshow"];

/// Saves an appointment.
pub(crate) struct SaveAppointment;

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// Changes this one; without it one is booked.
    id: Option<String>,
    contact: Option<String>,
    calendar: Option<String>,
    /// A free slot as it was given, with its offset.
    starts_at: Option<String>,
    title: Option<String>,
    place: Option<String>,
    /// confirmed, showed, noshow or cancelled
    status: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    #[schemars(with = "Map<String, Value>")]
    appointment: Value,
}

impl TypedTool for SaveAppointment {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "save_appointment";
    const ABOUT: &'static str =
        "Books, moves or cancels an appointment; the contact may be told of it by the calendar.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = false;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let status = input.status.as_deref().map(status).transpose()?;
        match input.id.clone() {
            None => book(desk, input).await.map(Act::Plan),
            Some(id) => change(desk, id, Input { status, ..input }).await.map(Act::Plan),
        }
    }
}

async fn book(desk: &Desk, input: Input) -> Result<Plan, ToolError> {
    let (Some(contact), Some(calendar), Some(starts_at)) =
        (&input.contact, &input.calendar, &input.starts_at)
    else {
        let fix = "give `contact`, `calendar` and `starts_at`, or the `id` of one that is there";
        return Err(ToolError::argument("a booking needs more than this", fix));
    };
    if input.status.is_some() {
        let fix = "book it first, and then give its `id` with the status";
        return Err(ToolError::argument("the calendar gives a booking its status", fix));
    }
    let (contact, person) = desk.contact(contact).await?;
    let calendar = desk.resolve(Noun::Calendar, None, calendar).await?;
    let booking = Booking {
        calendar: calendar.id.clone(),
        contact: contact.clone(),
        starts_at: starts_at.clone(),
        title: input.title.clone(),
        place: input.place.clone(),
    };
    let body = json!({
        "calendar": calendar.id,
        "contact": contact,
        "starts_at": starts_at,
        "title": input.title,
        "place": input.place,
    });
    let target = PlanTarget {
        entity: "contact".to_owned(),
        id: contact,
        name: Some(person.clone()),
        version: None,
    };
    Ok(Plan {
        kind: Kind::Write,
        title: "save_appointment".to_owned(),
        question: format!("Book {person} in {} at {starts_at}", calendar.name),
        targets: vec![target],
        count: 1,
        must_type: None,
        calls: vec![calls::planned("appointment.booked", body)],
        run: Box::new(move |desk| {
            Box::pin(async move { told(&desk.crm().await?.book(&desk.behalf(), &booking).await?) })
        }),
    })
}

async fn change(desk: &Desk, id: String, input: Input) -> Result<Plan, ToolError> {
    if input.contact.is_some() || input.calendar.is_some() {
        let fix = "cancel this one and book another";
        return Err(ToolError::argument("contact and calendar stay as they are", fix));
    }
    let call = desk.raw("calendars.get-appointment")?.with("eventId", id.as_str());
    let reply = desk.read(call).await?;
    let found = reply.content();
    let name = text(found, "/title").unwrap_or(&id).to_owned();
    let from = text(found, "/startTime").unwrap_or_default().to_owned();
    let changes = changes(&input);
    if changes.is_empty() {
        let fix = "give `starts_at`, `status`, `title` or `place`";
        return Err(ToolError::argument("nothing is to be changed", fix));
    }
    let is_cancelled = input.status.as_deref() == Some(CANCELLED);
    if is_cancelled && changes.len() > 1 {
        let fix = "cancel it with its `id` and the status alone";
        return Err(ToolError::argument("what is cancelled is not changed", fix));
    }
    let question = match is_cancelled {
        true => format!("Cancel \"{name}\" at {from}"),
        false => format!("Change \"{name}\" at {from}: {}", words(&changes)),
    };
    let target = PlanTarget {
        entity: "appointment".to_owned(),
        id: id.clone(),
        name: Some(name),
        version: text(found, "/dateUpdated").map(str::to_owned),
    };
    let act = if is_cancelled { "appointment.cancelled" } else { "appointment.changed" };
    Ok(Plan {
        kind: Kind::Write,
        title: "save_appointment".to_owned(),
        question,
        targets: vec![target],
        count: 1,
        must_type: None,
        calls: vec![calls::planned(act, Value::Object(changes))],
        run: Box::new(move |desk| Box::pin(async move { changed(&desk, &id, &input).await })),
    })
}

/// A move and a cancellation are the port's; the vendor itself is told the rest.
async fn changed(desk: &Desk, id: &str, input: &Input) -> Result<Answer, ToolError> {
    let crm = desk.crm().await?;
    if input.status.as_deref() == Some(CANCELLED) {
        return told(&crm.cancel(&desk.behalf(), id).await?);
    }
    let mut moved = None;
    if let Some(starts_at) = &input.starts_at {
        moved = Some(crm.reschedule(&desk.behalf(), id, starts_at).await?);
    }
    let members =
        [("appointmentStatus", &input.status), ("title", &input.title), ("address", &input.place)];
    let body: Map<String, Value> = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())))
        .collect();
    if body.is_empty()
        && let Some(moved) = &moved
    {
        return told(moved);
    }
    let call = desk.raw("calendars.edit-appointment")?.with("eventId", id);
    let written = Written {
        effect: WriteEffect::Changed,
        record: Some(RecordKey::new(Entity::Appointment, id)),
        parent: None,
    };
    let reply = desk.write(call.body(Value::Object(body)), written).await?;
    let told = |name: &str| reply.content().get(name).cloned();
    let appointment = json!({
        "id": id,
        "title": told("title"),
        "status": told("appointmentStatus"),
        "starts_at": told("startTime"),
        "ends_at": told("endTime"),
        "contact": told("contactId"),
        "calendar": told("calendarId"),
        "place": told("address"),
    });
    Ok(Answer::of(&Output { appointment })?.untrusted(&["/appointment/title"]))
}

fn status(word: &str) -> Result<String, ToolError> {
    let word = word.trim().to_lowercase();
    match STATUSES.contains(&word.as_str()) {
        true => Ok(word),
        false => {
            let fix = format!("give one of {}", STATUSES.join(", "));
            Err(ToolError::argument(format!("there is no status `{word}`"), fix))
        }
    }
}

fn changes(input: &Input) -> Map<String, Value> {
    let members = [
        ("starts_at", &input.starts_at),
        ("status", &input.status),
        ("title", &input.title),
        ("place", &input.place),
    ];
    let given = |(name, value): (&str, &Option<String>)| {
        Some((name.to_owned(), Value::String(value.clone()?)))
    };
    members.into_iter().filter_map(given).collect()
}

fn words(changes: &Map<String, Value>) -> String {
    let words = changes
        .iter()
        .map(|(name, value)| format!("{name} = {}", value.as_str().unwrap_or_default()));
    words.collect::<Vec<_>>().join(", ")
}

fn told(appointment: &Appointment) -> Result<Answer, ToolError> {
    let appointment = serde_json::to_value(appointment).unwrap_or_default();
    Ok(Answer::of(&Output { appointment })?.untrusted(&["/appointment/title"]))
}
