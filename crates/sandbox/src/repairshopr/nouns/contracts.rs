//! `/contracts`: agreements, always flat. One that was deleted is `null` with 200.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, List, Meta},
    nouns::Noun,
    record::{Record, adopt, number, record},
    refusal::Refusal,
    reply::Reply,
};

/// No filter at all.
const LIST: List = List {
    noun: Noun::Contract,
    key: "contracts",
    size: (50, 50),
    meta: Meta::Whole,
    wrapper: None,
    filters: &[],
    hidden: &[],
};

const WRITABLE: [&str; 11] = [
    "customer_id",
    "name",
    "contract_amount",
    "start_date",
    "end_date",
    "primary_contact",
    "description",
    "status",
    "likelihood",
    "apply_to_all",
    "sla_id",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!(account.find(Noun::Contract, call.id()?).ok())))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut contract = blank();
    adopt(&mut contract, &call.body, &WRITABLE);
    let customer = number(&contract, "customer_id");
    if customer.is_none_or(|id| !account.rows(Noun::Customer).contains_key(&id)) {
        return Err(Refusal::record(&["Customer can't be blank"], &contract));
    }
    contract.insert("created_at".to_owned(), call.written_now());
    contract.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Contract, contract);
    let contract = account.find(Noun::Contract, id)?.clone();
    account.changed(Noun::Contract.change(&contract, "was created"));
    Ok(Reply::Ok(Value::Object(contract)))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let contract = account.find_mut(Noun::Contract, call.id()?)?;
    adopt(contract, &call.body, &WRITABLE);
    contract.insert("updated_at".to_owned(), call.written_now());
    Ok(Reply::Ok(json!(contract)))
}

pub(crate) fn delete(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    account.remove(Noun::Contract, call.id()?)?;
    Ok(Reply::Ok(json!({ "message": "Contract was deleted." })))
}

/// A contract of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "account_id": 1, "customer_id": null, "name": null, "contract_amount": null,
        "start_date": null, "end_date": null, "primary_contact": null, "description": null,
        "created_at": null, "updated_at": null, "status": null, "likelihood": null,
        "apply_to_all": false, "sla_id": null,
    }))
}
