//! `/me`, `/settings`, `/tickets/settings`, `/users` and `/callerid`: the account itself.

use serde_json::json;

use super::{assets::TYPES, comments::API_USER};
use crate::repairshopr::{account::Account, call::Call, refusal::Refusal, reply::Reply};

/// The words of this account for where a ticket stands.
pub(crate) const TICKET_STATUSES: [&str; 8] = [
    "New",
    "In Progress",
    "Resolved",
    "Invoiced",
    "Waiting for Parts",
    "Waiting on Customer",
    "Scheduled",
    "Customer Reply",
];

/// The words of this account for kinds of problems.
pub(crate) const PROBLEM_TYPES: [&str; 5] =
    ["Hardware", "Network", "Software", "Contract Work", "Other"];

/// The users of this account.
const USERS: [(u64, &str); 3] = [(API_USER, "Robin Desk"), (2, "Kim Bench"), (3, "Sasha Field")];

/// Repeats the key.
pub(crate) fn me(_: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let may = |part: &str| call.key.may(&format!("{part} - List/Search"));
    Ok(Reply::Ok(json!({
        "user_token": call.key.token,
        "user_email": "robin@shop.example.com",
        "user_name": USERS[0].1,
        "user_id": API_USER,
        "admin": call.key.is_unbound(),
        "can_use_app": true,
        "two_factor_required": false,
        "subdomain": call.subdomain,
        "default_location": null,
        "enable_multi_locations": false,
        "locations_allowed": [],
        "permissions": {
            "asset": call.key.may("Assets - List"),
            "customer": may("Customers"),
            "ticket": may("Tickets"),
            "invoice": call.key.may("Invoices - List"),
            "payment": call.key.may("Payments - List"),
            "worksheet": false,
            "script": false,
        },
    })))
}

pub(crate) fn settings(_: &mut Account, _: &Call) -> Result<Reply, Refusal> {
    let types: Vec<_> = TYPES.iter().zip(1..).map(|(name, id)| json!([id, name])).collect();
    Ok(Reply::Ok(json!({
        "locale": { "time_zone": "Pacific Time (US & Canada)", "currency": "USD" },
        "customers": {
            "customer_fields": [
                { "id": 1, "name": "Agreement End", "field_type": "date_field" },
                { "id": 2, "name": "# of PCs / Macs ", "field_type": "text_field" },
            ],
            "customer_field_answers": [],
        },
        "assets": { "asset_types": types, "asset_type_fields": [] },
        "ticket": {
            "problem_types": PROBLEM_TYPES,
            "priorities": ["0 Urgent", "1 High", "2 Normal", "3 Low"],
        },
    })))
}

pub(crate) fn ticket_settings(_: &mut Account, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!({
        "ticket_status_list": TICKET_STATUSES,
        "ticket_types": [{ "id": 1, "name": "Default" }],
        "users": USERS,
    })))
}

/// Pairs instead of records.
pub(crate) fn users(_: &mut Account, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!({ "users": USERS })))
}

/// A text that is no JSON.
pub(crate) fn caller_id(_: &mut Account, _: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Text("Disabled"))
}
