//! `/rmm_alerts`: alerts of machines. To delete one is to resolve it, and it can be read after that.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, List, Meta},
    nouns::Noun,
    record::{Record, adopt, flag, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::RmmAlert,
    key: "rmm_alerts",
    size: (25, 25),
    meta: Meta::Pages,
    wrapper: None,
    filters: &[],
    hidden: &[],
};

const WRITABLE: [&str; 5] =
    ["customer_id", "asset_id", "description", "computer_name", "properties"];

/// The active ones, unless `status` asks for `resolved` or `all`.
pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let wanted = call.parameter("status").unwrap_or("active");
    let rows = account.rows(Noun::RmmAlert).values();
    let shown = rows.filter(|alert| match wanted {
        "all" => true,
        "resolved" => flag(alert, "resolved"),
        _ => !flag(alert, "resolved"),
    });
    let mut shown: Vec<&Record> = shown.collect();
    shown.reverse();
    Ok(list::page(&LIST, &shown, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!({ "rmm_alert": account.find(Noun::RmmAlert, call.id()?)? })))
}

/// In another wrapper than when it is read.
pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut alert = blank();
    adopt(&mut alert, &call.body, &WRITABLE);
    if text(&alert, "description").is_empty() {
        return Err(Refusal::messages(&["Description can't be blank"], &call.body));
    }
    alert.insert("created_at".to_owned(), call.written_now());
    alert.insert("updated_at".to_owned(), call.written_now());
    let id = account.add(Noun::RmmAlert, alert);
    Ok(Reply::Ok(json!({ "success": true, "alert": account.find(Noun::RmmAlert, id)? })))
}

/// The success is a text.
pub(crate) fn resolve(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let alert = account.find_mut(Noun::RmmAlert, call.id()?)?;
    alert.insert("resolved".to_owned(), Value::Bool(true));
    alert.insert("status".to_owned(), json!("resolved"));
    alert.insert("updated_at".to_owned(), call.written_now());
    Ok(Reply::Ok(json!({ "success": "true" })))
}

/// An alert of which nothing is known.
pub(crate) fn blank() -> Record {
    record(json!({
        "customer_id": null, "ticket_number": null, "ticket_status": null, "computer_name": null,
        "properties": {}, "resolved": false, "check_id": null, "status": "active",
        "formatted_output": null, "description": "", "asset_id": null, "created_at": null,
        "updated_at": null,
    }))
}
