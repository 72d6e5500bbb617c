//! Who looks at a page: somebody with a session, or a program with an API key.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{ApiKey, Storage, StorageError};
use policy::access::{Denial, Need, Principal};

use super::{Pages, Who, layout, sign_in};

/// Who looks at a page, and may.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// For whom, and in whose name.
    pub(super) who: Who,
    /// What its forms carry; none of a program, which sends no forms.
    pub(super) form_token: Option<String>,
}

/// What stands before one page.
pub(crate) struct Watch<S> {
    pub(crate) pages: Arc<Pages<S>>,
    pub(crate) need: &'static Need,
}

impl<S> Clone for Watch<S> {
    fn clone(&self) -> Self {
        Self { pages: Arc::clone(&self.pages), need: self.need }
    }
}

/// Lets somebody in, or shows where to sign in.
pub(crate) async fn watch<S: Storage>(
    State(watch): State<Watch<S>>,
    mut request: Request,
    next: Next,
) -> Response {
    let found = match watch.pages.find(request.headers()).await {
        Ok(found) => found,
        Err(error) => return crate::problem::Problem::from(error).into_response(),
    };
    let principal = found.as_ref().map(|(key, _)| Principal::of_key(key));
    let decided = watch.pages.guard.decide(watch.need, principal.as_ref());
    match (decided, found) {
        (Ok(()), Some((key, form_token))) => {
            let organization = key.organization.clone();
            let actor = domain::Actor::Key(key.id.clone());
            let who = Who { organization, actor };
            request.extensions_mut().insert(Visitor { who, form_token });
            next.run(request).await
        }
        (Err(Denial::Unknown), _) | (Ok(()), None) => {
            sign_in::page(&watch.pages, request.headers(), StatusCode::UNAUTHORIZED, None)
        }
        (Err(denial), _) => {
            let (reason, hint) = (denial.to_string(), denial.hint());
            layout::trouble(StatusCode::FORBIDDEN, None, (&reason, &hint))
        }
    }
}

impl<S: Storage> Pages<S> {
    /// The key that a request stands for, and the token of its session's forms.
    async fn find(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(Arc<ApiKey>, Option<String>)>, StorageError> {
        if let Some(session) = self.sessions.of(headers, self.clock.now()) {
            if !session.follows_key || self.guard.active(&session.key.secret_hash).await?.is_some()
            {
                return Ok(Some((session.key, Some(session.form_token))));
            }
            self.sessions.end(headers);
        }
        let caller = self.guard.caller(headers).await?;
        Ok(caller.and_then(|caller| caller.key).map(|key| (key, None)))
    }
}
