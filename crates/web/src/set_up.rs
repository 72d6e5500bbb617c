//! `/connect`: pages on which a person connects a vendor in three steps, without a command line.
//!
//! The pages know no vendor: what can be connected, what to fill in and what to do at the vendor comes
//! from [`SetUp`]. They need no script. Who sees them has signed in; every form carries the session's
//! own token, and every page is about the organization that the session stands for.

mod connect;
mod examine;
mod form;
mod layout;
mod overview;
mod service;
mod sessions;
mod sign_in;
mod style;
#[cfg(test)]
mod tests;
mod trial;
mod visitor;
mod webhook;

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use domain::{Clock, Storage};

pub use self::service::{
    Arrival, Connected, ConnectionView, Door, Field, FieldKind, Offer, Outcome, Proof, Refused,
    Replied, Sent, SetUp, Shown, StandingView, TICKET, TrialPlan, Who,
};
pub(crate) use self::visitor::{Visitor, Watch, watch};
use self::{form::Form, sessions::Sessions};
use crate::{admission::Admission, guard::Guard};

/// How large a form may be, in bytes. The longest field is a token of a few kilobytes.
const LARGEST_FORM: usize = 32 * 1024;

/// What the pages share.
pub(crate) struct Pages<S> {
    work: Option<Arc<dyn SetUp>>,
    sessions: Arc<Sessions>,
    guard: Arc<Guard<S>>,
    admission: Admission,
    clock: Arc<dyn Clock>,
}

impl<S: Storage> Pages<S> {
    /// Pages over this service; without one, each says that it is not there.
    pub(crate) fn new(
        work: Option<Arc<dyn SetUp>>,
        (guard, admission): (Arc<Guard<S>>, Admission),
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { work, sessions: Arc::default(), guard, admission, clock }
    }

    /// What connects; none in a hub without these pages.
    fn work(&self) -> Option<&dyn SetUp> {
        self.work.as_deref()
    }

    /// The fields of a form that this visitor's own page sent.
    async fn form(&self, visitor: &Visitor, request: Request) -> Result<Form, Response> {
        let (head, form) = self.fields(request).await?;
        let is_own = visitor.form_token.as_deref().is_some_and(|token| form.carries(token));
        match is_own && !is_from_elsewhere(&head) {
            true => Ok(form),
            false => {
                let hint = "open the page again, and send the form from there";
                let said = ("this form is not of your session", hint);
                Err(layout::trouble(StatusCode::BAD_REQUEST, Some(visitor), said))
            }
        }
    }

    async fn fields(&self, request: Request) -> Result<(HeaderMap, Form), Response> {
        let (head, body) = request.into_parts();
        let read = self.admission.read(&head, (body, LARGEST_FORM)).await;
        let (body, _held) = read.map_err(axum::response::IntoResponse::into_response)?;
        Ok((head.headers, Form::read(&body)))
    }
}

/// Whether a browser says that another site made the request.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(site, Some("cross-site" | "same-site"))
}

/// The routes of the pages.
pub(crate) mod routes {
    pub(crate) use super::{
        connect::{begin, take as connect},
        examine::examine,
        overview::{overview, show},
        sign_in::{enter, look, open, out, sign_in},
        trial::{reply, send, trial},
        webhook::{make, plan},
    };
}
