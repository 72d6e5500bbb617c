//! `/_sandbox`: what tests and users do to any simulated vendor beside its API: faults, clock, requests, reset.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    clock::SandboxClock,
    fault::{Fault, Faults},
    request_log::Entry,
};

/// What its control routes need of a simulated vendor.
pub(crate) trait Controlled: Send + Sync + 'static {
    /// What goes wrong with it.
    fn faults(&self) -> &Faults;
    /// What tells it the time.
    fn clock(&self) -> &SandboxClock;
    /// How many requests there were, and those that are remembered.
    fn requests(&self) -> (u64, Vec<Entry>);
    /// Forgets everything but the clock.
    fn reset(&self);
}

/// An answer of a control route; the error says what to send instead.
pub(crate) type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

/// The routes that every vendor has.
pub(crate) fn router<S: Controlled>() -> Router<Arc<S>> {
    Router::new()
        .route("/_sandbox/reset", post(reset::<S>))
        .route(
            "/_sandbox/faults",
            get(list_faults::<S>).post(set_faults::<S>).delete(clear_faults::<S>),
        )
        .route("/_sandbox/clock", get(tell::<S>).post(advance::<S>))
        .route("/_sandbox/requests", get(requests::<S>))
}

/// The same routes in words, for the vendor's page about itself. `operation` is one of its own.
pub(crate) fn described(operation: &str) -> Vec<String> {
    let fault = json!([{
        "operation": operation,
        "action": { "kind": "status", "status": 503 },
        "count": 1,
    }]);
    vec![
        "POST /_sandbox/reset".to_owned(),
        format!("GET, POST or DELETE /_sandbox/faults {fault}"),
        "GET or POST /_sandbox/clock {\"advance_seconds\": 60}".to_owned(),
        "GET /_sandbox/requests".to_owned(),
    ]
}

/// Reads a JSON body whatever its content type says, so that a plain `curl -d` works.
pub(crate) fn read<T: DeserializeOwned>(
    body: &[u8],
    wanted: &str,
) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body)
        .map_err(|error| refuse(format!("the body is not {wanted} ({error})")))
}

/// A request that makes no sense.
pub(crate) fn refuse(message: impl Into<String>) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": message.into() })))
}

async fn reset<S: Controlled>(State(vendor): State<Arc<S>>) -> Json<Value> {
    vendor.reset();
    Json(json!({ "reset": true }))
}

async fn list_faults<S: Controlled>(State(vendor): State<Arc<S>>) -> Json<Value> {
    Json(json!({ "faults": vendor.faults().list() }))
}

/// Replaces all faults.
async fn set_faults<S: Controlled>(State(vendor): State<Arc<S>>, body: Bytes) -> Answer {
    let faults: Vec<Fault> = read(&body, "a list of faults; GET / shows one")?;
    vendor.faults().set(faults).map_err(|error| refuse(error.to_string()))?;
    Ok(Json(json!({ "faults": vendor.faults().list() })))
}

async fn clear_faults<S: Controlled>(State(vendor): State<Arc<S>>) -> Json<Value> {
    vendor.faults().clear();
    Json(json!({ "faults": [] }))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u32,
}

async fn tell<S: Controlled>(State(vendor): State<Arc<S>>) -> Json<Value> {
    Json(json!({ "now": vendor.clock().now() }))
}

async fn advance<S: Controlled>(State(vendor): State<Arc<S>>, body: Bytes) -> Answer {
    let Advance { advance_seconds } = read(&body, "{\"advance_seconds\": 60}")?;
    vendor.clock().advance(Duration::from_secs(advance_seconds.into()));
    Ok(Json(json!({ "now": vendor.clock().now() })))
}

async fn requests<S: Controlled>(State(vendor): State<Arc<S>>) -> Json<Value> {
    let (count, requests) = vendor.requests();
    Json(json!({ "count": count, "requests": requests }))
}
