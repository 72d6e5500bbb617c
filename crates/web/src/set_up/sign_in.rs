//! `/connect/sign-in` and `/connect/open`: a session for who has an API key, or a link that opens once.

use std::sync::Arc;

use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{ApiKeySecret, Storage};
use maud::html;
use serde::Deserialize;

use super::{
    Pages, form, is_from_elsewhere,
    layout::{self, Frame},
    sessions::{self, SESSION, VISIT, cookie, hex},
    visitor::Visitor,
};

/// The form, for somebody who is not signed in. A cookie holds the token that the form has to carry, so
/// that no other site can sign a person in to where they do not mean to be.
pub(super) fn page<S: Storage>(
    pages: &Pages<S>,
    headers: &HeaderMap,
    status: StatusCode,
    trouble: Option<&str>,
) -> Response {
    let Some(work) = pages.work() else { return absent(status) };
    let visit = cookie(headers, VISIT).map_or_else(|| hex(&work.draw()), str::to_owned);
    let content = html! {
        h1 { "Sign in" }
        section {
            @if let Some(trouble) = trouble { p.bad { (layout::sentence(trouble)) } }
            p {
                "Paste an API key of your organization that may change connections, or run "
                code { "highwire connect browser" } " where the hub runs and open the link it prints."
            }
            form method="post" action="/connect/sign-in" {
                input type="hidden" name=(form::TOKEN) value=(visit);
                label for="key" { "API key" }
                input #key type="password" name="key" autocomplete="off" required;
                button { "Sign in" }
            }
        }
    };
    let mut response =
        layout::page(status, Frame { title: "Sign in", ..Frame::default() }, &content);
    let is_https = is_https(pages, headers);
    response.headers_mut().insert(header::SET_COOKIE, sessions::set(VISIT, &visit, is_https));
    response
}

/// There are no pages in this hub: nobody is let in, and nobody is asked for a key.
fn absent(status: StatusCode) -> Response {
    let status = if status.is_success() { StatusCode::SERVICE_UNAVAILABLE } else { status };
    layout::trouble(status, None, ("this hub has no set-up pages", "use `highwire connect`"))
}

/// `GET /connect/sign-in`.
pub(crate) async fn look<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    headers: HeaderMap,
) -> Response {
    std::future::ready(page(&pages, &headers, StatusCode::OK, None)).await
}

/// `POST /connect/sign-in`: a key becomes a session. The key itself is not kept.
pub(crate) async fn sign_in<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    request: Request,
) -> Response {
    let (headers, form) = match pages.fields(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let is_own = cookie(&headers, VISIT).is_some_and(|visit| form.carries(visit));
    if !is_own || is_from_elsewhere(&headers) {
        let trouble = "the form was out of date; please send it again";
        return page(&pages, &headers, StatusCode::BAD_REQUEST, Some(trouble));
    }
    let Some(secret) = ApiKeySecret::parse(form.text("key")) else {
        let trouble = "this is no API key: one begins with `hwk_`";
        return page(&pages, &headers, StatusCode::BAD_REQUEST, Some(trouble));
    };
    match pages.guard.active(&secret.hash()).await {
        Ok(Some(key)) => begin(&pages, &headers, (key, true)),
        Ok(None) => {
            let trouble = "no key with it counts: it may have ended, or been revoked";
            page(&pages, &headers, StatusCode::BAD_REQUEST, Some(trouble))
        }
        Err(error) => crate::problem::Problem::from(error).into_response(),
    }
}

/// What an address that opens the pages carries.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    ticket: String,
}

/// `GET /connect/open`: asks before it uses the link up, since programs look at links beforehand.
pub(crate) async fn enter<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Response {
    let Some(work) = pages.work() else { return layout::absent() };
    let visit = cookie(&headers, VISIT).map_or_else(|| hex(&work.draw()), str::to_owned);
    let content = html! {
        h1 { "Set up a connection" }
        section {
            p { "This link opens the set-up pages once, in this browser." }
            form method="post" action="/connect/open" {
                input type="hidden" name=(form::TOKEN) value=(visit);
                input type="hidden" name="ticket" value=(link.ticket);
                button { "Continue" }
            }
        }
    };
    let frame = Frame { title: "Set up a connection", ..Frame::default() };
    let mut response = layout::page(StatusCode::OK, frame, &content);
    let is_https = is_https(&pages, &headers);
    response.headers_mut().insert(header::SET_COOKIE, sessions::set(VISIT, &visit, is_https));
    std::future::ready(response).await
}

/// `POST /connect/open`: a link becomes a session, once.
pub(crate) async fn open<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    request: Request,
) -> Response {
    let (headers, form) = match pages.fields(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let is_own = cookie(&headers, VISIT).is_some_and(|visit| form.carries(visit));
    let spent = "this link is used up or too old: `highwire connect browser` prints another";
    let secret = ApiKeySecret::parse(form.text("ticket")).filter(|_| is_own);
    let Some(secret) = secret.filter(|_| !is_from_elsewhere(&headers)) else {
        return page(&pages, &headers, StatusCode::BAD_REQUEST, Some(spent));
    };
    let now = pages.clock.now();
    let used = async {
        let key = pages.guard.active(&secret.hash()).await?;
        // Only a key that was made for a link opens once; others are pasted into the form.
        let key = key.filter(|key| key.name == super::service::TICKET);
        match key.filter(|_| pages.sessions.use_up(&secret.hash(), now)) {
            Some(key) => pages.guard.revoke(&key).await.map(|()| Some(key)),
            None => Ok(None),
        }
    };
    match used.await {
        Ok(Some(key)) => begin(&pages, &headers, (key, false)),
        Ok(None) => page(&pages, &headers, StatusCode::BAD_REQUEST, Some(spent)),
        Err(error) => crate::problem::Problem::from(error).into_response(),
    }
}

/// `POST /connect/sign-out`.
pub(crate) async fn out<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    axum::Extension(visitor): axum::Extension<Visitor>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    if let Err(response) = pages.form(&visitor, request).await {
        return response;
    }
    pages.sessions.end(&headers);
    let mut response = layout::go_to("/connect/sign-in");
    let ended = sessions::set(SESSION, "", is_https(&pages, &headers));
    response.headers_mut().insert(header::SET_COOKIE, ended);
    response
}

fn begin<S: Storage>(
    pages: &Pages<S>,
    headers: &HeaderMap,
    key: (domain::ApiKey, bool),
) -> Response {
    let Some(work) = pages.work() else { return layout::absent() };
    let numbers = (work.draw(), work.draw());
    let id = pages.sessions.open(key, numbers, pages.clock.now());
    let mut response = layout::go_to("/connect");
    let cookie = sessions::set(SESSION, &id, is_https(pages, headers));
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

/// Whether the browser came by TLS, as far as a proxy or the settings say so.
fn is_https<S: Storage>(pages: &Pages<S>, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded = text("x-forwarded-proto") == Some("https");
    let host = text("host").unwrap_or_default();
    forwarded || pages.work.as_deref().is_some_and(|work| work.is_https(host))
}
