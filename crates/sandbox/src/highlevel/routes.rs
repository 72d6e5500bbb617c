//! The routes of the simulated HighLevel: its own controls under `/_sandbox`, and its API elsewhere.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    clock::SandboxClock,
    fault::FaultAction,
    highlevel::{
        HighLevelSettings, Oddities, RetryRule, WebhookOptions,
        api::{
            browser, control,
            door::{Api, serve},
            route,
        },
        delivered::Delivered,
        example, examples,
        webhook::{WebhookError, WebhookSender},
    },
};

/// HighLevel cuts events at 256 KB (`facts/highlevel.md` 7.2); a hub is also tried with more.
const EVENT_LIMIT: usize = 32 * 1024 * 1024;

/// What the routes work on.
pub(crate) struct Shared {
    pub(crate) settings: HighLevelSettings,
    pub(crate) clock: SandboxClock,
    pub(crate) sender: Arc<WebhookSender>,
    pub(crate) api: Arc<Api>,
}

pub(crate) fn router(shared: Shared) -> Router {
    let api = shared.api.clone();
    let controls = Router::new()
        .route("/", get(about))
        .route("/_sandbox/webhooks", get(options).put(set_options).post(send))
        .route("/_sandbox/examples", get(list_examples))
        .route("/_sandbox/subscription", put(subscribe))
        .route("/_sandbox/deliveries", get(deliveries))
        .route("/_sandbox/keys", get(keys))
        .route("/_sandbox/clock", get(tell).post(advance))
        .route("/_sandbox/reset", post(reset))
        .with_state(Arc::new(shared));
    Router::<Arc<Api>>::new()
        .merge(controls)
        .merge(control::router(api.clone()))
        .merge(browser::router(api.clone()))
        .fallback(serve)
        .method_not_allowed_fallback(serve)
        .layer(DefaultBodyLimit::max(EVENT_LIMIT))
        .with_state(api)
}

type Answer<T> = Result<Json<T>, Refusal>;

/// A refusal in the shape of HighLevel's errors (`facts/highlevel.md` 4).
#[derive(Debug, Serialize)]
struct Refusal {
    message: String,
    error: &'static str,
    #[serde(rename = "statusCode")]
    status: u16,
    #[serde(rename = "traceId")]
    trace_id: String,
}

impl Refusal {
    fn new(shared: &Shared, status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            error: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            trace_id: shared.sender.trace_id(),
        }
    }

    fn of(shared: &Shared, error: &WebhookError) -> Self {
        let status = match error {
            WebhookError::NotSubscribed => StatusCode::CONFLICT,
            WebhookError::Address { .. } | WebhookError::Event(_) => StatusCode::BAD_REQUEST,
            WebhookError::Sign(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(shared, status, error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(self)).into_response()
    }
}

/// Reads a JSON body whatever its content type says, so that a plain `curl -d` works.
fn read<T: DeserializeOwned>(shared: &Shared, body: &[u8], wanted: &str) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is not {wanted} ({error})");
        Refusal::new(shared, StatusCode::BAD_REQUEST, message)
    })
}

async fn about(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "name": "Highwire sandbox: HighLevel",
        "simulates": "signed webhooks, OAuth, and the operations listed",
        "locationId": shared.settings.location_id,
        "otherLocationId": shared.settings.other_location_id,
        "companyId": shared.settings.company_id,
        "appId": shared.settings.app_id,
        "controls": [
            "POST /_sandbox/webhooks[?example=ContactCreate.1]",
            "GET or PUT /_sandbox/webhooks {\"retry_rule\": \"persistent\", \"oddities\": \
             {\"duplicate\": 0.1, \"reorder\": 0.1, \"delay\": 0.1, \"longest_delay_seconds\": 259200, \
             \"missing_fields\": 0.1, \"no_type\": 0.1}}",
            "GET /_sandbox/examples",
            "PUT /_sandbox/subscription {\"url\": \"http://…\"}",
            "GET /_sandbox/deliveries",
            "GET /_sandbox/keys",
            "GET or POST /_sandbox/clock {\"advance_seconds\": 600}",
            "POST /_sandbox/reset",
            "GET, POST or DELETE /_sandbox/faults \
             [{\"operation\": \"contacts.create-contact\", \"action\": {\"kind\": \"status\", \"status\": 503, \"committed\": true}, \"count\": 1}]",
            "GET /_sandbox/requests[?operation=contacts.get-contact]",
            "POST /_sandbox/tokens {\"scopes\": [\"contacts.readonly\"]}",
            "POST /_sandbox/tokens/rotate {\"token\": \"pit-…\", \"now\": false}",
            "GET or POST /_sandbox/app {\"redirect_uri\": \"https://…\", \"draft\": true}",
            "POST /_sandbox/install {\"locations\": 50, \"at_once\": false}",
            "POST /_sandbox/suspend {\"location_id\": \"…\", \"suspended\": true}",
            "POST /_sandbox/spend {\"calls\": 30, \"every_milliseconds\": 10000}",
            "POST /_sandbox/uninstall {\"location_id\": \"…\"}",
        ],
        "faults": FaultAction::kinds()
            .iter()
            .map(|(example, meaning)| json!({ "action": example_of(example), "does": meaning }))
            .collect::<Vec<_>>(),
        "operations": route::all().collect::<Vec<_>>(),
    }))
}

