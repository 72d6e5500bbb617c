//! The way of a request through the simulated providers: faults, key, operation.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Query, State as Extracted},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header},
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{
    ModelsSettings,
    dialects::{Answer, Dialect, anthropic, ollama, openai},
    operation::{self, Operation},
    prompt::Prompt,
    refusal::Refusal,
    script::{Script, Scripted},
};
use crate::{
    clock::SandboxClock,
    control::Controlled,
    fault::{Faults, befall},
    line::Line,
    request_log::{Entry, RequestLog},
};

/// How a fault names the requests whose path is nobody's.
const UNKNOWN: &str = "unknown";

/// How many prompts are remembered.
const REMEMBERED: usize = 1_000;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) settings: ModelsSettings,
    pub(crate) clock: SandboxClock,
    pub(crate) faults: Faults,
    /// When the models were made.
    since: Timestamp,
    state: Mutex<State>,
}

/// What changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) script: Script,
    /// What was asked for an answer, oldest first.
    pub(crate) prompts: VecDeque<Value>,
    pub(crate) log: RequestLog,
    /// How many requests there were, which is what ids are made of.
    pub(crate) requests: u64,
}

impl State {
    /// Remembers a prompt, and answers it.
    pub(crate) fn answer(&mut self, call: &Call, prompt: &Prompt) -> Scripted {
        if self.prompts.len() == REMEMBERED {
            self.prompts.pop_front();
        }
        self.prompts.push_back(json!({
            "operation": call.operation, "at": call.now, "body": call.body,
        }));
        self.script.answer(prompt)
    }
}

/// A request, as the operations get it.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) key: String,
    pub(crate) models: Vec<String>,
    /// The model that the path names.
    pub(crate) segment: Option<String>,
    pub(crate) body: Value,
    pub(crate) now: Timestamp,
    pub(crate) since: Timestamp,
    headers: HeaderMap,
    query: Vec<(String, String)>,
}

impl Call {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Shared {
    pub(crate) fn new(settings: ModelsSettings, clock: SandboxClock) -> Self {
        let faults = Faults::new(settings.seed).checking(check_operation);
        Self { faults, since: clock.now(), settings, clock, state: Mutex::default() }
    }

    /// Never held while waiting for anything.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what the request asks for.
    fn answer(&self, parts: &Parts, body: &[u8]) -> Result<Answer, Refusal> {
        let path = parts.uri.path();
        let Some((operation, segment)) = operation::find(parts.method.as_str(), path) else {
            return Err(nowhere(&format!("{} {path}", parts.method)));
        };
        let segment = segment.map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let call = Call {
            operation: operation.name,
            key: self.settings.key.clone(),
            models: self.settings.models.clone(),
            segment,
            body: read_body(body)?,
            now: self.clock.now(),
            since: self.since,
            headers: parts.headers.clone(),
            query: query.map(|Query(pairs)| pairs).unwrap_or_default(),
        };
        authorize(operation, &call)?;
        (operation.act)(&mut self.state(), &call)
    }
}

impl Controlled for Shared {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn clock(&self) -> &SandboxClock {
        &self.clock
    }

    fn requests(&self) -> (u64, Vec<Entry>) {
        let state = self.state();
        (state.log.count(), state.log.latest())
    }

    fn reset(&self) {
        self.faults.reset();
        *self.state() = State::default();
    }
}

/// What of a request is not its body.
struct Parts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

/// Serves one request.
pub(crate) async fn serve(
    Extracted(shared): Extracted<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let parts = Parts { method, uri, headers };
    let dialect = operation::dialect(parts.uri.path());
    let operation = operation::find(parts.method.as_str(), parts.uri.path());
    let operation = operation.map(|(operation, _)| operation.name);
    let request_id = shared.next_request_id();
    let mishap = shared.faults.befall(operation.unwrap_or(UNKNOWN));
    let act = || respond(dialect, shared.answer(&parts, &body), &request_id);
    let error = |status, reason: Option<&str>| {
        respond(dialect, Err(dialect.of_fault(status, reason)), &request_id)
    };
    let response = befall::answer(mishap, &line, act, error).await;
    shared.state().log.push(Entry {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        operation,
        status: response.as_ref().map(|response| response.status().as_u16()),
        at: shared.clock.now(),
    });
    response.unwrap_or_default()
}

impl Shared {
    fn next_request_id(&self) -> String {
        let mut state = self.state();
        state.requests += 1;
        format!("req_{}", state.requests)
    }
}

fn authorize(operation: &Operation, call: &Call) -> Result<(), Refusal> {
    match operation.dialect {
        Dialect::OpenAi => openai::authorize(call),
        Dialect::Anthropic => anthropic::authorize(call),
        Dialect::Ollama => Ok(()),
    }
}

fn nowhere(request: &str) -> Refusal {
    let path = request.split_once(' ').map_or(request, |(_, path)| path);
    match operation::dialect(path) {
        Dialect::OpenAi => openai::nowhere(request),
        Dialect::Anthropic => anthropic::nowhere(),
        Dialect::Ollama => ollama::nowhere(),
    }
}

/// Reads a body; none is an empty object.
fn read_body(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("We could not parse the JSON body of your request."))
}

fn respond(dialect: Dialect, answer: Result<Answer, Refusal>, request_id: &str) -> Response<Body> {
    let (status, kind, body) = match answer {
        Ok(Answer::Json(body)) => (200, "application/json", body.to_string()),
        Ok(Answer::Raw(body)) => (200, "application/json", body),
        Ok(Answer::Lines(lines)) => {
            let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
            (200, "application/x-ndjson", lines.concat())
        }
        Err(refusal) => {
            let body = dialect.refuse(&refusal, request_id).to_string();
            (refusal.status, "application/json", body)
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = match dialect {
        Dialect::OpenAi => Some("x-request-id"),
        Dialect::Anthropic => Some("request-id"),
        Dialect::Ollama => None,
    };
    if let (Some(name), Ok(id)) = (name, HeaderValue::from_str(request_id)) {
        headers.insert(name, id);
    }
    response
}

/// Whether an operation of this name can be given a fault.
fn check_operation(name: &str) -> Result<(), String> {
    if name == UNKNOWN || operation::names().any(|known| known == name) {
        return Ok(());
    }
    Err("name one of those that GET / lists".to_owned())
}
