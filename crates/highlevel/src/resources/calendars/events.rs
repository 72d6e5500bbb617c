//! `/calendars/events`, `/calendars/blocked-slots`: what stands in calendars, and times to block.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    AppointmentId, CalendarId, LocationId, UserId,
    models::{Appointment, AppointmentsReply, Done, EventSpan},
};

/// Lists the appointments of a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct ListEvents {
    /// When, and whose.
    pub span: EventSpan,
}

operation! {
    ListEvents = "calendars.get-calendar-events",
    Get "/calendars/events" => AppointmentsReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
    query(locationId: span.location_id, startTime: span.start_time, endTime: span.end_time),
    optional(userId: span.user_id, calendarId: span.calendar_id, groupId: span.group_id),
}

/// Lists the blocked times of a span of time.
#[derive(Clone, Debug, PartialEq)]
pub struct ListBlockedSlots {
    /// When, and whose.
    pub span: EventSpan,
}

operation! {
    ListBlockedSlots = "calendars.get-blocked-slots",
    Get "/calendars/blocked-slots" => AppointmentsReply,
    V2021_04_15 Read Some("calendars/events.readonly"),
    query(locationId: span.location_id, startTime: span.start_time, endTime: span.end_time),
    optional(userId: span.user_id, calendarId: span.calendar_id, groupId: span.group_id),
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
