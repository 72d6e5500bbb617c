//! `/calendars/{calendarId}/free-slots`: when somebody can be booked.

use super::super::declaration::operation;
use crate::{CalendarId, UserId, models::FreeSlots};

/// Lists the free slots of a calendar, of at most 31 days.
#[derive(Clone, Debug, PartialEq)]
pub struct ListFreeSlots {
    /// Which calendar.
    pub calendar_id: CalendarId,
    /// From when, in milliseconds since 1970.
    pub start_date: i64,
    /// Until when, in milliseconds since 1970.
    pub end_date: i64,
    /// The time zone of the slots, by its IANA name.
    pub timezone: Option<String>,
    /// Of which user.
    pub user_id: Option<UserId>,
}

impl ListFreeSlots {
    /// The free slots between two times, in milliseconds since 1970.
    #[must_use]
    pub fn new(calendar_id: CalendarId, start_date: i64, end_date: i64) -> Self {
        Self { calendar_id, start_date, end_date, timezone: None, user_id: None }
    }
}

operation! {
    ListFreeSlots = "calendars.get-slots",
    Get "/calendars/{calendarId}/free-slots" (calendarId: calendar_id) => FreeSlots,
    V2021_04_15 Read Some("calendars.readonly"),
    query(startDate: start_date, endDate: end_date),
    optional(timezone: timezone, userId: user_id),
}
