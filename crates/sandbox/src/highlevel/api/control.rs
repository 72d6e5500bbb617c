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
use jiff::SignedDuration;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    app,
    door::Api,
    installations::{self, Installation},
    locations,
    refusal::Refusal,
    route,
    seed::{PRIVATE_APP, private_token},
    token::Class,
};
use crate::fault::Fault;

/// How a fault names the requests whose path is none of the API's.
const UNKNOWN: &str = "unknown";
/// How long a rotated private token lives on.
const ROTATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most locations that one storm installs the app on.
const MOST_LOCATIONS: usize = 10_000;

type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(crate) fn router<S: Clone + Send + Sync + 'static>(api: Arc<Api>) -> Router<S> {
    Router::new()
        .route("/_sandbox/faults", get(list_faults).post(set_faults).delete(clear_faults))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/tokens", post(add_token))
        .route("/_sandbox/tokens/rotate", post(rotate_token))
        .route("/_sandbox/install", post(install))
        .route("/_sandbox/uninstall", post(uninstall))
        .route("/_sandbox/suspend", post(suspend))
        .route("/_sandbox/spend", post(spend))
        .with_state(Arc::clone(&api))
        .merge(app::router(api))
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
pub(crate) fn read<T: DeserializeOwned>(
    body: &[u8],
    wanted: &str,
) -> Result<T, (StatusCode, Json<Value>)> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| refuse(&format!("the body is not {wanted} ({error})")))
}

pub(crate) fn refuse(message: &str) -> (StatusCode, Json<Value>) {
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
struct Rotated {
    token: String,
    /// Whether the old one dies at once instead of in seven days.
    #[serde(default)]
    now: bool,
}

/// Gives a private token a successor (`facts/highlevel.md` 2.1).
async fn rotate_token(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Rotated = read(&body, "{\"token\": \"pit-…\", \"now\": false}")?;
    let now = api.clock.now();
    let left = if wanted.now { SignedDuration::ZERO } else { ROTATION };
    let until = now.saturating_add(left).unwrap_or(now);
    let mut state = api.state();
    let text = format!("pit-{}", state.world.ids.uuid());
    match state.world.tokens.rotate(&wanted.token, &text, until) {
        true => Ok(Json(json!({ "token": text, "old_token_until": until }))),
        false => Err(refuse("the token is no private token of this sandbox; POST a known one")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Installed {
    /// How many locations get the app that do not have it; missing ones are made.
    #[serde(default)]
    locations: usize,
    /// Whether all are told at the same moment instead of one after the other.
    #[serde(default)]
    at_once: bool,
}

/// Puts the app on locations, as an agency's user does in bulk: INSTALL is told for each.
async fn install(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Installed = read(&body, "{\"locations\": 50}")?;
    if wanted.locations == 0 || wanted.locations > MOST_LOCATIONS {
        return Err(refuse(&format!("locations must be from 1 to {MOST_LOCATIONS}")));
    }
    let (installed, events) = add_locations(&api, wanted.locations);
    match wanted.at_once {
        true => send_at_once(&api, events).await,
        false => api.send(events),
    }
    Ok(Json(json!({ "installed": installed })))
}

/// The locations that got the app, and the webhooks that tell of it.
fn add_locations(api: &Api, count: usize) -> (Vec<String>, Vec<Value>) {
    let now = api.clock.now();
    let mut state = api.state();
    let world = &mut state.world;
    let lacking = world.accounts.keys().filter(|id| !world.grants.installed.contains_key(*id));
    let mut chosen: Vec<String> = lacking.take(count).cloned().collect();
    while chosen.len() < count {
        let name = format!("Branch {}", world.accounts.len() + 1);
        chosen.push(locations::add_blank(world, &name));
    }
    let installation = Installation { locations: chosen, company: false, by_user: true };
    installation.tell(world, now);
    let events = world.take_events();
    (installation.locations, events)
}

/// Sends webhooks all at the same moment, and waits until each was answered.
async fn send_at_once(api: &Arc<Api>, events: Vec<Value>) {
    let mut sending = JoinSet::new();
    for event in events {
        let sender = Arc::clone(&api.sender);
        sending.spawn(async move { sender.emit(&event.to_string(), "the installation").await });
    }
    while let Some(sent) = sending.join_next().await {
        if let Ok(Err(error)) = sent {
            tracing::debug!(%error, "webhook of an installation not sent");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suspended {
    location_id: String,
    #[serde(default = "yes")]
    suspended: bool,
}

fn yes() -> bool {
    true
}

/// Suspends a location, or takes it back: its tokens cannot be refreshed meanwhile.
async fn suspend(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Suspended = read(&body, "{\"location_id\": …, \"suspended\": true}")?;
    let mut state = api.state();
    let Some(account) = state.world.accounts.get_mut(&wanted.location_id) else {
        return Err(refuse("the location is unknown; GET / tells the locations"));
    };
    account.is_suspended = wanted.suspended;
    Ok(Json(json!({ "suspended": wanted.suspended })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    calls: u32,
    /// Again and again with this time between them, until the next POST; once where absent.
    every_milliseconds: Option<u32>,
    /// The main location's budget where absent; the company's where `agency` is set.
    location_id: Option<String>,
    #[serde(default)]
    agency: bool,
    /// Of the marketplace app's budget instead of the one that private tokens share.
    #[serde(default)]
    app: bool,
}

/// Spends requests of a budget, as somebody else with the same app does.
async fn spend(State(api): State<Arc<Api>>, body: Bytes) -> Answer {
    let wanted: Spent = read(&body, "{\"calls\": 30, \"every_milliseconds\": 10000}")?;
    let now = api.clock.now();
    let mut state = api.state();
    let state = &mut *state;
    let location = wanted.location_id.as_deref().unwrap_or(&state.world.main_location);
    if !state.world.accounts.contains_key(location) {
        return Err(refuse("the location is unknown; GET / tells the locations"));
    }
    let resource = if wanted.agency { &state.world.company_id } else { location };
    let app = if wanted.app { &*state.world.grants.app_id } else { PRIVATE_APP };
    let every = wanted.every_milliseconds.map(i64::from);
    let spent = state.limiter.spend((app, resource), wanted.calls, every, now);
    Ok(Json(json!({ "spent": spent })))
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
    installations::uninstall(&mut state.world, wanted.location_id.as_deref());
    let events = state.world.take_events();
    drop(state);
    api.send(events);
    Ok(Json(json!({ "uninstalled": true })))
}
