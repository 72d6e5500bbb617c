//! An appointment with a contact, and the free slots of a calendar.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Behalf};

/// An appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Appointment {
    /// Its id.
    pub id: String,
    /// In which calendar.
    pub calendar: Option<String>,
    /// With whom.
    pub contact: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// How it stands, such as `confirmed` or `cancelled`.
    pub status: Option<String>,
    /// Who keeps it: the id of a user of the CRM.
    pub owner: Option<String>,
    /// Where it is.
    pub place: Option<String>,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

/// Which appointments to list: those of a contact, or those of a calendar in a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppointmentFilter {
    /// With whom.
    pub contact: Option<String>,
    /// In which calendar.
    pub calendar: Option<String>,
    /// Only those that end after that.
    pub from: Option<Timestamp>,
    /// Only those that begin before that.
    pub until: Option<Timestamp>,
}

/// An appointment to book.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// In which calendar.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub calendar: String,
    /// With whom.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"))]
    pub contact: String,
    /// When it begins: a free slot, as it was given.
    pub starts_at: String,
    /// What people call it.
    #[serde(default)]
    pub title: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub place: Option<String>,
}

/// In which span of time to look for free slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSpan {
    /// From when.
    pub from: Timestamp,
    /// Until when: at most 31 days later.
    pub until: Timestamp,
    /// In which time zone slots are written, by its IANA name.
    pub timezone: Option<String>,
}

/// A time at which a calendar can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Slot {
    /// When it begins, with an offset. It is booked exactly as it stands here.
    pub starts_at: String,
}

/// Calendars. They are read from the CRM itself: a slot that was free a minute ago says nothing.
pub trait CrmCalendars: Send + Sync {
    /// The appointments of a contact or of a calendar.
    fn appointments<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a AppointmentFilter,
    ) -> Answer<'a, Vec<Appointment>>;

    /// Books an appointment, which may send the contact a confirmation.
    fn book<'a>(&'a self, behalf: &'a Behalf, booking: &'a Booking) -> Answer<'a, Appointment>;

    /// Moves an appointment to another time, with an offset, which may tell the contact.
    fn reschedule<'a>(
        &'a self,
        behalf: &'a Behalf,
        appointment: &'a str,
        starts_at: &'a str,
    ) -> Answer<'a, Appointment>;

    /// Cancels an appointment; one that is cancelled stays so.
    fn cancel<'a>(&'a self, behalf: &'a Behalf, appointment: &'a str) -> Answer<'a, Appointment>;

    /// The free slots of a calendar, in order.
    fn free_slots<'a>(
        &'a self,
        behalf: &'a Behalf,
        calendar: &'a str,
        span: &'a SlotSpan,
    ) -> Answer<'a, Vec<Slot>>;
}
