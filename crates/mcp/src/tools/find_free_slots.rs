//! `find_free_slots`: when a calendar can be booked.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{moments, rows, rows::listed};
use crate::{
    ToolError,
    desk::Desk,
    names::{Found, Noun},
    tool::{Act, TypedTool},
};

/// How many days are looked at where no end is given, and at most: HighLevel tells no more
/// (`facts/highlevel.md` 6.3).
const USUAL_DAYS: i32 = 7;

/// Finds free slots.
pub(crate) struct FindFreeSlots;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    calendar: String,
    /// A day or a moment.
    from: Option<String>,
    /// At most 31 days later.
    until: Option<String>,
    /// Such as Europe/London.
    timezone: Option<String>,
    user: Option<String>,
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    calendar: String,
    calendar_id: String,
    slots: Vec<Value>,
    total: usize,
}

impl TypedTool for FindFreeSlots {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "find_free_slots";
    const ABOUT: &'static str = "Finds when a calendar can be booked.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, 50, 500)? as usize;
        let calendar = desk.resolve(Noun::Calendar, None, &input.calendar).await?;
        let texts = (input.from.as_deref(), input.until.as_deref());
        let named = input.timezone.as_deref();
        let span = moments::span(desk, texts, named, USUAL_DAYS).await?;
        let mut call = desk
            .raw("calendars.get-slots")?
            .with("calendarId", calendar.id.as_str())
            .with("startDate", span.from.as_millisecond())
            .with("endDate", span.until.as_millisecond());
        if let Some(zone) = named {
            call = call.with("timezone", zone);
        }
        if let Some(user) = &input.user {
            call = call.with("userId", desk.resolve(Noun::User, None, user).await?.id);
        }
        let mut slots = slots(&desk.read(call).await?.into_json());
        let total = slots.len();
        slots.truncate(limit);
        let Found { id: calendar_id, name: calendar } = calendar;
        Act::answer(&Output { calendar, calendar_id, slots, total })
    }
}

/// The slots of all days, in order: a reply has a member for each day.
fn slots(reply: &Value) -> Vec<Value> {
    let days = reply.as_object().into_iter().flatten();
    let mut days: Vec<(&String, &Value)> = days.filter(|(_, day)| day.is_object()).collect();
    days.sort_by_key(|(day, _)| *day);
    days.into_iter().flat_map(|(_, day)| listed(day, "slots").iter().cloned()).collect()
}
