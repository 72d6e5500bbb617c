//! `ANY /proxy/…`: calls that are passed on to a vendor through a connection, bodies as they come.
//!
//! What is decided about a call is the service's; here it is what HTTP says: whose key it is, which
//! headers may go in and out, and how long a body may take.

mod body;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::{Body, HttpBody},
    extract::{Extension, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{Proxy, ProxyCall, ProxyFault, ProxyRefusal, ProxyReply, ProxyRights};
use policy::access::{Grant, Need};

use self::body::{Incoming, Kept};
use crate::{
    admission::Admission,
    front::Guest,
    guard::Caller,
    patience,
    problem::{Kind, Problem},
};

/// The headers of a request that the service sees, beside those of the hub. None of them says who
/// calls.
const PASSED: [&str; 2] = ["content-type", "version"];

/// What the names of the hub's own headers begin with.
const OWN: &str = "x-highwire-";

/// What a browser may do with a vendor's reply that stands at the hub's own address: nothing.
const HARMLESS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// One route and the service behind it.
#[derive(Clone)]
pub(crate) struct Passage {
    /// The path up to the connection, with a slash at its end.
    pub(crate) prefix: &'static str,
    /// What the table says about it.
    pub(crate) need: &'static Need,
    /// None where the hub has no such service.
    pub(crate) proxy: Option<Arc<dyn Proxy>>,
    pub(crate) admission: Admission,
}

/// Passes one call on.
pub(crate) async fn call(
    State(passage): State<Passage>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let has_body = !body.is_end_stream();
    let kept = Arc::new(Mutex::new(Kept::default()));
    let body = has_body.then(|| Incoming::new(&passage.admission, &head, body, Arc::clone(&kept)));
    let passed = tokio::select! {
        biased;
        passed = passage.pass(&caller, &head, body) => passed,
        () = is_cut_off(&head) => Err(cut_off()),
    };
    match passed {
        Ok(reply) => replied(reply),
        Err(problem) => {
            let problem = kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .problem
                .take()
                .unwrap_or(problem);
            // What was not read of the body would be taken for the next request.
            if has_body { problem.and_close() } else { problem }.into_response()
        }
    }
}

/// Waits until the hub needs the connection and a call that is about to end has ended: a call can wait
/// for minutes for its turn, and a hub that stops cannot.
async fn is_cut_off(head: &Parts) {
    match head.extensions.get::<Guest>() {
        Some(guest) => {
            guest.activity.is_asked_to_close().await;
            tokio::time::sleep(patience::LAST_CALLS).await;
        }
        None => std::future::pending().await,
    }
}

fn cut_off() -> Problem {
    let hint = "look up whether it was carried out before you repeat it";
    Problem::new(Kind::Unavailable, "the hub is stopping, or needs the connection", hint)
        .and_close()
}

impl Passage {
    async fn pass(
        &self,
        caller: &Caller,
        head: &Parts,
        body: Option<Incoming>,
    ) -> Result<ProxyReply, Problem> {
        let missing = || {
            let hint = "switch it on in the hub's settings";
            Problem::new(Kind::NotFound, "the hub has no such proxy", hint)
        };
        let proxy = self.proxy.as_ref().ok_or_else(missing)?;
        let rest = head.uri.path().strip_prefix(self.prefix).unwrap_or_default();
        let (connection, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (reads, writes) = self.grants();
        let permits = |grant: Option<&Grant>| {
            grant.is_some_and(|grant| grant.permits(&caller.principal).is_ok())
        };
        let call = ProxyCall {
            realm: caller.principal.realm.clone(),
            actor: caller.actor(),
            rights: ProxyRights { reads: permits(reads), writes: permits(writes) },
            connection: connection.to_owned(),
            method: head.method.as_str().to_owned(),
            path: path.to_owned(),
            query: head.uri.query().map(str::to_owned),
            headers: passed(&head.headers),
            body: body.map(|body| Box::new(body) as Box<_>),
        };
        let outcome = proxy.call(call).await;
        count(&outcome);
        outcome.map_err(|refusal| self.problem(caller, &refusal))
    }

    /// The grants for what changes nothing and for everything else.
    fn grants(&self) -> (Option<&'static Grant>, Option<&'static Grant>) {
        match self.need {
            Need::Either([reads, writes]) => (Some(reads), Some(writes)),
            need => (need.grant(), None),
        }
    }

    fn problem(&self, caller: &Caller, refusal: &ProxyRefusal) -> Problem {
        let (reads, writes) = self.grants();
        let lacking = match refusal.fault {
            ProxyFault::NeedsReads => reads,
            ProxyFault::NeedsWrites => writes,
            _ => None,
        };
        if let Some(Err(denial)) = lacking.map(|grant| grant.permits(&caller.principal)) {
            return denial.into();
        }
        let kind = match refusal.fault {
            ProxyFault::Absent => Kind::NotFound,
            ProxyFault::NeedsReads | ProxyFault::NeedsWrites | ProxyFault::Forbidden => {
                Kind::Forbidden
            }
            ProxyFault::Malformed => Kind::Malformed,
            ProxyFault::TooLarge => Kind::TooLarge,
            ProxyFault::Later(_) | ProxyFault::Unusable => Kind::Unavailable,
            ProxyFault::Vendor => Kind::BadGateway,
        };
        let problem = Problem::new(kind, &refusal.error, &refusal.hint);
        match refusal.fault {
            ProxyFault::Later(Some(wait)) => problem.after(wait.as_secs().max(1)),
            _ => problem,
        }
    }
}

/// Counts what became of a call.
fn count(outcome: &Result<ProxyReply, ProxyRefusal>) {
    let (operation, outcome) = match outcome {
        Ok(reply) => (Some(reply.operation), class(reply.status)),
        Err(refusal) => (refusal.operation, refusal.fault.name()),
    };
    let operation = operation.unwrap_or("none");
    ::metrics::counter!("highwire_proxy_calls_total", "operation" => operation, "outcome" => outcome)
        .increment(1);
}

fn class(status: u16) -> &'static str {
    match status {
        200..300 => "success",
        429 => "throttled",
        400..500 => "refused",
        _ => "failed",
    }
}

fn passed(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_passed = |name: &str| PASSED.contains(&name) || name.starts_with(OWN);
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = headers.iter().filter(|(name, _)| is_passed(name.as_str()));
    headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect()
}

fn replied(reply: ProxyReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = Response::new(Body::from_stream(reply.pieces));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        let name = HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    for (name, value) in HARMLESS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
