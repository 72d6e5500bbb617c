//! `/connect/connections/{connection}/webhook`: the second step, which address the vendor sends to.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use domain::Storage;
use maud::{Markup, html};
use secrecy::ExposeSecret;

use super::{
    ConnectionView, Door, Pages, Shown,
    layout::{self, Frame, Step},
    overview,
    visitor::Visitor,
};

/// `GET …/webhook`.
pub(crate) async fn plan<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
) -> Response {
    match overview::find(&pages, &visitor, &connection).await {
        Ok(one) => page(&pages, &visitor, &one, None).await,
        Err(response) => response,
    }
}

/// `POST …/webhook`: makes what proves the deliveries, and shows it once.
pub(crate) async fn make<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
    request: Request,
) -> Response {
    let made = async {
        let form = pages.form(&visitor, request).await?;
        let one = overview::find(&pages, &visitor, &connection).await?;
        let shown = pages
            .work()
            .ok_or_else(layout::absent)?
            .prove(&visitor.who, &one.id, form.text("proof"))
            .await;
        let shown = shown.map_err(|refused| layout::refused(&visitor, &refused))?;
        Ok::<_, Response>((one, shown))
    };
    match made.await {
        Ok((one, shown)) => page(&pages, &visitor, &one, Some(shown)).await,
        Err(response) => response,
    }
}

async fn page<S: Storage>(
    pages: &Pages<S>,
    visitor: &Visitor,
    one: &ConnectionView,
    shown: Option<Shown>,
) -> Response {
    let Some(work) = pages.work() else { return layout::absent() };
    let doors = match work.doors(&visitor.who, &one.id).await {
        Ok(doors) => doors,
        Err(refused) => return layout::refused(visitor, &refused),
    };
    let below = layout::path(&one.id);
    let content = html! {
        h1 { "Webhook of " (one.name) }
        (layout::steps(Step::Webhook, Some(&one.id)))
        @if let Some(shown) = &shown {
            section {
                h2 { (shown.title) }
                output { (shown.secret.expose_secret()) }
                p { (layout::sentence(&shown.then)) }
                small { "It is shown this once and kept nowhere in clear." }
            }
        }
        @if doors.is_empty() {
            section { p { "Nothing comes in from " (one.vendor) ": there is no webhook to set up." } }
        }
        @for door in &doors { (self::door(visitor, &below, door)) }
        a.button href=(format!("{below}/test")) { "Next: the test" }
    };
    let frame = Frame { title: "Webhook", visitor: Some(visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}

fn door(visitor: &Visitor, below: &str, door: &Door) -> Markup {
    html! {
        section {
            h2 { (door.title) }
            @if let Some(address) = &door.address { output { (address) } }
            @if !door.steps.is_empty() {
                ol { @for step in &door.steps { li { (layout::coded(step)) } } }
            }
            @if let Some(proof) = &door.proof {
                @if let Some(state) = &proof.state { p.soft { (layout::sentence(state)) } }
                form method="post" action=(format!("{below}/webhook")) {
                    (layout::token(visitor))
                    input type="hidden" name="proof" value=(proof.id);
                    button.quiet { (proof.action) }
                }
            }
        }
    }
}
