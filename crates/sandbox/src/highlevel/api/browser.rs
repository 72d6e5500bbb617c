//! `GET /workflow/{locationId}/list`: the list that HighLevel's own application reads, for whoever sends what a browser sends there.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{account::Account, door::Api};
use crate::request_log::Entry;

/// What the one browser that is signed in sends as its token.
pub(crate) const TOKEN: &str = "eyJzYW5kYm94IjoiYnJvd3NlciJ9.simulated.of-a-person";

/// The folder in which half of the workflows are.
const FOLDER: &str = "folder-of-the-sandbox";

/// The headers that a browser sends beside its token; none where any value will do.
const HEADERS: [(&str, Option<&str>); 4] =
    [("source", Some("WEB_USER")), ("channel", Some("APP")), ("origin", None), ("referer", None)];

pub(crate) fn router<S: Clone + Send + Sync + 'static>(api: Arc<Api>) -> Router<S> {
    Router::new().route("/workflow/{location}/list", get(list)).with_state(api)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    parent_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

async fn list(
    State(api): State<Arc<Api>>,
    Path(location): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> (StatusCode, Json<Value>) {
    let (status, body) = answer(&api, &location, &wanted, &headers);
    let entry = Entry {
        method: Method::GET.to_string(),
        path: format!("/workflow/{location}/list"),
        operation: None,
        status: Some(status.as_u16()),
        at: api.clock.now(),
    };
    api.state().log.push(entry);
    (status, Json(body))
}

fn answer(api: &Api, location: &str, wanted: &Wanted, headers: &HeaderMap) -> (StatusCode, Value) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_sent = |(name, value): &(&str, Option<&str>)| {
        header(name).is_some_and(|given| value.is_none_or(|value| value == given))
    };
    // The application knows browsers and no tokens of the API.
    let is_browser = header("token-id") == Some(TOKEN) && header("authorization").is_none();
    if !is_browser || !HEADERS.iter().all(is_sent) {
        return (StatusCode::UNAUTHORIZED, json!({ "msg": "Unauthorized" }));
    }
    let state = api.state();
    let Some(account) = state.world.accounts.get(location) else {
        return (StatusCode::NOT_FOUND, json!({ "msg": "Not found" }));
    };
    let rows = rows(account, location, wanted);
    let page = rows.iter().skip(wanted.offset.unwrap_or(0)).take(wanted.limit.unwrap_or(10));
    let page: Vec<_> = page.cloned().collect();
    (StatusCode::OK, json!({ "rows": page, "count": rows.len() }))
}

/// The rows of a folder: its folders first, then its workflows. Every second workflow is in one.
fn rows(account: &Account, location: &str, wanted: &Wanted) -> Vec<Value> {
    let folder = json!({
        "_id": FOLDER, "id": FOLDER, "name": "Campaigns", "type": "directory",
        "locationId": location, "parentId": null,
    });
    let workflows = account.workflows.iter().enumerate().map(|(index, workflow)| {
        let mut row = workflow.clone();
        row["_id"] = row["id"].clone();
        row["type"] = "workflow".into();
        row["parentId"] = if index % 2 == 1 { FOLDER.into() } else { Value::Null };
        row
    });
    let rows = std::iter::once(folder).chain(workflows);
    let parent = wanted.parent_id.as_deref().unwrap_or("root");
    let is_wanted = |row: &Value| match wanted.kind.as_deref() {
        Some(kind) => row["type"] == kind,
        None => row["parentId"].as_str().unwrap_or("root") == parent,
    };
    rows.filter(is_wanted).collect()
}
