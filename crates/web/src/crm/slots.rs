//! `GET /v1/calendars/{id}/slots`: when a calendar can be booked.

use domain::{
    ConnectionId,
    crm::{Slot, SlotSpan},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountText, READ_ERRORS, Service, Where, Which, reach};
use crate::{
    api::{
        Answer, Call, Operation, Tag,
        formats::{ConnectionIdText, Text},
    },
    problem::Problem,
};

/// `GET /v1/calendars/{id}/slots`.
pub(crate) const LIST: Operation = Operation {
    id: "slots.list",
    path: "/v1/calendars/{id}/slots",
    tag: Tag::Calendars,
    summary: "List the free slots of a calendar",
    description: "As the CRM has them now, of at most 31 days.",
    errors: READ_ERRORS,
    ..Operation::COMMON
};

/// Of which time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// From when.
    from: Timestamp,
    /// Until when.
    until: Timestamp,
    /// The time zone that slots are written in, by its IANA name; the calendar's without it.
    timezone: Option<Text<64>>,
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The account of the connection, such as a location, where it has several.
    account: Option<AccountText>,
}

/// The free slots.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Slots {
    /// In order.
    slots: Vec<Slot>,
}

/// Lists the free slots.
pub(crate) async fn list(call: Call<Service, Which, Wanted>) -> Result<Answer<Slots>, Problem> {
    let wanted = call.query;
    let place = Where { connection: wanted.connection, account: wanted.account };
    let (crm, behalf) = reach(call.state, &call.caller, place).await?;
    let timezone = wanted.timezone.map(|text| text.to_string());
    let span = SlotSpan { from: wanted.from, until: wanted.until, timezone };
    let slots = crm.free_slots(&behalf, call.path.id.as_str(), &span).await?;
    Ok(Answer(Slots { slots }))
}
