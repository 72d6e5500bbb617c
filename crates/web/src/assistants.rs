//! `POST /mcp…`: the tools of assistants, for the holder of a key or of an authorization server's token.
//!
//! What is decided about a call is the service's. Here it is what HTTP says: who calls, what they may,
//! which list they ask for, and how a client that may not learns where to get a better token (RFC 9728,
//! RFC 6750; `facts/mcp.md` 4.6). A header of a request only ever takes something away.

mod challenge;
mod narrowing;

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{Actor, BoxFuture, Realm, Scopes, Storage};
use http_body_util::combinators::BoxBody;
use policy::access::{self, Denial, Need, Principal};
use serde_json::json;

use self::challenge::Challenge;
pub use self::narrowing::Narrowing;
use crate::{
    admission::Admission,
    guard::{self, Caller, Guard, Stopped},
    problem::{Kind, Problem},
};

/// The largest body of a request, in bytes: 4 MiB.
const LARGEST: usize = 4 * 1024 * 1024;

/// Where the metadata of the resource is, before the path of the route that it is about.
pub(crate) const METADATA: &str = "/.well-known/oauth-protected-resource";

/// The body of an answer.
pub type Reply = BoxBody<Bytes, Infallible>;

/// Has the tools of assistants.
pub trait Assistants: Send + Sync {
    /// Where tokens come from; none where only the hub's own keys count.
    fn resource(&self) -> Option<&Resource>;

    /// Who holds a token that is no key of the hub.
    fn holder<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Holder, Untrusted>>;

    /// Answers one request; or says which scopes it would take.
    fn answer(
        &self,
        visit: Visit,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Reply>, Lacking>>;
}

/// What the hub is to an authorization server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The address of `/mcp` as clients know it, which is the audience of every token.
    pub url: String,
    /// The issuers whose tokens count.
    pub issuers: Vec<String>,
    /// The most that any token may do.
    pub scopes: Scopes,
}

/// Who holds a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// How the audit names them.
    pub actor: Actor,
    /// What the token stands for here.
    pub principal: Principal,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// It is not one of ours, has ended, or is for somebody else.
    #[error("the token does not count here")]
    Token,
    /// Nobody can say now: the authorization server does not answer.
    #[error("the authorization server does not answer")]
    Unknown,
}

/// Scopes that a call takes and its caller does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking(pub Scopes);

/// One request to the tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// How the audit names who calls.
    pub actor: Actor,
    /// What of the hub they see.
    pub realm: Realm,
    /// What they may do besides reading.
    pub rights: Rights,
    /// Which list the address asks for.
    pub list: List,
    /// What the request's headers take away.
    pub narrowing: Narrowing,
}

/// What somebody may do besides reading, as the table of access says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Make and change records.
    pub writes: bool,
    /// Send what reaches people.
    pub sends: bool,
    /// Take away.
    pub deletes: bool,
    /// Move money.
    pub pays: bool,
}

/// Which list an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// `/mcp`
    Whole,
    /// `/mcp/readonly`: nothing can be changed there.
    Reading,
    /// `/mcp/x/{toolset}`: the operations of one product too, as tools of their own.
    Toolset(String),
}

/// What the routes of the tools share.
pub(crate) struct Hall<S> {
    pub(crate) guard: Arc<Guard<S>>,
    pub(crate) admission: Admission,
    /// None where the hub has no tools.
    pub(crate) service: Option<Arc<dyn Assistants>>,
}

/// One route of the tools.
pub(crate) struct Desk<S> {
    pub(crate) hall: Arc<Hall<S>>,
    pub(crate) need: &'static Need,
    /// What the route's path says about the list, where it has no parameter.
    pub(crate) list: List,
}

impl<S> Clone for Desk<S> {
    fn clone(&self) -> Self {
        Self { hall: Arc::clone(&self.hall), need: self.need, list: self.list.clone() }
    }
}

