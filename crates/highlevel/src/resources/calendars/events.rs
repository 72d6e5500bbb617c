//! `/calendars/events`, `/calendars/blocked-slots`: what stands in calendars, and times to block.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    AppointmentId, CalendarGroupId, CalendarId, LocationId, UserId,
    models::{Appointment, AppointmentsReply, Done},
};

/// Lists the appointments of a span of time. One of [`Self::user_id`], [`Self::calendar_id`] and
/// [`Self::group_id`] is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListEvents {
    /// In which location.
    pub location_id: LocationId,
    /// From when, in milliseconds since 1970.
    pub start_time: i64,
    /// Until when, in milliseconds since 1970.
    pub end_time: i64,
    /// Of which user.
    pub user_id: Option<UserId>,
    /// In which calendar.
    pub calendar_id: Option<CalendarId>,
    /// In which group of calendars.
    pub group_id: Option<CalendarGroupId>,
}

impl ListEvents {
    /// The appointments between two times, in milliseconds since 1970; say of whom.
    #[must_use]
    pub fn new(location_id: LocationId, start_time: i64, end_time: i64) -> Self {
        Self { location_id, start_time, end_time, user_id: None, calendar_id: None, group_id: None }
    }
}

operation! {
    ListEvents = "calendars.get-calendar-events",
    Get "/calendars/events" => AppointmentsReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
    query(locationId: location_id, startTime: start_time, endTime: end_time),
    optional(userId: user_id, calendarId: calendar_id, groupId: group_id),
}

/// Lists the blocked times of a span of time. One of [`Self::user_id`], [`Self::calendar_id`] and
/// [`Self::group_id`] is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListBlockedSlots {
    /// In which location.
    pub location_id: LocationId,
    /// From when, in milliseconds since 1970.
    pub start_time: i64,
    /// Until when, in milliseconds since 1970.
    pub end_time: i64,
    /// Of which user.
    pub user_id: Option<UserId>,
    /// In which calendar.
    pub calendar_id: Option<CalendarId>,
    /// In which group of calendars.
    pub group_id: Option<CalendarGroupId>,
}

impl ListBlockedSlots {
    /// The blocked times between two times, in milliseconds since 1970; say of whom.
    #[must_use]
    pub fn new(location_id: LocationId, start_time: i64, end_time: i64) -> Self {
        Self { location_id, start_time, end_time, user_id: None, calendar_id: None, group_id: None }
    }
}

operation! {
    ListBlockedSlots = "calendars.get-blocked-slots",
    Get "/calendars/blocked-slots" => AppointmentsReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
    query(locationId: location_id, startTime: start_time, endTime: end_time),
    optional(userId: user_id, calendarId: calendar_id, groupId: group_id),
}

/// Deletes an appointment or a blocked time.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteEvent {
    /// Which event.
    pub event_id: AppointmentId,
}

operation! {
    DeleteEvent = "calendars.delete-event",
    Delete "/calendars/events/{eventId}" (eventId: event_id) => Done,
    V2021_04_15 Delete Some("calendars/events.write"),
}

/// Blocks a time, in a calendar or for a user: exactly one of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockSlot {
    /// In which location.
    pub location_id: LocationId,
    /// From when: ISO 8601 with an offset.
    pub start_time: String,
    /// Until when: ISO 8601 with an offset.
    pub end_time: String,
    /// In which calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_id: Option<CalendarId>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_user_id: Option<UserId>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

operation! {
    BlockSlot = "calendars.create-block-slot",
    Post "/calendars/events/block-slots" => Appointment,
    V2021_04_15 Write Some("calendars/events.write"),
    body json,
}

/// Changes a blocked time; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateBlockedSlot {
    /// Which blocked time.
    #[serde(skip)]
    pub event_id: AppointmentId,
    /// In which location.
    pub location_id: LocationId,
    /// From when: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// Until when: ISO 8601 with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// In which calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_id: Option<CalendarId>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_user_id: Option<UserId>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

operation! {
    UpdateBlockedSlot = "calendars.edit-block-slot",
    Put "/calendars/events/block-slots/{eventId}" (eventId: event_id) => Appointment,
    V2021_04_15 Write Some("calendars/events.write"),
    body json,
}
