//! The way of a request through the API: faults, route, token, version, limits, class, scope, validation, operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Query, State as Extracted, rejection::BytesRejection},
    http::{HeaderMap, Method, Response, Uri, header},
};
use serde_json::{Map, Value};
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use super::{
    answer::Answer,
    call::Call,
    limiter::{Budget, Limiter},
    refusal::Refusal,
    reply::{self, Reply},
    route::{self, Route, Segments},
    seed::{self, PrivateTokens},
    shape,
    token::{Access, Token},
    version,
    world::World,
};
use crate::{
    clock::SandboxClock,
    fault::{FaultAction, Faults},
    highlevel::{HighLevelSettings, webhook::WebhookSender},
    line::Line,
    request_log::{Entry, RequestLog},
};

/// What all requests share.
pub(crate) struct Api {
    pub(crate) settings: HighLevelSettings,
    pub(crate) clock: SandboxClock,
    pub(crate) sender: Arc<WebhookSender>,
    pub(crate) faults: Faults,
    pub(crate) tokens: PrivateTokens,
    /// Leads to the task that delivers webhooks one after the other.
    events: UnboundedSender<Value>,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) log: RequestLog,
    limiter: Limiter,
}

/// What of a request is not its body.
struct Parts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    found: Option<(&'static Route, Segments)>,
}

impl Api {
    pub(crate) fn new(
        settings: HighLevelSettings,
        clock: SandboxClock,
        sender: Arc<WebhookSender>,
        events: UnboundedSender<Value>,
    ) -> Self {
        let (world, tokens) = seed::world(&settings);
        let limiter = Limiter::new(settings.rate_limits);
        let state = State { world, log: RequestLog::default(), limiter };
        let faults = Faults::new(settings.seed);
        Self { settings, clock, sender, faults, tokens, events, state: Mutex::new(state) }
    }

    /// Never held while waiting for anything.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew: the data of the start, no faults, full limits. Tokens of the start stay good.
    pub(crate) fn reset(&self) {
        self.faults.reset();
        let (world, _) = seed::world(&self.settings);
        let limiter = Limiter::new(self.settings.rate_limits);
        *self.state() = State { world, log: RequestLog::default(), limiter };
    }

    /// Has the webhooks sent that a change calls for, if anybody wants them.
    pub(crate) fn send(&self, events: Vec<Value>) {
        if !self.sender.is_subscribed() {
            return;
        }
        for event in events {
            // It fails only when the sandbox ends.
            let _ = self.events.send(event);
        }
    }

    fn log(&self, parts: &Parts, status: Option<u16>) {
        let entry = Entry {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            operation: parts.found.as_ref().map(|(route, _)| route.name),
            status,
            at: self.clock.now(),
        };
        self.state().log.push(entry);
    }

    /// Does what the request asks for.
    fn answer(&self, parts: &Parts, body: &[u8]) -> Reply {
        let mut budget = None;
        let result = self.admit(parts, body, &mut budget);
        Reply { result, budget }
    }

    fn admit(
        &self,
        parts: &Parts,
        body: &[u8],
        budget: &mut Option<Budget>,
    ) -> Result<Answer, Refusal> {
        let Some((route, segments)) = &parts.found else {
            return Err(cannot(&parts.method, &parts.uri));
        };
        let now = self.clock.now();
        let mut state = self.state();
        let token = match route.access {
            Access::Public => None,
            _ => {
                let token =
                    state.world.tokens.find(header(&parts.headers, "authorization"), now)?;
                version::check(header(&parts.headers, "version"))?;
                let counted = state.limiter.admit(&token.app, token.resource(), now);
                *budget = Some(counted);
                if !counted.admitted {
                    return Err(Refusal::too_many());
                }
                check_generation(route, parts)?;
                token.open(route.access, route.scope)?;
                Some(token)
            }
        };
        let call = Call {
            token,
            segments: segments.clone(),
            query: query(&parts.uri),
            body: read_body(route, &parts.headers, body)?,
            now,
        };
        if let Some(token) = &call.token {
            check_location(token, &call)?;
        }
        shape::check(&call.body, route.body)?;
        check_query(route, &call)?;
        let result = (route.act)(&mut state.world, &call);
        let events = state.world.take_events();
        drop(state);
        self.send(events);
        result
    }
}

