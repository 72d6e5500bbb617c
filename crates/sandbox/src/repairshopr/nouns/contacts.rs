//! `/contacts`: persons below customers, always flat. A title is written beside the fields and read among them.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, number, record},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Contact,
    key: "contacts",
    size: (50, 25),
    meta: Meta::Whole,
    wrapper: None,
    filters: &[Filter::Is("customer_id", "customer_id")],
    hidden: &[],
};

const WRITABLE: [&str; 14] = [
    "customer_id",
    "name",
    "address1",
    "address2",
    "city",
    "state",
    "zip",
    "email",
    "phone",
    "mobile",
    "extension",
    "notes",
    "opt_out",
    "properties",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!(account.find(Noun::Contact, call.id()?)?)))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut contact = blank();
    take(&mut contact, &call.body);
    let customer = number(&contact, "customer_id");
    let known = customer.filter(|id| account.rows(Noun::Customer).contains_key(id));
    let Some(customer) = known else {
        return Err(Refusal::record(&["Customer can't be blank"], &contact));
    };
    contact.insert("created_at".to_owned(), call.written_now());
    contact.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Contact, contact);
    show_below(account, customer);
    Ok(Reply::Ok(json!(account.find(Noun::Contact, id)?)))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    let contact = account.find_mut(Noun::Contact, id)?;
    take(contact, &call.body);
    contact.insert("updated_at".to_owned(), call.written_now());
    let contact = contact.clone();
    show_below(account, number(&contact, "customer_id").unwrap_or_default());
    Ok(Reply::Ok(Value::Object(contact)))
}

pub(crate) fn delete(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let contact = account.remove(Noun::Contact, call.id()?)?;
    show_below(account, number(&contact, "customer_id").unwrap_or_default());
    Ok(Reply::Ok(json!({ "message": "Contact was deleted." })))
}

/// A contact of whom nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "name": null, "address1": null, "address2": null, "city": null, "state": null,
        "zip": null, "email": null, "phone": null, "mobile": null, "extension": null,
        "latitude": null, "longitude": null, "customer_id": null, "account_id": 1, "notes": null,
        "created_at": null, "updated_at": null, "vendor_id": null, "properties": {},
        "opt_out": false,
    }))
}

/// Shows the contacts of a customer in the customer's record.
pub(crate) fn show_below(account: &mut Account, customer: u64) {
    let contacts: Vec<Record> = account
        .rows(Noun::Contact)
        .values()
        .filter(|contact| number(contact, "customer_id") == Some(customer))
        .cloned()
        .collect();
    if let Ok(customer) = account.find_mut(Noun::Customer, customer) {
        customer.insert("contacts".to_owned(), json!(contacts));
    }
}

fn take(contact: &mut Record, body: &Record) {
    adopt(contact, body, &WRITABLE);
    let title = body.get("title").cloned();
    let fields = contact.get_mut("properties").and_then(Value::as_object_mut);
    if let (Some(title), Some(fields)) = (title, fields) {
        fields.insert("title".to_owned(), title);
    }
}
