//! An appointment, or another event of a calendar.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Moment;
use crate::{AppointmentId, CalendarGroupId, CalendarId, ContactId, LocationId, NoteId, UserId};

/// An event of a calendar: an appointment with a contact, or a time that is blocked
/// (`facts/highlevel.md` 6.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// In which calendar it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_id: Option<CalendarId>,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// With whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// The group of the calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<CalendarGroupId>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it stands, such as `confirmed`, `cancelled`, `showed` or `noshow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_status: Option<String>,
    /// Who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_user_id: Option<UserId>,
    /// Who else takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserId>>,
    /// Where it is, or the address of an online meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What was noted about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whether it comes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_recurring: Option<bool>,
    /// How it comes again, as a rule of iCalendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rrule: Option<String>,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Moment>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Moment>,
    /// When it was created; the reply to a booking lacks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// When it was last changed; the reply to a booking lacks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_updated: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentReply {
    /// The appointment.
    pub event: Appointment,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Appointments, or blocked times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentsReply {
    /// The events.
    pub events: Vec<Appointment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A note on an appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNote {
    /// Its id.
    pub id: NoteId,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The contact of the appointment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    /// When it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Moment>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One note on an appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNoteReply {
    /// The note.
    pub note: AppointmentNote,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One page of the notes on an appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNotesReply {
    /// The notes.
    pub notes: Vec<AppointmentNote>,
    /// Whether more follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The fields of an appointment that booking and changing it have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentFields {
    /// When it ends: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it stands: `new`, `confirmed`, `cancelled`, `showed`, `noshow` or `invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_status: Option<String>,
    /// Who keeps it. Some calendars need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_user_id: Option<UserId>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is, or the address of an online meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How one meets, such as `custom`, `zoom`, `gmeet`, `phone` or `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting_location_type: Option<String>,
    /// Which of the places that the calendar offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting_location_id: Option<String>,
    /// Whether the place given here wins over that of the calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_location_config: Option<bool>,
    /// Whether the calendar's notice and range do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_date_range: Option<bool>,
    /// Whether it may stand where nothing is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignore_free_slot_validation: Option<bool>,
    /// Whether automations run, which may send messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_notify: Option<bool>,
    /// How it comes again, as a rule of iCalendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rrule: Option<String>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
