//! `GET /healthz` and `GET /readyz`: is the process alive, and can it keep events.

use axum::{Json, extract::State, http::StatusCode};
use domain::Storage;
use serde_json::{Value, json};

/// The process answers.
pub(crate) async fn alive() -> Json<Value> {
    std::future::ready(Json(json!({ "status": "ok" }))).await
}

/// The store can be read; otherwise 503 with what to do.
pub(crate) async fn ready<S: Storage>(State(store): State<S>) -> (StatusCode, Json<Value>) {
    let cursors =
        async { Ok((store.last().await?, store.projected().await?, store.decided().await?)) };
    let read: Result<_, domain::StorageError> = cursors.await;
    match read {
        Ok((journaled, projected, decided)) => {
            let cursors = json!({
                "status": "ok", "journaled": journaled, "projected": projected, "decided": decided,
            });
            (StatusCode::OK, Json(cursors))
        }
        Err(error) => {
            let problem = json!({ "status": "unready", "error": error.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(problem))
        }
    }
}
