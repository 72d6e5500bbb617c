//! The way of a request through the simulated Notion: faults, token, version, limits, operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Query, State as Extracted, rejection::BytesRejection},
    http::{HeaderMap, Method, Response, Uri, header},
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::sleep};

use super::{
    NotionSettings,
    call::Call,
    ids::Ids,
    limiter::Limiter,
    operation,
    refusal::Refusal,
    reply::{self, Reply},
    version::Version,
    webhook::{Outgoing, WebhookAttempt, Webhooks},
    workspace::Workspace,
};
use crate::{
    clock::SandboxClock,
    fault::{FaultAction, Faults, disguise::disguise},
    line::Line,
    request_log::{Entry, RequestLog},
};

/// `facts/notion.md` 5: the whole payload.
const MAX_PAYLOAD: usize = 500_000;

/// Separates the ids of requests from those of objects.
const REQUEST_SEED: u64 = 0x7265_7175_6573_7473;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) settings: NotionSettings,
    pub(crate) clock: SandboxClock,
    pub(crate) faults: Faults,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) workspace: Workspace,
    pub(crate) log: RequestLog,
    pub(crate) webhooks: Webhooks,
    limiter: Limiter,
    request_ids: Ids,
}

impl State {
    fn new(settings: &NotionSettings, clock: &SandboxClock, webhooks: Webhooks) -> Self {
        let limits = (settings.requests_per_minute, settings.workspace_requests_per_minute);
        let workspace = Workspace::new(settings.seed, settings.query_row_cap, clock.now());
        Self {
            workspace: Workspace { short_parts: settings.short_parts, ..workspace },
            log: RequestLog::default(),
            webhooks,
            limiter: Limiter::new(limits.0, limits.1),
            request_ids: Ids::new(settings.seed ^ REQUEST_SEED),
        }
    }
}

impl Shared {
    pub(crate) fn new(
        settings: NotionSettings,
        clock: SandboxClock,
        (queue, sent): (mpsc::UnboundedSender<Outgoing>, Arc<Mutex<Vec<WebhookAttempt>>>),
    ) -> Self {
        let webhooks = Webhooks::new(settings.seed, queue, sent);
        Self {
            state: Mutex::new(State::new(&settings, &clock, webhooks)),
            faults: Faults::new(settings.seed),
            settings,
            clock,
        }
    }

    /// Never held while waiting for anything.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything but the clock and who is told of changes. The shared page keeps its id.
    pub(crate) fn reset(&self) {
        self.faults.reset();
        let mut state = self.state();
        let webhooks = state.webhooks.anew();
        *state = State::new(&self.settings, &self.clock, webhooks);
    }

    /// Does what a person does in the application: without a token, limits and faults.
    ///
    /// # Errors
    /// What Notion would answer the same call.
    pub(crate) fn act(&self, method: &str, path: &str, body: &Value) -> Result<Value, Refusal> {
        let (operation, segments) = operation::find(method, path).ok_or_else(Refusal::url)?;
        let (ids, name) = operation::read_segments(&segments)?;
        let (version, now) = (Version::V2026_03_11, self.clock.now());
        let by = self.state().workspace.person;
        let (query, body) = (Vec::new(), body.clone());
        self.perform(operation, &Call { version, ids, name, query, body, by, now })
    }

    /// Carries an operation out, and tells of what it changed.
    fn perform(&self, operation: &operation::Operation, call: &Call) -> Result<Value, Refusal> {
        let mut state = self.state();
        let state = &mut *state;
        let answer = (operation.act)(&mut state.workspace, call);
        state.webhooks.tell(&mut state.workspace, call.now);
        answer
    }

    fn log(&self, parts: &Parts, status: Option<u16>) {
        let entry = Entry {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            operation: operation::find(parts.method.as_str(), parts.uri.path())
                .map(|(operation, _)| operation.name),
            status,
            at: self.clock.now(),
        };
        self.state().log.push(entry);
    }

    /// Does what the request asks for.
    fn answer(&self, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
        let found = operation::find(parts.method.as_str(), parts.uri.path());
        let (operation, segments) = found.ok_or_else(Refusal::url)?;
        self.authorize(&parts.headers)?;
        let version = Version::parse(header(&parts.headers, "notion-version"))?;
        let now = self.clock.now();
        self.state().limiter.admit(&self.settings.token, now)?;
        let (ids, name) = operation::read_segments(&segments)?;
        let call = Call {
            version,
            ids,
            name,
            query: query(&parts.uri),
            body: read_body(&parts.headers, body)?,
            by: self.state().workspace.bot,
            now,
        };
        self.perform(operation, &call)
    }

    fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let token = header(headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix("Bearer "));
        match token == Some(self.settings.token.as_str()) {
            true => Ok(()),
            false => Err(Refusal::new(401, "unauthorized", "API token is invalid.")),
        }
    }
}

/// What of a request is not its body.
pub(crate) struct Parts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// Serves one request of the API.
pub(crate) async fn serve(
    Extracted(shared): Extracted<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let parts = Parts { method, uri, headers };
    let name = operation::find(parts.method.as_str(), parts.uri.path())
        .map_or("unknown", |(operation, _)| operation.name);
    let mishap = shared.faults.befall(name);
    if !mishap.latency.is_zero() {
        sleep(mishap.latency).await;
    }
    let act = || match &body {
        Ok(body) => Reply::from(shared.answer(&parts, body)),
        Err(_) => Reply::Refusal(too_large(None)),
    };
    let reply = mishap.action.as_ref().is_none_or(FaultAction::commits).then(act);
    if mishap.action.as_ref().is_some_and(FaultAction::is_silent) {
        shared.log(&parts, None);
        line.cut();
        return Response::default();
    }
    let request_id = shared.state().request_ids.uuid().to_string();
    let whole = |reply: Reply| reply.into_response(&request_id);
    let response = match mishap.action {
        None => reply.map(whole).unwrap_or_default(),
        Some(FaultAction::Status { status, retry_after, reason, .. }) => {
            whole(faulty(status, retry_after, reason.as_deref(), reply))
        }
        Some(action) => disguise(&action, reply.map(whole), &line),
    };
    shared.log(&parts, Some(response.status().as_u16()));
    response
}

/// A fault's answer; what was refused anyway stays refused.
fn faulty(
    status: u16,
    retry_after: Option<u32>,
    reason: Option<&str>,
    done: Option<Reply>,
) -> Reply {
    match done {
        None => reply::of_fault(status, retry_after, reason, None),
        Some(Reply::Success(body)) => reply::of_fault(status, retry_after, reason, Some(&body)),
        Some(refused) => refused,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Reads a body; none is an empty object.
fn read_body(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    if body.len() > MAX_PAYLOAD {
        return Err(too_large(Some(body.len())));
    }
    let kind = header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Refusal::validation(
            "body failed validation: body should be an object, instead was `undefined`.",
        ));
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| Refusal::new(400, "invalid_json", "Error parsing JSON body."))?;
    match value.is_object() {
        true => Ok(value),
        false => Err(super::field::Field::body(&value).should_be("an object")),
    }
}

fn too_large(length: Option<usize>) -> Refusal {
    let found = length.map_or_else(|| "more".to_owned(), |length| length.to_string());
    Refusal::validation(format!(
        "body failed validation: body.length should be ≤ `{MAX_PAYLOAD}`, instead was `{found}`."
    ))
}
