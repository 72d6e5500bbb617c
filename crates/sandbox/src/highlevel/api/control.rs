//! `/_sandbox` for the API: faults, requests, more tokens, and taking the app off.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use highlevel::catalogue;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{door::Api, oauth, refusal::Refusal, route, seed::private_token, token::Class};
use crate::fault::Fault;

/// How a fault names the requests whose path is none of the API's.
const UNKNOWN: &str = "unknown";

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(crate) fn router<S: Clone + Send + Sync + 'static>(api: Arc<Api>) -> Router<S> {
    Router::new()
        .route("/_sandbox/faults", get(list_faults).post(set_faults).delete(clear_faults))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/tokens", post(add_token))
        .route("/_sandbox/uninstall", post(uninstall))
        .with_state(api)
}

/// Whether an operation of this name can be given a fault: one that is served, or any of HighLevel's.
///
/// # Errors
/// What to name instead.
pub(crate) fn check_operation(name: &str) -> Result<(), String> {
    let served = || route::all().any(|served| served == name);
    if name == UNKNOWN || served() || catalogue::operation(name).is_some() {
        return Ok(());
    }
    Err(match catalogue::nearest(name) {
        Some(nearest) => format!("did you mean `{}`?", nearest.id()),
        None => "GET / lists the operations".to_owned(),
    })
}

/// Reads a JSON body whatever its content type says, so that a plain `curl -d` works.
fn read<T: DeserializeOwned>(body: &[u8], wanted: &str) -> Result<T, (StatusCode, Json<Value>)> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| refuse(&format!("the body is not {wanted} ({error})")))
}

fn refuse(message: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(Refusal::bad_request(message).into_body()))
}

async fn list_faults(State(api): State<Arc<Api>>) -> Json<Value> {
    Json(json!({ "faults": api.faults.list() }))
}

/// Replaces all faults.
async fn set_faults(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted = "a list of faults; GET / shows one of every kind under `faults`";
    let faults: Vec<Fault> = read(&body, wanted)?;
    api.faults.set(faults).map_err(|error| refuse(&error.to_string()))?;
    Ok(Json(json!({ "faults": api.faults.list() })))
}

async fn clear_faults(State(api): State<Arc<Api>>) -> Json<Value> {
    api.faults.clear();
    Json(json!({ "faults": [] }))
}

#[derive(Deserialize)]
struct Which {
    /// All of them where absent.
    operation: Option<String>,
}

/// What was asked; `count` is of all requests ever.
async fn requests(State(api): State<Arc<Api>>, Query(which): Query<Which>) -> Answer {
    if let Some(name) = &which.operation {
        let unknown = |hint| refuse(&format!("no requests of the operation `{name}`: {hint}"));
        check_operation(name).map_err(unknown)?;
    }
    let state = api.state();
    let (count, mut latest) = (state.log.count(), state.log.latest());
    drop(state);
    if let Some(name) = which.operation.as_deref() {
        latest.retain(|entry| entry.operation.unwrap_or(UNKNOWN) == name);
    }
    Ok(Json(json!({ "count": count, "requests": latest })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The main location's where absent; of the agency where `agency` is set.
    location_id: Option<String>,
    #[serde(default)]
    agency: bool,
    /// All scopes where absent.
    scopes: Option<Vec<String>>,
}

/// Makes a private token with these scopes.
async fn add_token(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Wanted = read(&body, "{\"location_id\": …, \"agency\": false, \"scopes\": […]}")?;
    let mut state = api.state();
    let world = &mut state.world;
    let location = wanted.location_id.unwrap_or_else(|| world.main_location.clone());
    if !world.accounts.contains_key(&location) {
        return Err(refuse("the location is unknown; GET / tells the locations"));
    }
    let (class, location) = match wanted.agency {
        true => (Class::PrivateAgency, None),
        false => (Class::PrivateLocation, Some(location)),
    };
    let text = format!("pit-{}", world.ids.uuid());
    let token = private_token(world, class, location, wanted.scopes.map(Into::into));
    world.tokens.add(&text, token);
    Ok(Json(json!({ "token": text })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uninstalled {
    /// The whole company where absent.
    location_id: Option<String>,
}

/// Takes the app off: its tokens die and UNINSTALL is told.
async fn uninstall(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Uninstalled = read(&body, "{\"location_id\": …}")?;
    let mut state = api.state();
    oauth::uninstall(&mut state.world, wanted.location_id.as_deref());
    let events = state.world.take_events();
    drop(state);
    api.send(events);
    Ok(Json(json!({ "uninstalled": true })))
}
