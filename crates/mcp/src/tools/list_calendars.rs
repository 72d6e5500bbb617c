//! `list_calendars`: the calendars that can be booked.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    calls,
    rows::{Rows, listed, picked},
};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, TypedTool},
};

/// What is told of a calendar.
const MEMBERS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("name", "/name"),
    ("description", "/description"),
    ("type", "/calendarType"),
    ("slot_duration", "/slotDuration"),
    ("slot_duration_unit", "/slotDurationUnit"),
    ("is_active", "/isActive"),
];

/// Tells the calendars.
pub(crate) struct ListCalendars;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {}

impl TypedTool for ListCalendars {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "list_calendars";
    const ABOUT: &'static str = "Lists the calendars that appointments are booked in.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, _: Input) -> Result<Act, ToolError> {
        let call = desk.raw("calendars.get-calendars")?;
        let call = call.with("locationId", calls::location(desk));
        let reply = desk.read(call).await?.into_json();
        Act::answer(&Rows::whole(listed(&reply, "calendars").iter().map(calendar).collect()))
    }
}

fn calendar(told: &Value) -> Value {
    let mut shown = picked(told, MEMBERS);
    let team = listed(told, "teamMembers").iter();
    let team: Vec<Value> = team.filter_map(|member| member.get("userId").cloned()).collect();
    if !team.is_empty() {
        shown.insert("user_ids".to_owned(), Value::Array(team));
    }
    Value::Object(shown)
}
