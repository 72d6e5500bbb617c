//! `/invoices`: money is text, line items of a new one are lost, and a paid one is deleted in words only.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, flag, number, record},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Invoice,
    key: "invoices",
    size: (25, 25),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[
        Filter::Since("since_updated_at", "updated_at"),
        Filter::Yes("paid", "is_paid"),
        Filter::No("unpaid", "is_paid"),
        Filter::Is("ticket_id", "ticket_id"),
    ],
    hidden: &["line_items"],
};

const WRITABLE: [&str; 9] = [
    "customer_id",
    "number",
    "date",
    "due_date",
    "ticket_id",
    "po_number",
    "contact_id",
    "note",
    "location_id",
];

/// The number of the first invoice.
const FIRST_NUMBER: u64 = 5_001;

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let invoice = account.find_numbered(Noun::Invoice, call.id()?)?;
    Ok(Reply::Ok(json!({ "invoice": invoice })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut invoice = blank();
    adopt(&mut invoice, &call.body, &WRITABLE);
    let customer = number(&invoice, "customer_id");
    let Some(customer) = customer.and_then(|id| account.rows(Noun::Customer).get(&id)) else {
        return Err(Refusal::messages(&["Customer can't be blank"], &call.body));
    };
    let name = customer.get("business_then_name").cloned();
    invoice.insert("customer_business_then_name".to_owned(), json!(name));
    if number(&invoice, "number").is_none() {
        invoice.insert("number".to_owned(), json!(next_number(account).to_string()));
    }
    invoice.insert("created_at".to_owned(), call.written_now());
    invoice.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Invoice, invoice);
    let invoice = account.find(Noun::Invoice, id)?.clone();
    account.changed(Noun::Invoice.change(&invoice, "was created"));
    Ok(Reply::Ok(json!({ "invoice": invoice })))
}

/// Everything that the request names is written over, null too.
pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let invoice = account.find_mut(Noun::Invoice, call.id()?)?;
    adopt(invoice, &call.body, &WRITABLE);
    invoice.insert("updated_at".to_owned(), call.written_now());
    Ok(Reply::Ok(json!({ "invoice": invoice })))
}

/// 200 whether it is deleted or not.
pub(crate) fn delete(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    if !flag(account.find(Noun::Invoice, id)?, "is_paid") {
        account.remove(Noun::Invoice, id)?;
    }
    Ok(Reply::Ok(json!({ "message": "We deleted the invoice." })))
}

pub(crate) fn email(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let invoice = account.find_numbered(Noun::Invoice, call.id()?)?;
    let (customer, named) = (number(invoice, "customer_id"), number(invoice, "number"));
    account.send_out("email", customer, &format!("Invoice {}", named.unwrap_or_default()));
    Ok(Reply::Ok(json!({ "message": "Invoice was e-mailed." })))
}

/// An invoice of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "customer_id": null, "customer_business_then_name": "", "number": null,
        "created_at": null, "updated_at": null, "date": null, "due_date": null,
        "subtotal": "0.0", "total": "0.0", "tax": "0.0", "verified_paid": false,
        "tech_marked_paid": false, "is_paid": false, "ticket_id": null, "pdf_url": null,
        "location_id": null, "po_number": null, "contact_id": null, "note": null,
        "hardwarecost": null, "user_id": 1, "line_items": [],
    }))
}

fn next_number(account: &Account) -> u64 {
    let numbers = account.rows(Noun::Invoice).values().filter_map(|row| number(row, "number"));
    numbers.max().map_or(FIRST_NUMBER, |last| last + 1)
}
