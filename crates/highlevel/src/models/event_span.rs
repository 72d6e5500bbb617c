//! A span of time in calendars, and whose it is.

use crate::{CalendarGroupId, CalendarId, LocationId, UserId};

/// Which events to list: those of a user, of a calendar or of a group of calendars. HighLevel wants
/// one of the three, although its specification asks for none (`facts/highlevel.md` 6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSpan {
    pub(crate) location_id: LocationId,
    pub(crate) start_time: i64,
    pub(crate) end_time: i64,
    pub(crate) user_id: Option<UserId>,
    pub(crate) calendar_id: Option<CalendarId>,
    pub(crate) group_id: Option<CalendarGroupId>,
}

impl EventSpan {
    /// The events of a user, from a time until another, in milliseconds since 1970.
    #[must_use]
    pub fn of_user(location_id: LocationId, user_id: UserId, span: (i64, i64)) -> Self {
        Self { user_id: Some(user_id), ..Self::of_nobody(location_id, span) }
    }

    /// The events in a calendar, from a time until another, in milliseconds since 1970.
    #[must_use]
    pub fn of_calendar(location_id: LocationId, calendar_id: CalendarId, span: (i64, i64)) -> Self {
        Self { calendar_id: Some(calendar_id), ..Self::of_nobody(location_id, span) }
    }

    /// The events in a group of calendars, from a time until another, in milliseconds since 1970.
    #[must_use]
    pub fn of_group(location_id: LocationId, group_id: CalendarGroupId, span: (i64, i64)) -> Self {
        Self { group_id: Some(group_id), ..Self::of_nobody(location_id, span) }
    }

    fn of_nobody(location_id: LocationId, (start_time, end_time): (i64, i64)) -> Self {
        let (user_id, calendar_id, group_id) = (None, None, None);
        Self { location_id, start_time, end_time, user_id, calendar_id, group_id }
    }
}
