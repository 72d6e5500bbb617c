//! `/estimates`: offers. Their refusals are bare fields, each with its list.

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

/// `since_updated_at` is ignored.
const LIST: List = List {
    noun: Noun::Estimate,
    key: "estimates",
    size: (25, 50),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[Filter::Is("status", "status")],
    hidden: &[],
};

const WRITABLE: [&str; 6] = ["customer_id", "name", "number", "date", "ticket_id", "status"];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let estimate = account.find_numbered(Noun::Estimate, call.id()?)?;
    Ok(Reply::Ok(json!({ "estimate": estimate })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut estimate = blank();
    adopt(&mut estimate, &call.body, &WRITABLE);
    let mut said = Vec::new();
    let customer = number(&estimate, "customer_id");
    if customer.is_none_or(|id| !account.rows(Noun::Customer).contains_key(&id)) {
        said.push(("customer_id", "can't be blank"));
    }
    if text(&estimate, "date").is_empty() {
        said.push(("date", "can't be blank"));
    }
    if !said.is_empty() {
        return Err(Refusal::fields(&said));
    }
    estimate.insert("created_at".to_owned(), call.written_now());
    estimate.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Estimate, estimate);
    let estimate = account.find(Noun::Estimate, id)?.clone();
    account.changed(Noun::Estimate.change(&estimate, "was created"));
    Ok(Reply::Ok(json!({ "estimate": estimate })))
}

/// An estimate of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "customer_id": null, "customer_business_then_name": "", "number": null, "name": null,
        "status": "Draft", "created_at": null, "updated_at": null, "date": null,
        "subtotal": "0.0", "total": "0.0", "tax": "0.0", "ticket_id": null, "pdf_url": null,
        "location_id": null, "invoice_id": null, "employee": null,
    }))
}