/// Answers one request to the tools.
pub(crate) async fn call<S: Storage>(
    State(desk): State<Desk<S>>,
    path: Option<Path<String>>,
    request: Request,
) -> Response {
    let list = match path {
        Some(Path(toolset)) => List::Toolset(toolset),
        None => desk.list.clone(),
    };
    let resource = desk.hall.service.as_deref().and_then(|service| service.resource());
    let challenge = Challenge::new(resource, request.uri().path());
    let caller = match desk.hall.caller(request.headers()).await {
        Ok(caller) => caller,
        Err(Unread::Token) => return challenge.unknown(true),
        Err(Unread::Later(problem)) => return problem.into_response(),
    };
    let (admitted, allowance) = desk.hall.guard.let_in(desk.need, caller);
    let mut response = match admitted {
        Ok(caller) => desk.hall.serve(&caller, list, request, &challenge).await,
        Err(Stopped::Denied(Denial::Unknown)) => challenge.unknown(false),
        Err(Stopped::Denied(Denial::Scope(scope))) => challenge.lacking(&[scope].into()),
        Err(stopped) => Problem::from(stopped).into_response(),
    };
    if let Some(allowance) = allowance {
        allowance.tell(response.headers_mut());
    }
    response
}

/// What a client reads to learn where tokens come from.
pub(crate) async fn metadata<S: Storage>(State(hall): State<Arc<Hall<S>>>) -> Response {
    let resource = hall.service.as_deref().and_then(|service| service.resource());
    let response = match resource {
        Some(resource) => Json(json!({
            "resource": resource.url,
            "resource_name": "Highwire",
            "authorization_servers": resource.issuers,
            "bearer_methods_supported": ["header"],
            "scopes_supported": resource.scopes,
        }))
        .into_response(),
        None => {
            let hint = "use an API key of the hub; `highwire api-keys create` makes one";
            let detail = "no authorization server gives out tokens for this hub";
            Problem::new(Kind::NotFound, detail, hint).into_response()
        }
    };
    std::future::ready(response).await
}

/// Why nobody can say who calls.
enum Unread {
    /// What came for a token is none that counts.
    Token,
    /// It cannot be found out now.
    Later(Problem),
}

impl<S: Storage> Hall<S> {
    /// Who calls; none where nothing came that says it.
    async fn caller(&self, headers: &HeaderMap) -> Result<Option<Caller>, Unread> {
        let caller = self.guard.caller(headers).await;
        if let Some(caller) = caller.map_err(|error| Unread::Later(error.into()))? {
            return Ok(Some(caller));
        }
        let is_bearer = headers.contains_key(header::AUTHORIZATION);
        let (true, Some(token), Some(service)) =
            (is_bearer, guard::presented(headers), &self.service)
        else {
            return Ok(None);
        };
        match service.holder(token).await {
            Ok(Holder { actor, principal }) => {
                Ok(Some(Caller { key: None, actor, principal: Arc::new(principal) }))
            }
            Err(Untrusted::Token) => Err(Unread::Token),
            Err(Untrusted::Unknown) => {
                let hint = "try again in a moment; the hub's log says more";
                let detail = "the authorization server does not answer";
                Err(Unread::Later(Problem::new(Kind::Unavailable, detail, hint)))
            }
        }
    }

    async fn serve(
        &self,
        caller: &Caller,
        list: List,
        request: Request,
        challenge: &Challenge<'_>,
    ) -> Response {
        let Some(service) = &self.service else {
            let hint = "start a hub that has a CRM connected";
            return Problem::new(Kind::NotFound, "the hub has no tools", hint).into_response();
        };
        let visit = Visit {
            actor: caller.actor(),
            realm: caller.principal.realm.clone(),
            rights: self.rights(&caller.principal),
            list,
            narrowing: Narrowing::of(request.headers()),
        };
        let (mut head, body) = request.into_parts();
        let (body, _held) = match self.admission.read(&head, (body, LARGEST)).await {
            Ok(read) => read,
            Err(problem) => return problem.into_response(),
        };
        // Who calls was found out; nothing behind this line needs the secret.
        head.headers.remove(header::AUTHORIZATION);
        head.headers.remove(guard::KEY_HEADER);
        let request = http::Request::from_parts(head, body);
        match service.answer(visit, request).await {
            Ok(response) => response.map(Body::new),
            Err(Lacking(scopes)) => challenge.lacking(&scopes),
        }
    }

    fn rights(&self, principal: &Principal) -> Rights {
        let may = |kind| {
            let row = access::tools(kind);
            row.is_some_and(|row| self.guard.decide(&row.need, Some(principal)).is_ok())
        };
        Rights {
            writes: may("write"),
            sends: may("send"),
            deletes: may("delete"),
            pays: may("money"),
        }
    }
}

#[cfg(test)]
mod tests;
