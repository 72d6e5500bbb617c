//! `/_sandbox`: what tests and users do to the simulated Notion beside its API.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    door::{Shared, serve},
    ids::Uuid,
    version::Version,
    webhook::WebhookOptions,
    workspace::Workspace,
};
use crate::fault::Fault;

/// The API refuses more than 500 KB itself, in its own words.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

/// The API and its controls.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/faults", get(list_faults).post(set_faults).delete(clear_faults))
        .route("/_sandbox/clock", get(tell).post(advance))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/pages", get(list_pages))
        .route("/_sandbox/acts", post(act))
        .route("/_sandbox/webhooks", get(list_webhooks).post(subscribe))
        .fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

fn refuse(status: StatusCode, message: String) -> (StatusCode, Json<Value>) {
    (status, Json(json!({ "error": message })))
}

/// Reads a JSON body whatever its content type says, so that a plain `curl -d` works.
fn read<T: DeserializeOwned>(body: &[u8], wanted: &str) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is not {wanted} ({error})");
        refuse(StatusCode::BAD_REQUEST, message)
    })
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let shared_page = shared.state().workspace.shared_page.to_string();
    Json(json!({
        "name": "Highwire sandbox: Notion",
        "simulates": "databases, data sources, pages, blocks, search and users under /v1",
        "versions": ["2026-03-11", "2025-09-03", "2022-06-28 (users, pages and blocks only)"],
        "parent_page_id": shared_page,
        "controls": [
            "POST /_sandbox/reset",
            "GET, POST or DELETE /_sandbox/faults \
             [{\"operation\": \"pages.create\", \"action\": {\"kind\": \"status\", \"status\": 503, \"committed\": true}, \"count\": 1}]",
            "GET or POST /_sandbox/clock {\"advance_seconds\": 60}",
            "GET /_sandbox/requests",
            "GET /_sandbox/pages?data_source=ID",
            "POST /_sandbox/acts {\"method\": \"PATCH\", \"path\": \"/v1/pages/ID\", \"body\": {}}, \
             as a person does it in the application",
            "GET or POST /_sandbox/webhooks {\"url\": \"http://127.0.0.1:8080/webhooks/notion/ID\"}",
        ],
    }))
}

async fn reset(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.reset();
    Json(json!({ "reset": true }))
}

async fn list_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "faults": shared.faults.list() }))
}

/// Replaces all faults.
async fn set_faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let faults: Vec<Fault> = read(&body, "a list of faults; GET / shows one")?;
    let set = shared.faults.set(faults);
    set.map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(Json(json!({ "faults": shared.faults.list() })))
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.faults.clear();
    Json(json!({ "faults": [] }))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u32,
}

async fn tell(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "now": shared.clock.now() }))
}

async fn advance(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let Advance { advance_seconds } = read(&body, "{\"advance_seconds\": 60}")?;
    let by = Duration::from_secs(advance_seconds.into());
    shared.clock.advance(by);
    Ok(Json(json!({ "now": shared.clock.now() })))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.state();
    Json(json!({ "count": state.log.count(), "requests": state.log.latest() }))
}

#[derive(Deserialize)]
struct PagesQuery {
    data_source: String,
}

async fn list_pages(State(shared): State<Arc<Shared>>, Query(query): Query<PagesQuery>) -> Answer {
    let pages = all_rows(&shared.state().workspace, &query.data_source);
    let unknown = || {
        let message = format!("there is no data source {}", query.data_source);
        refuse(StatusCode::NOT_FOUND, message)
    };
    Ok(Json(json!({ "pages": pages.ok_or_else(unknown)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActBody {
    method: String,
    path: String,
    #[serde(default)]
    body: Value,
}

async fn act(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let ActBody { method, path, body } =
        read(&body, "{\"method\": \"PATCH\", \"path\": \"/v1/pages/ID\", \"body\": {}}")?;
    let body = if body.is_null() { json!({}) } else { body };
    let answer = shared.act(&method, &path, &body);
    let status = |status| StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let answer = answer.map_err(|refusal| refuse(status(refusal.status), refusal.message))?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscribeBody {
    url: String,
    #[serde(default)]
    options: WebhookOptions,
}

async fn subscribe(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let wanted = "{\"url\": \"http://127.0.0.1:8080/webhooks/notion/ID\"}";
    let SubscribeBody { url, options } = read(&body, wanted)?;
    let token = shared.state().webhooks.subscribe(&url, options);
    Ok(Json(json!({ "verification_token": token })))
}

async fn list_webhooks(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "webhooks": shared.state().webhooks.sent() }))
}

/// Every row of a data source in the order of creation, those in the trash too.
pub(crate) fn all_rows(workspace: &Workspace, data_source: &str) -> Option<Vec<Value>> {
    let source = workspace.sources.get(&Uuid::parse(data_source)?)?;
    let pages = source.rows.iter().filter_map(|id| workspace.pages.get(id));
    let shown = pages.map(|page| page.render(Version::V2026_03_11, &source.schema, None));
    Some(shown.collect())
}
