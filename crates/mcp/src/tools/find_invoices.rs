//! `find_invoices`: invoices by contact, status, day of issue or words, and one by its id.

use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    calls,
    rows::{self, Format, Rows, listed, picked, shown},
};
use crate::{
    ToolError,
    desk::Desk,
    tool::{Act, Answer, TypedTool},
};

/// What is told of an invoice. The vendor names ids in two ways.
const MEMBERS: &[(&str, &str)] = &[
    ("id", "/id"),
    ("id", "/_id"),
    ("number", "/invoiceNumber"),
    ("name", "/name"),
    ("status", "/status"),
    ("total", "/total"),
    ("amount_due", "/amountDue"),
    ("amount_paid", "/amountPaid"),
    ("currency", "/currency"),
    ("contact", "/contactDetails/name"),
    ("contact_id", "/contactDetails/id"),
    ("issue_date", "/issueDate"),
    ("due_date", "/dueDate"),
];

/// Finds invoices.
pub(crate) struct FindInvoices;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// One invoice with its lines.
    id: Option<String>,
    contact: Option<String>,
    /// Such as draft, sent, paid or void.
    status: Option<String>,
    query: Option<String>,
    /// A day of issue.
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

impl TypedTool for FindInvoices {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_invoices";
    const ABOUT: &'static str = "Finds invoices, newest first, or reads one by its id.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let rows = match &input.id {
            Some(id) => {
                let invoice = read(desk, id).await?;
                let mut told = told(&invoice);
                told.extend(picked(&invoice, &[("lines", "/invoiceItems")]));
                Rows::whole(vec![shown(told, &invoice, &input.fields)])
            }
            None => list(desk, &input).await?,
        };
        let untrusted = ["/items/*/name", "/items/*/lines/*/name", "/csv"];
        Ok(Act::Answer(Answer::of(&rows.written(input.format))?.untrusted(&untrusted)))
    }
}

/// An invoice as the vendor has it.
///
/// # Errors
/// Where it cannot be read.
pub(super) async fn read(desk: &Desk, id: &str) -> Result<Value, ToolError> {
    let call = calls::of_owner(desk.raw("invoices.get-invoice")?, desk).with("invoiceId", id);
    Ok(desk.read(call).await?.into_json())
}

/// What is told of an invoice.
pub(super) fn told(invoice: &Value) -> Map<String, Value> {
    picked(invoice, MEMBERS)
}

async fn list(desk: &Desk, input: &Input) -> Result<Rows, ToolError> {
    let limit = rows::limit(input.limit, 20, 100)?;
    let offset = rows::offset(input.cursor.as_deref())?;
    // The vendor wants these two as text.
    let mut call = calls::of_owner(desk.raw("invoices.list-invoices")?, desk)
        .with("limit", limit.to_string())
        .with("offset", offset.to_string());
    let texts = [
        ("status", &input.status),
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
    let page = listed(&reply, "invoices");
    let total = reply.get("total").and_then(Value::as_u64);
    let invoice = |invoice: &Value| shown(told(invoice), invoice, &input.fields);
    Ok(Rows {
        items: page.iter().map(invoice).collect(),
        next_cursor: rows::after(offset, page.len(), total, limit),
        total,
        ..Rows::default()
    })
}
