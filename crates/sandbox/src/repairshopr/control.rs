//! `/_sandbox` of the simulated RepairShopr: keys, notifications and the outbox, beside what every vendor has.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    door::{Shared, serve},
    notices::NoticeOptions,
    nouns::Noun,
    operation,
};
use crate::control::{self, Answer, read, refuse};

/// Larger bodies are refused by the HTTP library.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The API and its controls.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/_sandbox/keys", post(add_key))
        .route("/_sandbox/subscription", put(subscribe))
        .route("/_sandbox/notices", get(list_notices).put(set_notices).post(notify))
        .route("/_sandbox/outbox", get(outbox))
        .merge(control::router())
        .fallback(serve)
        .method_not_allowed_fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut controls = control::described("customers.list");
    controls.extend(
        [
            "POST /_sandbox/keys {\"key\": \"T1\", \"permissions\": [\"Customers - List/Search\"]}",
            "PUT /_sandbox/subscription {\"url\": \"http://…/webhooks/repairshopr/TOKEN\"}",
            "GET /_sandbox/notices, PUT {\"repeat\": 2, \"delay_milliseconds\": 0}, \
             POST {\"kind\": \"tickets\", \"id\": 30000001}",
            "GET /_sandbox/outbox",
        ]
        .map(str::to_owned),
    );
    let permissions: BTreeMap<_, _> =
        operation::all().map(|operation| (operation.name, operation.permission)).collect();
    Json(json!({
        "name": "Highwire sandbox: RepairShopr",
        "simulates": "one account under /api/v1",
        "subdomain": shared.settings.subdomain,
        "operations": permissions,
        "controls": controls,
    }))
}

#[derive(Deserialize)]
struct NewKey {
    key: String,
    permissions: Vec<String>,
}

async fn add_key(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let NewKey { key, permissions } =
        read(&body, "{\"key\": \"T1\", \"permissions\": [\"Tickets - View\"]}")?;
    let unknown = permissions.iter().find(|wanted| {
        !operation::all().any(|operation| operation.permission == Some(wanted.as_str()))
    });
    if let Some(unknown) = unknown {
        return Err(refuse(format!("`{unknown}` is no permission; GET / lists them")));
    }
    let permissions: Vec<&str> = permissions.iter().map(String::as_str).collect();
    shared.state().keys.allow(&key, &permissions);
    Ok(Json(json!({ "key": key, "permissions": permissions })))
}

#[derive(Deserialize)]
struct Subscription {
    url: String,
}

async fn subscribe(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let Subscription { url } = read(&body, "{\"url\": \"http://…\"}")?;
    shared.state().notices.subscribe(&url);
    Ok(Json(json!({ "url": url })))
}

async fn list_notices(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.state();
    Json(json!({ "options": state.notices.options, "sent": state.notices.sent() }))
}

async fn set_notices(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let options: NoticeOptions = read(&body, "{\"repeat\": 1, \"delay_milliseconds\": 0}")?;
    shared.state().notices.options = options;
    Ok(Json(json!({ "options": options })))
}

#[derive(Deserialize)]
struct Wanted {
    kind: String,
    id: u64,
}

/// Tells of a record that did not change.
async fn notify(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let Wanted { kind, id } = read(&body, "{\"kind\": \"tickets\", \"id\": 30000001}")?;
    let noun = Noun::of_path(&kind).ok_or_else(|| {
        refuse("choose a kind of customers, tickets, invoices, estimates, contracts or leads")
    })?;
    let state = shared.state();
    let found = state.account.find(noun, id);
    let record = found.map_err(|_| refuse(format!("there is no {id} among the {kind}")))?;
    state.notices.tell(&shared.settings.subdomain, &noun.change(record, "was updated"));
    Ok(Json(json!({ "queued": true })))
}

async fn outbox(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "outbox": shared.state().account.outbox }))
}
