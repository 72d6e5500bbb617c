//! The way of a request through the API: faults, route, token, version, limits, class, scope, validation, operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State as Extracted, rejection::BytesRejection},
    http::{HeaderMap, Method, Response, Uri},
};
use endpoint::catalogue::{Edition, Generation, Place};
use jiff::Timestamp;
use serde_json::Value;
use tokio::{sync::mpsc::UnboundedSender, time::sleep};

use super::{
    answer::Answer,
    body::{Body, read_query},
    call::Call,
    complaint, control, conversations, dialect, invoice_schedules,
    limiter::{Budget, Limiter},
    refusal::Refusal,
    reply::{self, Reply},
    route::{self, Candidate, Found, Task, Unserved},
    seed::{self, PrivateTokens},
    specimen, version,
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
    pub(crate) limiter: Limiter,
}

/// What of a request is not its body.
struct Parts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    found: Option<Found>,
}

/// A body as it was read, or why there is none.
type Given = Result<Body, Refusal>;

impl Api {
    pub(crate) fn new(
        settings: HighLevelSettings,
        clock: SandboxClock,
        sender: Arc<WebhookSender>,
        events: UnboundedSender<Value>,
    ) -> Self {
        let (world, tokens) = seed::world(&settings, clock.now());
        let limiter = Limiter::new(settings.rate_limits);
        let state = State { world, log: RequestLog::default(), limiter };
        let faults = Faults::new(settings.seed).checking(control::check_operation);
        Self { settings, clock, sender, faults, tokens, events, state: Mutex::new(state) }
    }

    /// Never held while waiting for anything.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew: the data of the start, no faults, full limits. Tokens of the start stay good.
    pub(crate) fn reset(&self) {
        self.faults.reset();
        let (world, _) = seed::world(&self.settings, self.clock.now());
        let limiter = Limiter::new(self.settings.rate_limits);
        *self.state() = State { world, log: RequestLog::default(), limiter };
    }

    /// Does what the clock has made due since the last time, and has it told.
    pub(crate) fn settle(&self) {
        let mut state = self.state();
        settle(&mut state.world, self.clock.now());
        let events = state.world.take_events();
        drop(state);
        self.send(events);
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
            operation: parts.found.as_ref().map(Found::name),
            status,
            at: self.clock.now(),
        };
        self.state().log.push(entry);
    }

    /// Does what the request asks for.
    fn answer(&self, parts: &Parts, body: Given) -> Reply {
        let mut budget = None;
        let result = self.admit(parts, body, &mut budget);
        Reply { result, budget }
    }

    fn admit(
        &self,
        parts: &Parts,
        body: Given,
        budget: &mut Option<Budget>,
    ) -> Result<Answer, Refusal> {
        let unknown = || route::cannot(parts.method.as_str(), &parts.uri.to_string());
        let found = parts.found.as_ref().ok_or_else(unknown)?;
        let now = self.clock.now();
        let mut state = self.state();
        settle(&mut state.world, now);
        let version = header(&parts.headers, "version");
        let token = match found.is_public() {
            true => None,
            false => {
                let authorization = header(&parts.headers, "authorization");
                let token = state.world.tokens.find(authorization, now)?;
                let counted = state.limiter.admit(&token.app, token.resource(), now);
                *budget = Some(counted);
                if !counted.admitted {
                    return Err(Refusal::too_many());
                }
                version::check(version, found.wants_version())?;
                Some(token)
            }
        };
        let task = found.task(version).map_err(|unserved| match unserved {
            Unserved::Removed => removed(parts),
            Unserved::Unknown => unknown(),
        })?;
        let edition = match &task {
            Task::Operation(candidate) => Some(candidate.edition()),
            Task::Extra(_) => None,
        };
        if let (Some(token), Some(edition)) = (&token, edition) {
            token.open(edition)?;
        }
        let body = body?.of(edition)?;
        let mut call = Call {
            token,
            segments: found.segments(&task),
            query: read_query(&parts.uri),
            body: body.fields(),
            items: body.items(),
            generation: edition.map_or(Generation::V2, Edition::generation),
            strict_spec: self.settings.strict_spec,
            now,
        };
        check_location(&call)?;
        if let Task::Operation(candidate) = &task {
            let twin = found.twin(candidate, version);
            check(parts, candidate, &call, &body).or_else(|refusal| match twin {
                Some(twin) => check(parts, &twin, &call, &body).map_err(|_| refusal),
                None => Err(refusal),
            })?;
            dialect::understand(candidate.operation, &mut call);
        }
        let result = perform(&mut state.world, &task, &call);
        let result = match edition {
            Some(edition) => dialect::speak(edition, result),
            None => result,
        };
        let events = state.world.take_events();
        drop(state);
        self.send(events);
        result
    }
}

