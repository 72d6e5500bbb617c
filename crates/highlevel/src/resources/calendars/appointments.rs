//! `/calendars/events/appointments`: read, book, change; notes on appointments.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    AppointmentId, CalendarId, ContactId, LocationId, NoteId, UserId,
    models::{
        Appointment, AppointmentFields, AppointmentNote, AppointmentNoteReply,
        AppointmentNotesReply, AppointmentReply, Done,
    },
};

/// Reads an appointment.
#[derive(Clone, Debug, PartialEq)]
pub struct GetAppointment {
    /// Which appointment.
    pub event_id: AppointmentId,
}

operation! {
    GetAppointment = "calendars.get-appointment",
    Get "/calendars/events/appointments/{eventId}" (eventId: event_id) => AppointmentReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
}

/// Books an appointment, which may send confirmations.
///
/// Take the time from [`crate::models::FreeSlots`] as it stands there: the same moment with another
/// offset may be refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookAppointment {
    /// In which calendar.
    pub calendar_id: CalendarId,
    /// In which location.
    pub location_id: LocationId,
    /// With whom.
    pub contact_id: ContactId,
    /// When it begins: ISO 8601 with an offset.
    pub start_time: String,
    /// What else is to be said.
    #[serde(flatten)]
    pub fields: AppointmentFields,
}

operation! {
    BookAppointment = "calendars.create-appointment",
    Post "/calendars/events/appointments" => Appointment,
    V2021_04_15 Send Some("calendars/events.write"),
    body json,
}

/// Changes an appointment, which may send messages; what is left out stays. Its contact cannot be
/// changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateAppointment {
    /// Which appointment.
    #[serde(skip)]
    pub event_id: AppointmentId,
    /// In which calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_id: Option<CalendarId>,
    /// When it begins: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// What becomes of it.
    #[serde(flatten)]
    pub fields: AppointmentFields,
}

operation! {
    UpdateAppointment = "calendars.edit-appointment",
    Put "/calendars/events/appointments/{eventId}" (eventId: event_id) => Appointment,
    V2021_04_15 Send Some("calendars/events.write"),
    body json,
    const REPEATABLE = false,
}

/// Lists the notes on an appointment, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListAppointmentNotes {
    /// Which appointment.
    pub appointment_id: AppointmentId,
    /// How many in a page, at most 20.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u32,
}

impl ListAppointmentNotes {
    /// All notes on an appointment, 20 in a page.
    #[must_use]
    pub fn new(appointment_id: AppointmentId) -> Self {
        Self { appointment_id, limit: 20, offset: 0 }
    }
}

operation! {
    ListAppointmentNotes = "calendars.get-appointment-notes",
    Get "/calendars/appointments/{appointmentId}/notes"
        (appointmentId: appointment_id) => AppointmentNotesReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
    query(limit: limit, offset: offset),
    rows(offset notes: AppointmentNote),
}

/// Writes a note on an appointment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAppointmentNote {
    /// Which appointment.
    #[serde(skip)]
    pub appointment_id: AppointmentId,
    /// The text.
    pub body: String,
    /// Who writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

operation! {
    CreateAppointmentNote = "calendars.create-appointment-note",
    Post "/calendars/appointments/{appointmentId}/notes"
        (appointmentId: appointment_id) => AppointmentNoteReply,
    V2021_04_15 Write Some("calendars/events.write"),
    body json,
}

/// Changes a note on an appointment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateAppointmentNote {
    /// Which appointment.
    #[serde(skip)]
    pub appointment_id: AppointmentId,
    /// Which note.
    #[serde(skip)]
    pub note_id: NoteId,
    /// The text.
    pub body: String,
    /// Who writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

operation! {
    UpdateAppointmentNote = "calendars.update-appointment-note",
    Put "/calendars/appointments/{appointmentId}/notes/{noteId}"
        (appointmentId: appointment_id, noteId: note_id) => AppointmentNoteReply,
    V2021_04_15 Write Some("calendars/events.write"),
    body json,
}

/// Deletes a note on an appointment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAppointmentNote {
    /// Which appointment.
    pub appointment_id: AppointmentId,
    /// Which note.
    pub note_id: NoteId,
}

operation! {
    DeleteAppointmentNote = "calendars.delete-appointment-note",
    Delete "/calendars/appointments/{appointmentId}/notes/{noteId}"
        (appointmentId: appointment_id, noteId: note_id) => Done,
    V2021_04_15 Delete Some("calendars/events.write"),
}
