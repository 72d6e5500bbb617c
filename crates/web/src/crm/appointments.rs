//! `/v1/appointments`: list, book, cancel.

use domain::{
    ConnectionId,
    crm::{Appointment, AppointmentFilter, Booking},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountText, READ_ERRORS, RecordId, Service, Where, Which, reach, reach_to_write};
use crate::{
    api::{Answer, Call, Method, Nothing, Operation, Tag, formats::ConnectionIdText},
    problem::{Kind, Problem},
};

/// `GET /v1/appointments`.
pub(crate) const LIST: Operation = Operation {
    id: "appointments.list",
    path: "/v1/appointments",
    tag: Tag::Calendars,
    summary: "List appointments",
    description: "Those of a contact, or those of a calendar between `from` and `until`, in order, as \
                  the CRM has them now.",
    errors: READ_ERRORS,
    ..Operation::COMMON
};

/// `POST /v1/appointments`.
pub(crate) const BOOK: Operation = Operation {
    id: "appointments.book",
    method: Method::Post,
    path: "/v1/appointments",
    tag: Tag::Calendars,
    summary: "Book an appointment",
    description: "Give a free slot exactly as it was given. The CRM may send the contact a \
                  confirmation.",
    errors: &[
        (Kind::NotFound, "There is no such connection."),
        (Kind::SlotTaken, "The slot is not free."),
        (Kind::ConnectionUnready, "The connection cannot be used as it stands."),
        (Kind::NotFound, "The calendar or the contact is not there."),
        (Kind::InDoubt, "Nobody knows whether it was booked: look before booking it again."),
    ],
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// `POST /v1/appointments/{id}/cancel`.
pub(crate) const CANCEL: Operation = Operation {
    id: "appointments.cancel",
    method: Method::Post,
    path: "/v1/appointments/{id}/cancel",
    tag: Tag::Calendars,
    summary: "Cancel an appointment",
    description: "It stays as a cancelled one, and its slot is free again. One that is cancelled \
                  already stays so.",
    errors: READ_ERRORS,
    takes_idempotency_key: true,
    takes_change_set: true,
    ..Operation::COMMON
};

/// Which appointments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WantedAppointments")]
pub(crate) struct Wanted {
    /// With this contact.
    contact: Option<RecordId>,
    /// In this calendar; without a contact `from` and `until` are needed too.
    calendar: Option<RecordId>,
    /// Those that end after that.
    from: Option<Timestamp>,
    /// Those that begin before that.
    until: Option<Timestamp>,
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

/// The appointments.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Appointments {
    /// In order of their beginning.
    appointments: Vec<Appointment>,
}

/// Lists appointments.
pub(crate) async fn list(
    call: Call<Service, Nothing, Wanted>,
) -> Result<Answer<Appointments>, Problem> {
    let wanted = call.query;
    let place = Where { connection: wanted.connection, account: wanted.account };
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    let filter = AppointmentFilter {
        contact: wanted.contact.map(|id| id.to_string()),
        calendar: wanted.calendar.map(|id| id.to_string()),
        from: wanted.from,
        until: wanted.until,
    };
    Ok(Answer(Appointments { appointments: crm.appointments(&behalf, &filter).await? }))
}

/// Books an appointment.
pub(crate) async fn book(
    call: Call<Service, Nothing, Where, Booking>,
) -> Result<Answer<Appointment, 201>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.book(&behalf, &call.body).await?))
}

/// Cancels an appointment.
pub(crate) async fn cancel(
    call: Call<Service, Which, Where>,
) -> Result<Answer<Appointment>, Problem> {
    let asker = (&call.caller, call.change_set);
    let (crm, behalf) = reach_to_write(call.state, asker, call.query).await?;
    Ok(Answer(crm.cancel(&behalf, call.path.id.as_str()).await?))
}
