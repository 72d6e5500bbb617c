//! The desk of an operation: reads a request strictly, has it answered, and sends the answer.

use std::future::Future;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use policy::access::Denial;

use super::{
    Call, Operation, Reply,
    etag::{self, Conditions, Sent},
    fields::{self, Fields},
    reply::Rendered,
};
use crate::{admission::Admission, guard::Caller, pressure::Held, problem::Problem};

/// What answers the requests of one operation.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) operation: &'static Operation,
    pub(crate) admission: Admission,
}

impl Desk {
    /// Answers one request.
    pub(crate) async fn answer<X, P, Q, B, T, A>(
        self,
        request: Request,
        state: X,
        handler: impl FnOnce(Call<X, P, Q, B>) -> A,
    ) -> Response
    where
        (P, Q, B): Send,
        P: Fields,
        Q: Fields,
        B: Fields,
        A: Future<Output = Result<T, Problem>>,
        T: Reply,
    {
        let conditions = match self.operation.has_etag {
            true => Conditions::read(request.headers()),
            false => Conditions::default(),
        };
        let replied = match self.read(request, state).await {
            // The room for the body is given back when the answer is made.
            Ok((call, _held)) => handler(call).await.and_then(Reply::render),
            Err(problem) => Err(problem),
        };
        let sent = replied.and_then(|rendered| self.send(rendered, &conditions));
        sent.unwrap_or_else(IntoResponse::into_response)
    }

    async fn read<X, P: Fields, Q: Fields, B: Fields>(
        &self,
        request: Request,
        state: X,
    ) -> Result<(Call<X, P, Q, B>, Option<Held>), Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().cloned().ok_or(Denial::Unknown)?;
        let path = fields::of_path(&mut parts).await?;
        let query = fields::of_query(&parts)?;
        fields::check_head::<B>(&parts.headers)?;
        let (body, held) = match B::are_there() {
            true => {
                let limited = (body, self.operation.largest_body);
                let (body, held) = self.admission.read(&parts, limited).await?;
                (body, Some(held))
            }
            false => (Bytes::new(), None),
        };
        let body = fields::of_body(&body)?;
        Ok((Call { state, caller, path, query, body }, held))
    }

    fn send(&self, rendered: Rendered, conditions: &Conditions) -> Result<Response, Problem> {
        let Rendered { status, body } = rendered;
        let tag = self.operation.has_etag.then(|| etag::of(&body));
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
