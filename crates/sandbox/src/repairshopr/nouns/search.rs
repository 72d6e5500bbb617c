//! `/search`: finds customers and tickets, each in four envelopes.

use serde_json::{Value, json};

use crate::repairshopr::{
    account::Account,
    call::Call,
    nouns::Noun,
    record::{Record, text},
    refusal::Refusal,
    reply::Reply,
};

/// How many it finds at most.
const MOST: usize = 25;

pub(crate) fn search(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let wanted = call.parameter("query").unwrap_or_default().to_lowercase();
    let found = |noun: Noun, kind: &'static str, members: &'static [&'static str]| {
        let wanted = wanted.clone();
        let is_meant = move |row: &&Record| {
            members.iter().any(|member| text(row, member).to_lowercase().contains(&wanted))
        };
        let rows = account.rows(noun).values().filter(is_meant);
        rows.map(move |row| result(kind, row)).take(MOST).collect::<Vec<_>>()
    };
    let mut results = found(Noun::Customer, "customer", &["fullname", "business_name", "email"]);
    results.extend(found(Noun::Ticket, "ticket", &["subject"]));
    results.truncate(MOST);
    Ok(Reply::Ok(json!({ "quick_result": null, "results": results, "error": null })))
}

fn result(kind: &str, row: &Record) -> Value {
    json!({ "table": {
        "_id": row.get("id"), "_type": kind, "_index": format!("{kind}s"),
        "_source": { "table": row },
    } })
}
