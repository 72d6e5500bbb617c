//! `/tickets`: jobs for customers. Lists show the first comment of each, one ticket shows all.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::{Noun, comments},
    record::{Record, adopt, number, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Ticket,
    key: "tickets",
    size: (50, 25),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[
        Filter::Since("since_updated_at", "updated_at"),
        Filter::Since("created_after", "created_at"),
        Filter::Since("resolved_after", "resolved_at"),
        Filter::Is("customer_id", "customer_id"),
        Filter::Is("contact_id", "contact_id"),
        Filter::Is("number", "number"),
        Filter::Is("status", "status"),
        Filter::Is("user_id", "user_id"),
        Filter::Any("query", &["subject", "number", "customer_business_then_name"]),
    ],
    hidden: &[],
};

const WRITABLE: [&str; 15] = [
    "customer_id",
    "ticket_type_id",
    "subject",
    "due_date",
    "start_at",
    "end_at",
    "location_id",
    "problem_type",
    "status",
    "user_id",
    "properties",
    "sla_id",
    "contact_id",
    "priority",
    "tag_list",
];

/// The status that ends a ticket.
const RESOLVED: &str = "Resolved";

/// The number of the first ticket.
const FIRST_NUMBER: u64 = 1_001;

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut ticket = account.find_numbered(Noun::Ticket, call.id()?)?.clone();
    let id = number(&ticket, "id").unwrap_or_default();
    ticket.insert("comments".to_owned(), json!(comments::of_ticket(account, id)));
    if let Some(customer) = number(&ticket, "customer_id") {
        let customer = account.find(Noun::Customer, customer).ok();
        ticket.insert("customer".to_owned(), json!(customer));
    }
    Ok(Reply::Ok(json!({ "ticket": ticket })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut ticket = blank();
    adopt(&mut ticket, &call.body, &WRITABLE);
    let customer = number(&ticket, "customer_id");
    let customer = customer.and_then(|id| account.rows(Noun::Customer).get(&id));
    let Some(customer) = customer else {
        return Err(Refusal::error("Customer required field"));
    };
    if text(&ticket, "subject").is_empty() {
        return Err(Refusal::error("Subject required field"));
    }
    let name = customer.get("business_then_name").cloned();
    ticket.insert("customer_business_then_name".to_owned(), json!(name));
    ticket.insert("number".to_owned(), json!(next_number(account)));
    ticket.insert("created_at".to_owned(), call.written_now());
    ticket.insert("updated_at".to_owned(), call.written_now());
    let said = call.body.get("comments_attributes").and_then(Value::as_array);
    let said: Vec<Record> =
        said.into_iter().flatten().filter_map(|it| it.as_object().cloned()).collect();
    let id = account.add(Noun::Ticket, ticket);
    for comment in &said {
        if let Err(refusal) = comments::add(account, id, comment, call.now) {
            account.remove(Noun::Ticket, id)?;
            return Err(refusal);
        }
    }
    let ticket = account.find(Noun::Ticket, id)?.clone();
    account.changed(Noun::Ticket.change(&ticket, "was created"));
    Ok(Reply::Ok(json!({ "ticket": ticket })))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    let ticket = account.find_mut(Noun::Ticket, id)?;
    let before = text(ticket, "status").to_owned();
    adopt(ticket, &call.body, &WRITABLE);
    let status = text(ticket, "status").to_owned();
    if status == RESOLVED && before != RESOLVED {
        ticket.insert("resolved_at".to_owned(), call.written_now());
    }
    ticket.insert("updated_at".to_owned(), call.written_now());
    let ticket = ticket.clone();
    if status != before {
        account.changed(Noun::Ticket.change(&ticket, "changed its status"));
    }
    Ok(Reply::Ok(json!({ "ticket": ticket })))
}

pub(crate) fn delete(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    account.remove(Noun::Ticket, call.id()?)?;
    Ok(Reply::Ok(json!({ "message": "Ticket was successfully deleted. " })))
}

/// A ticket of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "number": null, "subject": "", "created_at": null, "updated_at": null,
        "customer_id": null, "customer_business_then_name": "", "due_date": null,
        "start_at": null, "end_at": null, "resolved_at": null, "location_id": null,
        "problem_type": "Other", "status": "New", "properties": {}, "user_id": null,
        "ticket_type_id": null, "ticket_type_name": null, "billing_status": null,
        "contact_id": null, "contact_fullname": null, "contract_id": null, "contract_name": null,
        "priority": null, "sla_id": null, "sla_name": null, "tag_list": [], "comments": [],
        "user": null,
    }))
}

fn next_number(account: &Account) -> u64 {
    let numbers = account.rows(Noun::Ticket).values().filter_map(|row| number(row, "number"));
    numbers.max().map_or(FIRST_NUMBER, |last| last + 1)
}
