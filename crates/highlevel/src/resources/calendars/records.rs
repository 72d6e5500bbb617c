//! `/calendars`: list, read, create, change, delete; groups.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    CalendarGroupId, CalendarId, LocationId,
    models::{CalendarFields, CalendarGroupsReply, CalendarReply, CalendarsReply, Done},
};

/// Lists the calendars of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCalendars {
    /// In which location.
    pub location_id: LocationId,
    /// In which group.
    pub group_id: Option<CalendarGroupId>,
    /// Whether drafts are listed; they are, without it.
    pub show_drafted: Option<bool>,
}

impl ListCalendars {
    /// All calendars of a location.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, group_id: None, show_drafted: None }
    }
}

operation! {
    ListCalendars = "calendars.get-calendars",
    Get "/calendars/" => CalendarsReply,
    V2021_04_15 Read Some("calendars.readonly"),
    query(locationId: location_id),
    optional(groupId: group_id, showDrafted: show_drafted),
}

/// Reads a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct GetCalendar {
    /// Which calendar.
    pub calendar_id: CalendarId,
}

operation! {
    GetCalendar = "calendars.get-calendar",
    Get "/calendars/{calendarId}" (calendarId: calendar_id) => CalendarReply,
    V2021_04_15 Read Some("calendars.readonly"),
}

/// Creates a calendar. It needs a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCalendar {
    /// In which location.
    pub location_id: LocationId,
    /// Its kind: `round_robin`, `event`, `class_booking`, `collective`, `service_booking` or
    /// `personal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_type: Option<String>,
    /// What is in it.
    #[serde(flatten)]
    pub fields: CalendarFields,
}

operation! {
    CreateCalendar = "calendars.create-calendar",
    Post "/calendars/" => CalendarReply,
    V2021_04_15 Write Some("calendars.write"),
    body json,
}

/// Changes a calendar; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCalendar {
    /// Which calendar.
    #[serde(skip)]
    pub calendar_id: CalendarId,
    /// What becomes of it.
    #[serde(flatten)]
    pub fields: CalendarFields,
}

operation! {
    UpdateCalendar = "calendars.update-calendar",
    Put "/calendars/{calendarId}" (calendarId: calendar_id) => CalendarReply,
    V2021_04_15 Write Some("calendars.write"),
    body json,
}

/// Deletes a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteCalendar {
    /// Which calendar.
    pub calendar_id: CalendarId,
}

operation! {
    DeleteCalendar = "calendars.delete-calendar",
    Delete "/calendars/{calendarId}" (calendarId: calendar_id) => Done,
    V2021_04_15 Delete Some("calendars.write"),
}

/// Lists the groups of calendars of a location.
#[derive(Clone, Debug, PartialEq)]
pub struct ListCalendarGroups {
    /// In which location.
    pub location_id: LocationId,
}

operation! {
    ListCalendarGroups = "calendars.get-groups",
    Get "/calendars/groups" => CalendarGroupsReply,
    V2021_04_15 Read Some("calendars/groups.readonly"),
    query(locationId: location_id),
}
