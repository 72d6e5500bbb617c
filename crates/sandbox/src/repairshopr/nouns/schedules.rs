//! `/schedules`: templates of invoices that come again. They have no end, and their list says nothing of its pages.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, number, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Schedule,
    key: "schedules",
    size: (25, 25),
    meta: Meta::Nothing,
    wrapper: None,
    filters: &[Filter::Is("customer_id", "customer_id")],
    hidden: &[],
};

const WRITABLE: [&str; 7] =
    ["customer_id", "email_customer", "frequency", "name", "next_run", "charge_mop", "paused"];

/// How often an invoice can come (`facts/repairshopr.md` 5).
pub(crate) const FREQUENCIES: [&str; 9] = [
    "Daily",
    "Weekly",
    "Biweekly",
    "Monthly",
    "Quarterly",
    "Semi-Annually",
    "Annually",
    "Biennially",
    "Triennially",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let schedule = account.find(Noun::Schedule, call.id()?)?;
    Ok(Reply::Ok(json!({ "schedule": schedule })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut schedule = blank();
    adopt(&mut schedule, &call.body, &WRITABLE);
    let mut said = Vec::new();
    let customer = number(&schedule, "customer_id");
    if customer.is_none_or(|id| !account.rows(Noun::Customer).contains_key(&id)) {
        said.push("Customer can't be blank");
    }
    if !FREQUENCIES.contains(&text(&schedule, "frequency")) {
        said.push("Frequency is not included in the list");
    }
    if !said.is_empty() {
        return Err(Refusal::errors(&said));
    }
    let id = account.add(Noun::Schedule, schedule);
    Ok(Reply::Ok(json!({ "schedule": account.find(Noun::Schedule, id)? })))
}

/// A schedule of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "account_id": 1, "customer_id": null, "email_customer": false, "frequency": "Monthly",
        "name": null, "next_run": null, "snail_mail": false, "charge_mop": false,
        "subtotal": "0.0", "invoice_unbilled_ticket_charges": false, "paused": false,
        "last_invoice_paid": null, "lines": [],
    }))
}
