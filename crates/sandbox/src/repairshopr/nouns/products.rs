//! `/products`: things to sell, without a time of their change. A change that leaves out a flag takes it away.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{adopt, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Product,
    key: "products",
    size: (20, 25),
    meta: Meta::Nothing,
    wrapper: None,
    filters: &[
        Filter::Ids,
        Filter::Is("sku", "sku"),
        Filter::Like("name", "name"),
        Filter::Any("query", &["name", "sku", "description"]),
    ],
    hidden: &[],
};

const WRITABLE: [&str; 6] =
    ["name", "description", "sku", "price_retail", "price_cost", "maintain_stock"];

/// The flags that a request has to name to keep.
const FLAGS: [&str; 2] = ["maintain_stock", "taxable"];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let id = call.id()?;
    let mut product = account.find(Noun::Product, id)?.clone();
    let sku = text(&call.body, "sku");
    let is_taken = account
        .rows(Noun::Product)
        .iter()
        .any(|(other, row)| *other != id && !sku.is_empty() && text(row, "sku") == sku);
    if is_taken {
        return Err(Refusal::product("Sku has already been taken"));
    }
    for flag in FLAGS {
        product.insert(flag.to_owned(), json!(false));
    }
    adopt(&mut product, &call.body, &WRITABLE);
    account.put(Noun::Product, id, product.clone());
    Ok(Reply::Ok(json!({ "product": product })))
}
