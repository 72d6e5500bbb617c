//! `find_payments`: what was paid, by contact, invoice, time or words.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    calls,
    rows::{self, Format, Rows, listed, picked, shown},
};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// What is told of a payment. Lists and single records name the contact in different places.
const MEMBERS: &[(&str, &str)] = &[
    ("id", "/_id"),
    ("amount", "/amount"),
    ("currency", "/currency"),
    ("status", "/status"),
    ("contact", "/contactSnapshot/name"),
    ("contact", "/contactName"),
    ("contact_id", "/contactId"),
    ("of", "/entityType"),
    ("of_id", "/entityId"),
    ("source", "/entitySourceName"),
    ("provider", "/paymentProviderType"),
    ("paid_at", "/fulfilledAt"),
    ("created_at", "/createdAt"),
];

/// Finds payments.
pub(crate) struct FindPayments;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    contact: Option<String>,
    /// The id of an invoice or order.
    of: Option<String>,
    query: Option<String>,
    /// A day.
    from: Option<String>,
    until: Option<String>,
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    cursor: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    format: Format,
}

impl TypedTool for FindPayments {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_payments";
    const ABOUT: &'static str = "Finds payments (transactions), newest first.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = rows::limit(input.limit, 20, 100)?;
        let offset = rows::offset(input.cursor.as_deref())?;
        let mut call = calls::of_owner(desk.raw("payments.list-transactions")?, desk)
            .with("limit", limit)
            .with("offset", offset);
        let texts = [
            ("entityId", &input.of),
            ("search", &input.query),
            ("startAt", &input.from),
            ("endAt", &input.until),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                call = call.with(name, text.as_str());
            }
        }
        if let Some(contact) = &input.contact {
            call = call.with("contactId", desk.contact(contact).await?.0);
        }
        let reply = desk.read(call).await?.into_json();
        let page = listed(&reply, "data");
        let total = reply.get("totalCount").and_then(Value::as_u64);
        let payment = |record: &Value| shown(picked(record, MEMBERS), record, &input.fields);
        let rows = Rows {
            items: page.iter().map(payment).collect(),
            next_cursor: rows::after(offset, page.len(), total, limit),
            total,
            ..Rows::default()
        };
        let untrusted = ["/items/*/source", "/items/*/notes", "/csv"];
        Ok(Act::Answer(Answer::of(&rows.written(input.format))?.untrusted(&untrusted)))
    }
}
