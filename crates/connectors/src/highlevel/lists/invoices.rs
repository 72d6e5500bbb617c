//! `GET /invoices/`: invoices, skipped to.

use domain::{Entity, Fields, ListPart, Upkeep};
use serde_json::{Map, Value};

use super::{
    noun::{ById, Given, Noun, Single, Turned, call},
    row,
};

const PAGE: u64 = 100;

pub(super) const INVOICES: Noun = Noun {
    part: ListPart { name: "invoices", entity: Entity::Invoice, upkeep: Upkeep::Sweep },
    // Both numbers are required, as texts (`facts/highlevel.md` 6.6).
    ask: |ask| {
        call("invoices.list-invoices")
            .with("altId", ask.location)
            .with("altType", "location")
            .with("limit", PAGE.to_string())
            .with("offset", ask.skipped().to_string())
    },
    turn: |ask, reply| Turned::skipped(ask, reply, "invoices", PAGE),
    fields,
    changed: &["updatedAt", "createdAt"],
    single: Single::ById(ById {
        operation: "invoices.get-invoice",
        id: "invoiceId",
        location: &[("altId", Given::Location), ("altType", Given::Text("location"))],
        envelope: None,
        fields: None,
    }),
};

fn fields(invoice: &mut Map<String, Value>) -> Fields {
    let contact = invoice.get("contactDetails").and_then(|contact| contact.get("id")).cloned();
    let number = match invoice.remove("invoiceNumber").unwrap_or_default() {
        Value::Number(number) => number.to_string().into(),
        other => other,
    };
    let own: Fields =
        [("contact_id".to_owned(), contact.unwrap_or_default()), ("number".to_owned(), number)]
            .into();
    row::all([
        own,
        row::told(
            invoice,
            &[
                ("currency", "currency"),
                ("dueDate", "due_date"),
                ("issueDate", "issue_date"),
                ("name", "name"),
                ("status", "status"),
                ("title", "title"),
            ],
        ),
        row::mentioned(
            invoice,
            &[
                ("amountDue", "amount_due"),
                ("amountPaid", "amount_paid"),
                ("liveMode", "live_mode"),
                ("total", "total"),
            ],
        ),
        row::moments(invoice, &[("createdAt", "created_at")]),
    ])
}
