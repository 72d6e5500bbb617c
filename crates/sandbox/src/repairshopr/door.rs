//! The way of a request through the simulated RepairShopr: faults, address, key, permission, operation.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Query, State as Extracted},
    http::{HeaderMap, Method, Response, Uri, header},
};
use tokio::sync::mpsc;

use super::{
    RepairShoprSettings,
    account::Account,
    call::{Call, read_body},
    keys::{Key, Keys},
    limiter::Limiter,
    notices::{Notices, Outgoing},
    operation,
    refusal::Refusal,
    reply::{Reply, respond},
    seed,
};
use crate::{
    clock::SandboxClock,
    control::Controlled,
    fault::{Faults, befall},
    line::Line,
    request_log::{Entry, RequestLog},
};

/// How a fault names the requests whose path is none of the API's.
const UNKNOWN: &str = "unknown";

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) settings: RepairShoprSettings,
    pub(crate) clock: SandboxClock,
    pub(crate) faults: Faults,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) keys: Keys,
    pub(crate) notices: Notices,
    pub(crate) log: RequestLog,
    limiter: Limiter,
}

impl Shared {
    pub(crate) fn new(
        settings: RepairShoprSettings,
        clock: SandboxClock,
        outgoing: mpsc::UnboundedSender<Outgoing>,
    ) -> Self {
        let state = State {
            account: seed::account(settings.customers, clock.now()),
            keys: Keys::new(&settings.key),
            notices: Notices::new(outgoing),
            log: RequestLog::default(),
            limiter: Limiter::new(settings.requests_per_minute),
        };
        let faults = Faults::new(settings.seed).checking(check_operation);
        Self { settings, clock, faults, state: Mutex::new(state) }
    }

    /// Never held while waiting for anything.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what the request asks for, and tells subscribers of what changed.
    fn answer(&self, parts: &Parts, body: &[u8]) -> Result<Reply, Refusal> {
        let mut state = self.state();
        let state = &mut *state;
        let now = self.clock.now();
        state.limiter.admit(parts.line.peer(), now)?;
        let query = query(&parts.uri);
        let key = key(&parts.headers, &query).and_then(|token| state.keys.find(&token));
        let key: Key = key.ok_or_else(Refusal::key)?.clone();
        let found = operation::find(parts.method.as_str(), parts.uri.path());
        let (operation, segments) = found.ok_or_else(Refusal::nowhere)?;
        if operation.permission.is_some_and(|permission| !key.may(permission)) {
            return Err(Refusal::permission());
        }
        let call = Call {
            segments,
            query,
            body: read_body(body)?,
            key,
            now,
            subdomain: self.settings.subdomain.clone(),
            strict_spec: self.settings.strict_spec,
        };
        let answer = (operation.act)(&mut state.account, &call);
        for change in std::mem::take(&mut state.account.changes) {
            state.notices.tell(&call.subdomain, &change);
        }
        answer
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

    /// Who is told of changes stays.
    fn reset(&self) {
        self.faults.reset();
        let mut state = self.state();
        state.account = seed::account(self.settings.customers, self.clock.now());
        state.keys = Keys::new(&self.settings.key);
        state.limiter = Limiter::new(self.settings.requests_per_minute);
        state.log = RequestLog::default();
        state.notices.reset();
    }
}

/// What of a request is not its body.
struct Parts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    line: Line,
}

/// Serves one request of the API.
pub(crate) async fn serve(
    Extracted(shared): Extracted<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let parts = Parts { method, uri, headers, line };
    let operation = operation::find(parts.method.as_str(), parts.uri.path());
    let operation = operation.map(|(operation, _)| operation.name);
    let mishap = shared.faults.befall(operation.unwrap_or(UNKNOWN));
    let act = || respond(shared.answer(&parts, &body));
    let error = |status, reason: Option<&str>| respond(Err(Refusal::of_fault(status, reason)));
    let response = befall::answer(mishap, &parts.line, act, error).await;
    shared.state().log.push(Entry {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        operation,
        status: response.as_ref().map(|response| response.status().as_u16()),
        at: shared.clock.now(),
    });
    response.unwrap_or_default()
}

/// The key of a request in any of its three forms (`facts/repairshopr.md` 1).
fn key(headers: &HeaderMap, query: &[(String, String)]) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(value) = header {
        return Some(value.strip_prefix("Bearer ").unwrap_or(value).trim().to_owned());
    }
    query.iter().find(|(name, _)| name == "api_key").map(|(_, value)| value.clone())
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Whether an operation of this name can be given a fault.
fn check_operation(name: &str) -> Result<(), String> {
    if name == UNKNOWN || operation::names().any(|known| known == name) {
        return Ok(());
    }
    Err("name one of those that GET / lists".to_owned())
}