fn example_of(action: &str) -> Value {
    serde_json::from_str(action).unwrap_or_default()
}

#[derive(Deserialize)]
struct SendQuery {
    example: Option<String>,
}

/// Sends the example that the query names, otherwise the event in the body.
async fn send(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<SendQuery>,
    body: Bytes,
) -> Answer<Delivered> {
    let refuse = |status, message: String| Refusal::new(&shared, status, message);
    let (json, file) = match &query.example {
        Some(file) => {
            let found = example(file).ok_or_else(|| {
                let message = format!("no example `{file}`; GET /_sandbox/examples lists them");
                refuse(StatusCode::NOT_FOUND, message)
            })?;
            (found.json, found.file)
        }
        None => {
            let text = std::str::from_utf8(&body).map_err(|error| {
                refuse(StatusCode::BAD_REQUEST, format!("the body is not UTF-8 ({error})"))
            })?;
            (text, "the request body")
        }
    };
    let delivered = shared.sender.emit(json, file).await;
    delivered.map(Json).map_err(|error| Refusal::of(&shared, &error))
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewOptions {
    retry_rule: Option<RetryRule>,
    oddities: Option<Oddities>,
}

async fn options(State(shared): State<Arc<Shared>>) -> Json<WebhookOptions> {
    Json(shared.sender.options())
}

async fn set_options(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer<WebhookOptions> {
    let wanted = "{\"retry_rule\": …, \"oddities\": {…}}; GET / shows all of it";
    let NewOptions { retry_rule, oddities } = read(&shared, &body, wanted)?;
    let old = shared.sender.options();
    let new = WebhookOptions {
        retry_rule: retry_rule.unwrap_or(old.retry_rule),
        oddities: oddities.unwrap_or(old.oddities),
    };
    let set = shared.sender.set_options(new);
    set.map_err(|error| Refusal::new(&shared, StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(Json(new))
}

async fn list_examples() -> Json<Vec<&'static str>> {
    Json(examples().iter().map(|example| example.file).collect())
}

#[derive(Deserialize, Serialize)]
struct Subscription {
    url: String,
}

async fn subscribe(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer<Subscription> {
    let subscription: Subscription = read(&shared, &body, "{\"url\": \"http://…\"}")?;
    let subscribed = shared.sender.subscribe(&subscription.url);
    subscribed.map_err(|error| Refusal::of(&shared, &error))?;
    Ok(Json(subscription))
}

async fn deliveries(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "deliveries": shared.sender.deliveries(), "waiting": shared.sender.waiting() }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "webhook_public_keys": shared.sender.signer().public_keys() }))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u32,
}

async fn tell(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "now": shared.clock.now() }))
}

/// Advances the clock and sends what that makes due before it answers.
async fn advance(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer<Value> {
    let Advance { advance_seconds } = read(&shared, &body, "{\"advance_seconds\": 600}")?;
    shared.clock.advance(Duration::from_secs(advance_seconds.into()));
    shared.api.settle();
    shared.sender.send_due().await;
    Ok(Json(json!({ "now": shared.clock.now(), "waiting": shared.sender.waiting() })))
}

async fn reset(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.sender.reset();
    shared.api.reset();
    Json(json!({ "reset": true }))
}

#[cfg(test)]
mod tests;
