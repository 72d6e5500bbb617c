//! `/line_items`, `/invoices/{id}/line_items` and `/tickets/{id}/add_line_item`.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, number, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::LineItem,
    key: "line_items",
    size: (100, 100),
    meta: Meta::Whole,
    wrapper: None,
    filters: &[Filter::Is("invoice_id", "invoice_id"), Filter::Is("estimate_id", "estimate_id")],
    hidden: &[],
};

/// Only an administrator of everything may.
pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    match call.key.is_unbound() {
        true => Ok(list::answer(&LIST, account, call)),
        false => Err(Refusal::permission()),
    }
}

pub(crate) fn add_to_invoice(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let invoice = account.find_numbered(Noun::Invoice, call.id()?)?;
    let invoice = number(invoice, "id").unwrap_or_default();
    let mut item = named(&call.body)?;
    item.insert("invoice_id".to_owned(), json!(invoice));
    let id = account.add(Noun::LineItem, item);
    let item = account.find(Noun::LineItem, id)?.clone();
    let all: Vec<Record> = account
        .rows(Noun::LineItem)
        .values()
        .filter(|item| number(item, "invoice_id") == Some(invoice))
        .cloned()
        .collect();
    let total: f64 = all.iter().filter_map(price).sum();
    let invoice = account.find_mut(Noun::Invoice, invoice)?;
    invoice.insert("line_items".to_owned(), json!(all));
    for member in ["subtotal", "total"] {
        invoice.insert(member.to_owned(), json!(format!("{total:?}")));
    }
    invoice.insert("updated_at".to_owned(), call.written_now());
    Ok(Reply::Ok(json!({ "line_item": item })))
}

/// Flat, unlike the one of an invoice.
pub(crate) fn add_to_ticket(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let ticket = account.find_numbered(Noun::Ticket, call.id()?)?;
    let ticket = number(ticket, "id");
    let mut item = named(&call.body)?;
    item.insert("ticket_id".to_owned(), json!(ticket));
    let id = account.add(Noun::LineItem, item);
    Ok(Reply::Ok(json!(account.find(Noun::LineItem, id)?)))
}

fn named(body: &Record) -> Result<Record, Refusal> {
    for (member, said) in
        [("name", "Name can't be blank"), ("description", "Description can't be blank")]
    {
        if text(body, member).is_empty() {
            return Err(Refusal::line_item(said, body));
        }
    }
    Ok(record(json!({
        "name": text(body, "name"), "description": text(body, "description"),
        "quantity": body.get("quantity"), "price": body.get("price"), "invoice_id": null,
        "estimate_id": null, "ticket_id": null,
    })))
}

/// What an item comes to.
fn price(item: &Record) -> Option<f64> {
    let read = |member: &str| match item.get(member)? {
        serde_json::Value::String(text) => text.trim().parse::<f64>().ok(),
        other => other.as_f64(),
    };
    Some(read("price")? * read("quantity").unwrap_or(1.0))
}