/// Does what time has made due.
fn settle(world: &mut World, now: Timestamp) {
    conversations::settle(world, now);
    invoice_schedules::settle(world, now);
}

/// Does what is asked; what has no memory is answered from its schema.
fn perform(world: &mut World, task: &Task, call: &Call) -> Result<Answer, Refusal> {
    match task {
        Task::Extra(extra) => (extra.act)(world, call),
        Task::Operation(candidate) => match candidate.act {
            Some(act) => act(world, call),
            None => Ok(specimen::answer(candidate.edition(), call, &mut world.ids)),
        },
    }
}

/// A path that v3 has dropped (`facts/highlevel.md` 1.2; reports differ, this is the documented one).
fn removed(parts: &Parts) -> Refusal {
    Refusal::bad_request(format!(
        "Endpoint {} {} is not available in API version v3. It was removed in version v3.",
        parts.method,
        parts.uri.path()
    ))
}

/// The location that a request names must be the token's.
fn check_location(call: &Call) -> Result<(), Refusal> {
    let Some(own) = call.token.as_ref().and_then(|token| token.location.as_deref()) else {
        return Ok(());
    };
    let path = Some(call.segment("locationId")).filter(|text| !text.is_empty());
    let query = call.query("locationId").or(call.query("location_id"));
    let named = [path, query, call.text("locationId"), call.named_location()];
    match named.into_iter().flatten().all(|named| named == own) {
        true => Ok(()),
        false => Err(Refusal::wrong_location()),
    }
}

/// Holds the request against the catalogue.
fn check(parts: &Parts, candidate: &Candidate, call: &Call, body: &Body) -> Result<(), Refusal> {
    let edition = candidate.edition();
    let path: Vec<String> = call.segments.iter().map(|(_, text)| text.clone()).collect();
    let headers = edition.parameters().filter(|parameter| parameter.place() == Place::Header);
    let headers = headers.filter_map(|parameter| {
        let text = header(&parts.headers, &parameter.name().to_lowercase())?;
        Some((parameter.name(), text.to_owned()))
    });
    let given =
        complaint::Given { path: &path, query: &call.query, headers: &headers.collect(), body };
    complaint::check(candidate.operation, edition, &given)
}

/// Serves one request of the API.
pub(crate) async fn serve(
    Extracted(api): Extracted<Arc<Api>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<axum::body::Body> {
    // What may be read may be asked for by its head; the server leaves the body out.
    let read_as = if method == Method::HEAD { Method::GET } else { method.clone() };
    let found = route::find(read_as.as_str(), uri.path(), header(&headers, "version"));
    let parts = Parts { method, uri, headers, found };
    let name = parts.found.as_ref().map_or("unknown", Found::name);
    let body = match body {
        Ok(bytes) => Ok(Body::read(&parts.headers, &bytes).await),
        Err(_) => Err(Refusal::new(413, "request entity too large")),
    };
    let mishap = api.faults.befall(name);
    if !mishap.latency.is_zero() {
        sleep(mishap.latency).await;
    }
    let act = || api.answer(&parts, body);
    let reply = mishap.action.as_ref().is_none_or(FaultAction::commits).then(act);
    if mishap.action.as_ref().is_some_and(FaultAction::is_silent) {
        api.log(&parts, None);
        line.cut();
        return Response::default();
    }
    let trace_id = api.sender.trace_id();
    let response = reply::after_fault(mishap.action.as_ref(), reply, (&trace_id, &line));
    api.log(&parts, Some(response.status().as_u16()));
    response
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
