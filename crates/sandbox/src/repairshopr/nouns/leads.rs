//! `/leads`: those who may become customers. Any key may make one, and none can be deleted.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Lead,
    key: "leads",
    size: (25, 25),
    meta: Meta::Whole,
    wrapper: None,
    filters: &[Filter::Is("status", "status")],
    hidden: &[],
};

const WRITABLE: [&str; 14] = [
    "first_name",
    "last_name",
    "business_name",
    "email",
    "phone",
    "mobile",
    "address",
    "city",
    "state",
    "zip",
    "ticket_subject",
    "status",
    "disabled",
    "properties",
];

/// Where a lead can stand (`facts/repairshopr.md` 4.7).
pub(crate) const STATUSES: [&str; 10] = [
    "New",
    "Lead",
    "First Contact",
    "Opportunity",
    "Prospect",
    "Waiting on Client",
    "In Negotiation",
    "Pending",
    "Won",
    "Lost",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!({ "lead": account.find(Noun::Lead, call.id()?)? })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut lead = blank();
    adopt(&mut lead, &call.body, &WRITABLE);
    check(&lead, call)?;
    lead.insert("created_at".to_owned(), call.written_now());
    lead.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Lead, lead);
    let lead = account.find(Noun::Lead, id)?.clone();
    account.changed(Noun::Lead.change(&lead, "was created"));
    Ok(Reply::Ok(json!({ "lead": lead })))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    let mut lead = account.find(Noun::Lead, id)?.clone();
    adopt(&mut lead, &call.body, &WRITABLE);
    check(&lead, call)?;
    lead.insert("updated_at".to_owned(), call.written_now());
    account.put(Noun::Lead, id, lead.clone());
    Ok(Reply::Ok(json!({ "lead": lead })))
}

fn check(lead: &Record, call: &Call) -> Result<(), Refusal> {
    let is_named = ["first_name", "last_name", "business_name"]
        .iter()
        .any(|member| !text(lead, member).is_empty());
    match (is_named, STATUSES.contains(&text(lead, "status"))) {
        (true, true) => Ok(()),
        (false, _) => Err(Refusal::messages(&["Last name can't be blank"], &call.body)),
        (true, false) => {
            Err(Refusal::messages(&["Status is not included in the list"], &call.body))
        }
    }
}

/// A lead of whom nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "first_name": null, "last_name": null, "business_name": null, "email": null,
        "phone": null, "mobile": null, "created_at": null, "updated_at": null, "address": null,
        "city": null, "state": null, "zip": null, "ticket_subject": null, "converted": false,
        "customer_id": null, "ticket_id": null, "status": "New", "disabled": false,
        "properties": {},
    }))
}
