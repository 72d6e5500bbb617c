//! `/customer_assets`: devices. What is said of their fields when they are made is lost; a change keeps it.

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

/// The key is not the path's last part (`facts/repairshopr.md` 2).
const LIST: List = List {
    noun: Noun::Asset,
    key: "assets",
    size: (50, 25),
    meta: Meta::WholeUndocumented,
    wrapper: None,
    filters: &[
        Filter::Is("customer_id", "customer_id"),
        Filter::Any("query", &["name", "asset_serial"]),
    ],
    hidden: &[],
};

const WRITABLE: [&str; 6] =
    ["name", "customer_id", "contact_id", "asset_type", "asset_serial", "properties"];

/// The types that the account has.
pub(crate) const TYPES: [&str; 4] = ["Server", "Workstation", "Laptop", "Network"];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let asset = account.find(Noun::Asset, call.id()?)?;
    Ok(Reply::Ok(json!({ "asset": asset })))
}

pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut asset = blank();
    adopt(&mut asset, &call.body, &WRITABLE[..5]);
    let named = text(&call.body, "asset_type_name");
    if !named.is_empty() {
        asset.insert("asset_type".to_owned(), json!(named));
    }
    let mut said = Vec::new();
    if text(&asset, "name").is_empty() {
        said.push("Name can't be blank");
    }
    let owner = number(&asset, "customer_id");
    if owner.is_none_or(|id| !account.rows(Noun::Customer).contains_key(&id)) {
        said.push("Customer can't be blank");
    }
    if !named.is_empty() && !TYPES.contains(&named) {
        said.push("Asset type must exist");
    }
    if !said.is_empty() {
        return Err(Refusal::messages(&said, &call.body));
    }
    asset.insert("created_at".to_owned(), call.written_now());
    asset.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::Asset, asset);
    Ok(Reply::Ok(json!({ "asset": account.find(Noun::Asset, id)? })))
}

pub(crate) fn update(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let asset = account.find_mut(Noun::Asset, call.id()?)?;
    adopt(asset, &call.body, &WRITABLE);
    asset.insert("updated_at".to_owned(), call.written_now());
    Ok(Reply::Ok(json!({ "asset": asset })))
}

/// An asset of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "name": "", "customer_id": null, "contact_id": null, "created_at": null,
        "updated_at": null, "properties": {}, "asset_type": null, "asset_serial": null,
        "external_rmm_link": null, "rmm_links": [],
    }))
}
