//! `/tickets/{id}/comments` and `/tickets/{id}/comment`: a comment e-mails the customer unless it is told not to.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::{Call, written},
    list::{self, Filter, List, Meta},
    notices::Change,
    nouns::Noun,
    record::{Record, flag, number, record, text},
    refusal::Refusal,
    reply::Reply,
};

/// The user that an API key acts as.
pub(crate) const API_USER: u64 = 1;

const LIST: List = List {
    noun: Noun::Comment,
    key: "comments",
    size: (10, 10),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[
        Filter::Since("created_after", "created_at"),
        Filter::Since("updated_after", "updated_at"),
    ],
    hidden: &[],
};

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let ticket = account.find_numbered(Noun::Ticket, call.id()?)?;
    let ticket = number(ticket, "id").unwrap_or_default();
    let rows = of_ticket(account, ticket);
    let rows: Vec<&Record> = rows.iter().collect();
    Ok(list::page(&LIST, &rows, call))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let ticket = account.find_numbered(Noun::Ticket, call.id()?)?;
    let ticket = number(ticket, "id").unwrap_or_default();
    let comment = add(account, ticket, &call.body, call.now)?;
    Ok(Reply::Ok(json!({ "comment": comment })))
}

/// Adds a comment, and sends it out as its flags say (`facts/repairshopr.md` 4.3).
///
/// # Errors
/// When subject or body is missing, or the ticket.
pub(crate) fn add(
    account: &mut Account,
    ticket: u64,
    body: &Record,
    now: Timestamp,
) -> Result<Record, Refusal> {
    for (member, said) in [("subject", "Subject can't be blank"), ("body", "Body can't be blank")] {
        if text(body, member).is_empty() {
            return Err(Refusal::error(said));
        }
    }
    let customer = number(account.find(Noun::Ticket, ticket)?, "customer_id");
    let (hidden, silent) = (flag(body, "hidden"), flag(body, "do_not_email"));
    if !hidden && !silent {
        account.send_out("email", customer, text(body, "subject"));
    }
    if !text(body, "sms_body").is_empty() {
        account.send_out("sms", customer, text(body, "sms_body"));
    }
    let tech = Some(text(body, "tech")).filter(|tech| !tech.is_empty()).unwrap_or("API");
    let comment = record(json!({
        "created_at": written(now), "updated_at": written(now), "ticket_id": ticket,
        "subject": text(body, "subject"), "body": text(body, "body"), "tech": tech,
        "hidden": hidden, "user_id": API_USER,
    }));
    let id = account.add(Noun::Comment, comment);
    let comment = account.find(Noun::Comment, id)?.clone();
    account.find_mut(Noun::Ticket, ticket)?.insert("updated_at".to_owned(), written(now));
    show_first(account, ticket);
    account.changed(Change {
        text: format!("A comment was added to ticket {ticket}"),
        path: format!("/tickets/{ticket}"),
        attributes: comment.clone(),
    });
    Ok(comment)
}

/// The comments of a ticket, oldest first.
pub(crate) fn of_ticket(account: &Account, ticket: u64) -> Vec<Record> {
    let rows = account.rows(Noun::Comment).values();
    rows.filter(|comment| number(comment, "ticket_id") == Some(ticket)).cloned().collect()
}

/// Shows the first comment of a ticket in its record, and no other: lists have no more.
pub(crate) fn show_first(account: &mut Account, ticket: u64) {
    let first: Vec<Value> =
        of_ticket(account, ticket).into_iter().take(1).map(Value::Object).collect();
    if let Ok(ticket) = account.find_mut(Noun::Ticket, ticket) {
        ticket.insert("comments".to_owned(), json!(first));
    }
}
