//! `GET /oauth/callback/highlevel`: where a consent page leads whoever agreed, and learns what came of it.

mod page;

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::{BoxFuture, Finding};
use tokio::sync::Semaphore;

/// Where HighLevel's consent page leads to.
pub const PATH: &str = "/oauth/callback/highlevel";

/// How many answers of consent pages are worked on at once: each makes a few calls of the vendor.
const AT_ONCE: usize = 8;

/// What every page says to the browser: it loads nothing, stands in no frame, is kept by nobody, and
/// tells no other site its address, in which a code was.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Takes what a consent page hands back.
pub trait ConsentCallbacks: Send + Sync {
    /// Settles the consent that the query of the address answers.
    fn settle<'a>(&'a self, query: &'a str) -> BoxFuture<'a, Result<Settled, Unsettled>>;
}

/// A connection that a person agreed to, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What the vendor calls the account, or its id.
    pub account: String,
    /// The connection's id.
    pub connection: String,
    /// Whether it was there before.
    pub renewed: bool,
    /// What a look at it showed.
    pub findings: Vec<Finding>,
}

/// Why there is no connection, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Why, in a sentence without secrets.
    pub reason: String,
    /// What to do next.
    pub hint: String,
    /// Whether it is the hub's own fault.
    pub is_ours: bool,
}

/// What answers the route. Clones share it.
#[derive(Clone)]
pub(crate) struct Callbacks {
    consents: Option<Arc<dyn ConsentCallbacks>>,
    room: Arc<Semaphore>,
}

impl Callbacks {
    pub(crate) fn new(consents: Option<Arc<dyn ConsentCallbacks>>) -> Self {
        Self { consents, room: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// Settles a consent and shows what came of it. Whoever only looks whether the address is there, as
/// programs do that show links beforehand, uses nothing up.
pub(crate) async fn receive(
    State(callbacks): State<Callbacks>,
    method: Method,
    RawQuery(query): RawQuery,
) -> Response {
    let refuse = |status, reason: &str, hint: &str| {
        let (reason, hint) = (reason.to_owned(), hint.to_owned());
        answer(status, page::unsettled(&Unsettled { reason, hint, is_ours: false }))
    };
    let query = query.filter(|query| !query.is_empty() && method == Method::GET);
    let (Some(query), Some(consents)) = (query, &callbacks.consents) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "nothing was handed over",
            "this address is where HighLevel's consent page leads to; begin with `highwire connect \
             highlevel`",
        );
    };
    let Ok(_room) = callbacks.room.try_acquire() else {
        return refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "too many consents come back at once",
            "load this page again in a few seconds",
        );
    };
    match consents.settle(&query).await {
        Ok(settled) => answer(StatusCode::OK, page::settled(&settled)),
        Err(unsettled) => {
            let status = match unsettled.is_ours {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::BAD_REQUEST,
            };
            answer(status, page::unsettled(&unsettled))
        }
    }
}

fn answer(status: StatusCode, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