/// HighLevel's router does not know the path, or not with this method; it says the same to both.
fn cannot(method: &Method, uri: &Uri) -> Refusal {
    Refusal::new(404, format!("Cannot {method} {uri}"))
}

/// A path that v3 has dropped (`facts/highlevel.md` 1.2; reports differ, this is the documented one).
fn check_generation(route: &Route, parts: &Parts) -> Result<(), Refusal> {
    match route.before_v3 && header(&parts.headers, "version") == Some("v3") {
        true => Err(Refusal::bad_request(format!(
            "Endpoint {} {} is not available in API version v3. It was removed in version v3.",
            parts.method,
            parts.uri.path()
        ))),
        false => Ok(()),
    }
}

/// The location that a request names must be the token's.
fn check_location(token: &Token, call: &Call) -> Result<(), Refusal> {
    let Some(own) = &token.location else {
        return Ok(());
    };
    let query = call.query("locationId").or(call.query("location_id"));
    let path = Some(call.segment("locationId")).filter(|text| !text.is_empty());
    let named = [path, query, call.text("locationId")];
    match named.into_iter().flatten().all(|named| named == own) {
        true => Ok(()),
        false => Err(Refusal::wrong_location()),
    }
}

fn check_query(route: &Route, call: &Call) -> Result<(), Refusal> {
    let missing = route.query.iter().filter(|name| call.query(name).is_none());
    let complaints: Vec<String> = missing
        .flat_map(|name| {
            [format!("{name} should not be empty"), format!("{name} must be a string")]
        })
        .collect();
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(Refusal::unprocessable(complaints)),
    }
}

/// Serves one request of the API.
pub(crate) async fn serve(
    Extracted(api): Extracted<Arc<Api>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let found = route::find(method.as_str(), uri.path());
    let parts = Parts { method, uri, headers, found };
    let name = parts.found.as_ref().map_or("unknown", |(route, _)| route.name);
    let mishap = api.faults.befall(name);
    if !mishap.latency.is_zero() {
        sleep(mishap.latency).await;
    }
    let act = || match &body {
        Ok(body) => api.answer(&parts, body),
        Err(_) => Reply::from(Refusal::new(413, "request entity too large")),
    };
    let reply = match mishap.action {
        None | Some(FaultAction::Latency { .. }) => Some(act()),
        Some(FaultAction::Outage | FaultAction::Reset { committed: false }) => None,
        Some(FaultAction::Reset { committed: true }) => {
            act();
            None
        }
        Some(FaultAction::Truncate) => {
            line.truncate();
            Some(act())
        }
        Some(FaultAction::Status { status, retry_after, reason, committed }) => {
            let done = committed.then(act).filter(|reply| reply.result.is_err());
            let trace = api.sender.trace_id();
            let made = || reply::of_fault(status, retry_after, reason.as_deref(), &trace);
            let (response, status) = match done {
                // What was refused anyway stays refused.
                Some(refused) => (refused.clone().into_response(&trace), refused.status()),
                None => (made(), status),
            };
            api.log(&parts, Some(status));
            return response;
        }
    };
    api.log(&parts, reply.as_ref().map(Reply::status));
    match reply {
        Some(reply) => reply.into_response(&api.sender.trace_id()),
        None => {
            line.cut();
            Response::default()
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    if uri.query().is_none() {
        return Vec::new();
    }
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Reads a body; none is an empty object. A form is read only where a form is asked for, and what
/// comes in another form counts as nothing.
fn read_body(
    route: &Route,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let kind = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    match route.form {
        true if kind.starts_with("application/x-www-form-urlencoded") => Ok(read_form(body)),
        true => Ok(Map::new()),
        false => match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => Ok(body),
            Ok(_) => Err(Refusal::bad_request("the body must be a JSON object")),
            Err(error) => Err(Refusal::bad_request(format!("the body is not valid JSON: {error}"))),
        },
    }
}

fn read_form(body: &[u8]) -> Map<String, Value> {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let uri = format!("/?{text}").parse::<Uri>();
    let pairs = uri.map(|uri| query(&uri)).unwrap_or_default();
    pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect()
}
