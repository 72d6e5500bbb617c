//! A calendar and its group.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CalendarGroupId, CalendarId, LocationId};

/// A calendar (`facts/highlevel.md` 6.3). Its rules, of which there are dozens, are in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// The group that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<CalendarGroupId>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The last part of its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its kind, such as `round_robin`, `event` or `personal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_type: Option<String>,
    /// Whether it can be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Who keeps appointments, and how they are chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_members: Option<Vec<Value>>,
    /// When it can be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_hours: Option<Vec<Value>>,
    /// How long an appointment is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_duration: Option<f64>,
    /// In which unit, such as `mins`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_duration_unit: Option<String>,
    /// The title of its appointments, with placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_title: Option<String>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarReply {
    /// The calendar.
    pub calendar: Calendar,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// All calendars of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarsReply {
    /// The calendars.
    pub calendars: Vec<Calendar>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A group of calendars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarGroup {
    /// Its id.
    pub id: CalendarGroupId,
    /// The location that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<LocationId>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The last part of its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Whether it can be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// All groups of calendars of a location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarGroupsReply {
    /// The groups.
    pub groups: Vec<CalendarGroup>,
    /// What else HighLevel says.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The fields of a calendar to write; what is left out stays as it is.
///
/// Which of them a kind of calendar needs is not documented; the refusal names them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarFields {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The last part of its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The group that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<CalendarGroupId>,
    /// Whether it can be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Who keeps appointments, and how they are chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub team_members: Vec<Value>,
    /// When it can be booked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_hours: Vec<Value>,
    /// How long an appointment is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_duration: Option<f64>,
    /// In which unit: `mins` or `hours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_duration_unit: Option<String>,
    /// How far apart appointments begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_interval: Option<f64>,
    /// How much time is kept free after each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_buffer: Option<f64>,
    /// How many appointments fit in one slot. The spelling is HighLevel's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appoinment_per_slot: Option<f64>,
    /// How many appointments fit in a day. The spelling is HighLevel's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appoinment_per_day: Option<f64>,
    /// The title of its appointments, with placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_title: Option<String>,
    /// Whether an appointment is confirmed at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_confirm: Option<bool>,
    /// Further members, sent as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
