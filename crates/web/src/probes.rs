//! `GET /healthz` and `GET /readyz`: is the process alive, and can it keep events.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::Storage;
use serde_json::{Value, json};

use crate::Health;

/// The process answers.
pub(crate) async fn alive() -> Json<Value> {
    std::future::ready(Json(json!({ "status": "ok" }))).await
}

/// Events can be kept, and the store can be read; otherwise 503 with the reasons and what to do.
pub(crate) async fn ready<S: Storage>(State((health, store)): State<(Health, S)>) -> Response {
    let cursors =
        async { Ok((store.last().await?, store.projected().await?, store.decided().await?)) };
    let read: Result<_, domain::StorageError> = cursors.await;
    match read {
        Ok((journaled, projected, decided)) if health.is_ready() => {
            let cursors = json!({
                "status": "ok", "journaled": journaled, "projected": projected, "decided": decided,
            });
            Json(cursors).into_response()
        }
        Ok(_) => unready(&health, None),
        Err(error) => unready(&health, Some(&error.to_string())),
    }
}

/// 503 with every reason.
pub(crate) fn unready(health: &Health, error: Option<&str>) -> Response {
    let reasons: Vec<_> = health
        .reasons()
        .into_iter()
        .map(|reason| json!({ "reason": reason.name(), "hint": reason.hint() }))
        .collect();
    let problem = json!({ "status": "unready", "reasons": reasons, "error": error });
    (StatusCode::SERVICE_UNAVAILABLE, Json(problem)).into_response()
}
