//! `/customers`: companies and persons. E-mail addresses are unique, phone numbers lose their punctuation.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, digits, record, text},
    refusal::Refusal,
    reply::Reply,
};

/// `since_updated_at` is documented nowhere, and ignored (`facts/repairshopr.md` 3.1).
const LIST: List = List {
    noun: Noun::Customer,
    key: "customers",
    size: (100, 25),
    meta: Meta::Whole,
    wrapper: None,
    filters: &[
        Filter::Any(
            "query",
            &["firstname", "lastname", "business_name", "email", "phone", "mobile"],
        ),
        Filter::Like("firstname", "firstname"),
        Filter::Like("lastname", "lastname"),
        Filter::Like("business_name", "business_name"),
        Filter::Is("email", "email"),
        Filter::Ids,
        Filter::Enabled,
    ],
    hidden: &[],
};

/// What a request may set.
const WRITABLE: [&str; 24] = [
    "business_name",
    "firstname",
    "lastname",
    "email",
    "phone",
    "mobile",
    "address",
    "address_2",
    "city",
    "state",
    "zip",
    "notes",
    "get_sms",
    "opt_out",
    "no_email",
    "disabled",
    "ref_customer_id",
    "referred_by",
    "tax_rate_id",
    "notification_email",
    "invoice_cc_emails",
    "invoice_term_id",
    "properties",
    "consent",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let customer = account.find(Noun::Customer, call.id()?)?;
    Ok(Reply::Ok(json!({ "customer": customer })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut customer = blank();
    adopt(&mut customer, &call.body, &WRITABLE);
    check(account, &customer, None, call)?;
    customer.insert("created_at".to_owned(), call.written_now());
    finish(&mut customer, call);
    let id = account.add(Noun::Customer, customer);
    let customer = account.find(Noun::Customer, id)?.clone();
    account.changed(Noun::Customer.change(&customer, "was created"));
    Ok(Reply::Ok(json!({ "customer": customer })))
}

/// What the request leaves out stays as it is, flags too.
pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    let mut customer = account.find(Noun::Customer, id)?.clone();
    adopt(&mut customer, &call.body, &WRITABLE);
    check(account, &customer, Some(id), call)?;
    finish(&mut customer, call);
    account.put(Noun::Customer, id, customer.clone());
    Ok(Reply::Ok(json!({ "customer": customer })))
}

pub(crate) fn delete(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    account.remove(Noun::Customer, call.id()?)?;
    Ok(Reply::Ok(json!({ "message": "Customer was deleted from the system." })))
}

/// A customer of whom nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "firstname": "", "lastname": "", "fullname": "", "business_name": null, "email": null,
        "phone": null, "mobile": null, "created_at": null, "updated_at": null, "pdf_url": null,
        "address": null, "address_2": null, "city": null, "state": null, "zip": null,
        "latitude": null, "longitude": null, "notes": null, "get_sms": true, "opt_out": false,
        "disabled": false, "no_email": false, "location_name": null, "location_id": null,
        "properties": {}, "online_profile_url": null, "tax_rate_id": null,
        "notification_email": null, "invoice_cc_emails": null, "invoice_term_id": null,
        "referred_by": null, "ref_customer_id": null, "business_and_full_name": "",
        "business_then_name": "", "contacts": [],
    }))
}

/// The names that follow from the others, the digits of the numbers, and the moment.
fn finish(customer: &mut Record, call: &Call) {
    name(customer);
    for member in ["phone", "mobile"] {
        let kept = digits(text(customer, member));
        let kept = if kept.is_empty() { Value::Null } else { json!(kept) };
        customer.insert(member.to_owned(), kept);
    }
    customer.insert("updated_at".to_owned(), call.written_now());
}

/// The names that follow from the others.
pub(crate) fn name(customer: &mut Record) {
    let full = format!("{} {}", text(customer, "firstname"), text(customer, "lastname"));
    let full = full.trim().to_owned();
    let business = text(customer, "business_name").to_owned();
    let both = match (business.is_empty(), full.is_empty()) {
        (true, _) => full.clone(),
        (false, true) => business.clone(),
        (false, false) => format!("{business} - {full}"),
    };
    let either = if business.is_empty() { full.clone() } else { business };
    customer.insert("fullname".to_owned(), json!(if full.is_empty() { &either } else { &full }));
    customer.insert("business_and_full_name".to_owned(), json!(both));
    customer.insert("business_then_name".to_owned(), json!(either));
}

fn check(
    account: &Account,
    customer: &Record,
    own: Option<u64>,
    call: &Call,
) -> Result<(), Refusal> {
    let mut said = Vec::new();
    let is_named = ["firstname", "lastname", "business_name"]
        .iter()
        .any(|member| !text(customer, member).trim().is_empty());
    if !is_named {
        said.push("Firstname can't be blank");
    }
    let email = text(customer, "email").to_lowercase();
    let is_taken = account.rows(Noun::Customer).iter().any(|(id, other)| {
        Some(*id) != own && !email.is_empty() && text(other, "email").to_lowercase() == email
    });
    if is_taken {
        said.push("Email has already been taken");
    }
    match said.is_empty() {
        true => Ok(()),
        false => Err(Refusal::messages(&said, &call.body)),
    }
}
