//! `/connect/new/{offer}`: the first step, in which a person gives what a connection is made of.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension,
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use domain::Storage;
use maud::{Markup, html};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Connected, FieldKind, Offer, Outcome, Pages, Refused,
    form::Form,
    layout::{self, Frame, Step},
    visitor::Visitor,
};

/// `GET /connect/new/{offer}`.
pub(crate) async fn begin<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(offer): Path<String>,
) -> Response {
    std::future::ready(match find(&pages, &offer) {
        Some(offer) => ask(&visitor, &offer, &BTreeMap::new(), None),
        None => layout::refused(&visitor, &Refused::Absent),
    })
    .await
}

/// `POST /connect/new/{offer}`.
pub(crate) async fn take<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(offer): Path<String>,
    request: Request,
) -> Response {
    let form = match pages.form(&visitor, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(offer) = find(&pages, &offer) else {
        return layout::refused(&visitor, &Refused::Absent);
    };
    let seen = seen(&offer, &form);
    let missing =
        offer.fields.iter().find(|field| !field.is_optional && form.text(field.name).is_empty());
    if let Some(field) = missing {
        let trouble = (format!("{} is missing", field.label), field.help.to_owned());
        return ask(&visitor, &offer, &seen, Some(&trouble));
    }
    let Some(work) = pages.work() else { return layout::absent() };
    let given = |field: &super::Field| {
        let text = form.text(field.name);
        (!text.is_empty()).then(|| (field.name.to_owned(), SecretString::from(text)))
    };
    let fields = offer.fields.iter().filter_map(given).collect();
    match work.connect(&visitor.who, offer.id, fields).await {
        Ok(Outcome::Connected(connected)) => done(&visitor, &offer, &connected),
        Ok(Outcome::Consent(url)) => consent(&visitor, &offer, &url),
        Err(Refused::Because { reason, hint, is_ours: false }) => {
            ask(&visitor, &offer, &seen, Some(&(reason, hint)))
        }
        Err(refused) => layout::refused(&visitor, &refused),
    }
}

fn find<S: Storage>(pages: &Pages<S>, id: &str) -> Option<Offer> {
    pages.work()?.offers().into_iter().find(|offer| offer.id == id)
}

/// What may stand in the form again after a refusal: everything but credentials.
fn seen(offer: &Offer, form: &Form) -> BTreeMap<&'static str, String> {
    let texts = offer.fields.iter().filter(|field| field.kind == FieldKind::Text);
    texts.map(|field| (field.name, form.text(field.name).to_owned())).collect()
}

fn ask(
    visitor: &Visitor,
    offer: &Offer,
    seen: &BTreeMap<&'static str, String>,
    trouble: Option<&(String, String)>,
) -> Response {
    let content = html! {
        h1 { "Connect " (offer.vendor) }
        p.soft { (offer.way) }
        (layout::steps(Step::Connect, None))
        section {
            @if let Some((reason, hint)) = trouble {
                p.bad { (layout::sentence(reason)) }
                p { (layout::sentence(hint)) }
            }
            @if !offer.steps.is_empty() {
                ol { @for step in &offer.steps { li { (layout::coded(step)) } } }
            }
            form method="post" action=(format!("/connect/new/{}", offer.id)) {
                (layout::token(visitor))
                @for field in &offer.fields { (input(field, seen)) }
                button { "Connect" }
            }
        }
    };
    let title = format!("Connect {}", offer.vendor);
    let status = if trouble.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let frame = Frame { title: &title, visitor: Some(visitor), ..Frame::default() };
    layout::page(status, frame, &content)
}

fn input(field: &super::Field, seen: &BTreeMap<&'static str, String>) -> Markup {
    let value = seen.get(field.name).map(String::as_str);
    let kind = match field.kind {
        FieldKind::Text => "text",
        FieldKind::Secret => "password",
    };
    html! {
        label for=(field.name) {
            (field.label)
            @if field.is_optional { span.soft { " (optional)" } }
        }
        input id=(field.name) type=(kind) name=(field.name) value=[value] autocomplete="off"
            spellcheck="false" required[!field.is_optional];
        small { (layout::coded(field.help)) }
    }
}

fn done(visitor: &Visitor, offer: &Offer, connected: &Connected) -> Response {
    let content = html! {
        h1 { (offer.vendor) " is connected" }
        (layout::steps(Step::Connect, Some(&connected.id)))
        section {
            h2 { "What a look at it showed" }
            (layout::findings(&connected.findings))
        }
        a.button href=(format!("{}/webhook", layout::path(&connected.id))) { "Next: the webhook" }
    };
    let frame = Frame { title: "Connected", visitor: Some(visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}

/// A link and not a redirect: browsers hold what follows a form to the page's own site.
fn consent(visitor: &Visitor, offer: &Offer, url: &SecretString) -> Response {
    let content = html! {
        h1 { "Agree at " (offer.vendor) }
        (layout::steps(Step::Connect, None))
        section {
            p {
                "Choose there what the hub may use. Afterwards you are led back here, and the \
                 connection stands in your list."
            }
            a.button href=(url.expose_secret()) rel="noreferrer" { "Continue to " (offer.vendor) }
        }
    };
    let frame = Frame { title: "Agree", visitor: Some(visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}
