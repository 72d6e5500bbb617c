//! `/connect`: the connections of the organization, and what else can be connected.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use domain::{ConnectionId, Storage};
use maud::html;

use super::{
    ConnectionView, Pages, Refused, StandingView,
    layout::{self, Frame, Step},
    visitor::Visitor,
};

/// `GET /connect`.
pub(crate) async fn overview<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let Some(work) = pages.work() else { return layout::absent() };
    let connections = match work.connections(&visitor.who).await {
        Ok(connections) => connections,
        Err(refused) => return layout::refused(&visitor, &refused),
    };
    let content = html! {
        h1 { "Connections" }
        @if connections.is_empty() {
            p.soft { "Nothing is connected yet. Choose what to begin with." }
        } @else {
            ul.cards {
                @for one in &connections {
                    li {
                        a href=(layout::path(&one.id)) {
                            b { (one.name) }
                            (one.vendor)
                            @if let Some(account) = &one.account { ", " (account) }
                            small { (standing(one.standing)) }
                        }
                    }
                }
            }
        }
        h2.apart { "Connect" }
        ul.cards {
            @for offer in work.offers() {
                li {
                    a href=(format!("/connect/new/{}", offer.id)) {
                        b { (offer.vendor) }
                        (offer.way)
                    }
                }
            }
        }
    };
    let frame = Frame { title: "Connections", visitor: Some(&visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}

/// `GET /connect/connections/{connection}`.
pub(crate) async fn show<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
) -> Response {
    let one = match find(&pages, &visitor, &connection).await {
        Ok(one) => one,
        Err(response) => return response,
    };
    let below = layout::path(&one.id);
    let content = html! {
        h1 { (one.name) }
        p.soft {
            (one.vendor)
            @if let Some(account) = &one.account { ", " (account) }
        }
        (layout::steps(Step::Connect, Some(&one.id)))
        section {
            h2 { "Connected" }
            p { (standing(one.standing)) "." }
            form method="post" action=(format!("{below}/doctor")) {
                (layout::token(&visitor))
                button.quiet { "Examine it" }
            }
            small { "With calls that only read; nothing is changed at the vendor." }
        }
        a.button href=(format!("{below}/webhook")) { "Next: the webhook" }
    };
    let frame = Frame { title: &one.name, visitor: Some(&visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}

/// The connection of an address, where it is the visitor's.
pub(super) async fn find<S: Storage>(
    pages: &Pages<S>,
    visitor: &Visitor,
    connection: &str,
) -> Result<ConnectionView, Response> {
    let id = ConnectionId::new(connection);
    let all = pages.work().ok_or_else(layout::absent)?.connections(&visitor.who).await;
    let all = all.map_err(|refused| layout::refused(visitor, &refused))?;
    let is_it = |one: &ConnectionView| one.id == id || one.id.as_str() == connection;
    let found = all.into_iter().find(is_it);
    found.ok_or_else(|| layout::refused(visitor, &Refused::Absent))
}

fn standing(standing: StandingView) -> &'static str {
    match standing {
        StandingView::Ready => "Ready for calls",
        StandingView::NeedsConsent => "Somebody has to agree again at the vendor",
        StandingView::EventsOnly => "Takes events; nothing is stored to call with",
    }
}
