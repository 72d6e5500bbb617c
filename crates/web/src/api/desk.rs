//! The desk of an operation: reads a request strictly, has it answered, and sends the answer.

use std::{future::Future, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{ChangeSetId, Clock, Storage};
use jiff::Timestamp;
use policy::access::Denial;

use super::{
    Call, Errands, Method, Operation, Reply,
    etag::{self, Conditions, Sent},
    fields::{self, Fields},
    once::{self, Repeatable, Replied},
    reply::Rendered,
};
use crate::{
    admission::Admission,
    guard::Caller,
    pressure::Held,
    problem::{Kind, Problem},
};

/// The header with the change set that a request belongs to.
const CHANGE_SET: HeaderName = HeaderName::from_static("highwire-change-set");

/// What answers the requests of one operation.
#[derive(Clone)]
pub(crate) struct Desk<S> {
    pub(crate) operation: &'static Operation,
    pub(crate) common: Common<S>,
}

/// What the desks of all operations share.
#[derive(Clone)]
pub(crate) struct Common<S> {
    pub(crate) admission: Admission,
    pub(crate) errands: Errands,
    pub(crate) store: S,
    pub(crate) clock: Arc<dyn Clock>,
    /// When the process began to answer.
    pub(crate) since: Timestamp,
}

/// A request that was read.
struct Read<X, P, Q, B> {
    call: Call<X, P, Q, B>,
    repeatable: Option<Repeatable>,
    /// The room for the body, until the answer is made.
    held: Option<Held>,
}

impl<S: Storage> Desk<S> {
    /// Answers one request.
    pub(crate) async fn answer<X, P, Q, B, T, A>(
        self,
        request: Request,
        state: X,
        handler: impl FnOnce(Call<X, P, Q, B>) -> A + Send + 'static,
    ) -> Response
    where
        X: Send + 'static,
        P: Fields,
        Q: Fields,
        B: Fields,
        A: Future<Output = Result<T, Problem>> + Send + 'static,
        T: Reply + 'static,
    {
        let conditions = match self.operation.has_etag {
            true => Conditions::read(request.headers()),
            false => Conditions::default(),
        };
        let Read { call, repeatable, held } = match self.read(request, state).await {
            Ok(read) => read,
            Err(problem) => return problem.into_response(),
        };
        let work = async move { handler(call).await.and_then(Reply::render) };
        let replied = self.perform(repeatable, work).await;
        drop(held);
        let sent = replied.rendered.and_then(|rendered| self.send(rendered, &conditions));
        let mut response = sent.unwrap_or_else(IntoResponse::into_response);
        if replied.is_replayed {
            response.headers_mut().insert(once::REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }

    async fn read<X, P: Fields, Q: Fields, B: Fields>(
        &self,
        request: Request,
        state: X,
    ) -> Result<Read<X, P, Q, B>, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().cloned().ok_or(Denial::Unknown)?;
        let if_match = match self.operation.takes_if_match {
            true => etag::condition(&parts.headers)?,
            false => None,
        };
        let change_set = match self.operation.takes_change_set {
            true => change_set(&parts.headers)?,
            false => None,
        };
        let path = fields::of_path(&mut parts).await?;
        let query = fields::of_query(&parts)?;
        fields::check_head::<B>(&parts.headers)?;
        let (body, held) = match B::are_there() {
            true => {
                let limited = (body, self.operation.largest_body);
                let (body, held) = self.common.admission.read(&parts, limited).await?;
                (body, Some(held))
            }
            false => (Bytes::new(), None),
        };
        let repeatable = match self.operation.takes_idempotency_key {
            true => {
                let mark = || once::mark(&parts, &body);
                Repeatable::read(&parts.headers, caller.actor(), mark)?
            }
            false => None,
        };
        let body = fields::of_body(&body)?;
        let call = Call { state, caller, path, query, body, if_match, change_set };
        Ok(Read { call, repeatable, held })
    }

    /// Does the work. What changes something is done to its end, also where its sender is gone.
    async fn perform(
        &self,
        repeatable: Option<Repeatable>,
        work: impl Future<Output = Result<Rendered, Problem>> + Send + 'static,
    ) -> Replied {
        let fresh = |rendered| Replied { rendered, is_replayed: false };
        if self.operation.method == Method::Get {
            return fresh(work.await);
        }
        let Common { store, clock, since, errands, .. } = self.common.clone();
        let done = errands.run(async move {
            match repeatable {
                Some(repeatable) => repeatable.once(store, (&*clock, since), work).await,
                None => fresh(work.await),
            }
        });
        done.await.unwrap_or_else(|| {
            let hint = "look whether it was done; report this with the hub's log";
            fresh(Err(Problem::new(Kind::Internal, "the hub failed at this request", hint)))
        })
    }

    fn send(&self, rendered: Rendered, conditions: &Conditions) -> Result<Response, Problem> {
        let Rendered { status, body, version } = rendered;
        let tag = match (self.operation.has_etag, version) {
            (false, _) => None,
            (true, Some(version)) => Some(etag::named(&version)?),
            (true, None) => Some(etag::of(&body)),
        };
        let sent = tag.as_ref().map_or(Ok(Sent::Whole), |tag| conditions.check(tag))?;
        let mut response = match sent {
            Sent::Whole if body.is_empty() => status.into_response(),
            Sent::Whole => {
                let mut response = (status, Body::from(body)).into_response();
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
                response
            }
            Sent::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        };
        // What one caller may see is for no shared cache.
        let private = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, private);
        if let Some(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Ok(response)
    }
}

/// The change set that a request belongs to, where it names one. Whether there is one, and whose it
/// is, is found out when something is written.
fn change_set(headers: &HeaderMap) -> Result<Option<ChangeSetId>, Problem> {
    let mut lines = headers.get_all(CHANGE_SET).iter();
    let id = match (lines.next(), lines.next()) {
        (None, _) => return Ok(None),
        (Some(only), None) => only.to_str().ok().and_then(|text| text.parse().ok()),
        _ => None,
    };
    let hint = "send one id as `POST /v1/change-sets` gave it";
    let refused = || Problem::bad_request("the header `Highwire-Change-Set` cannot be used", hint);
    id.map(Some).ok_or_else(refused)
}
