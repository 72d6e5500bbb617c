//! `/connect/connections/{connection}/test`: the third step, an event that comes in and a reply that goes out.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    response::Response,
};
use domain::{EventId, Storage};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Arrival, ConnectionView, Pages, Replied, TrialPlan,
    layout::{self, Frame, Step},
    overview,
    visitor::Visitor,
};

/// How soon a browser looks again while an event is on its way, in seconds.
const AGAIN: u32 = 1;

/// Which event to look for.
#[derive(Deserialize)]
pub(crate) struct Looked {
    event: Option<String>,
}

/// What the page shows.
#[derive(Default)]
struct Shown {
    arrival: Option<(EventId, Arrival)>,
    replied: Option<Replied>,
}

/// `GET …/test`.
pub(crate) async fn trial<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
    Query(looked): Query<Looked>,
) -> Response {
    let found = async {
        let one = overview::find(&pages, &visitor, &connection).await?;
        let event = looked.event.as_deref().and_then(|event| event.parse::<EventId>().ok());
        let Some(event) = event else { return Ok((one, Shown::default())) };
        let arrival =
            pages.work().ok_or_else(layout::absent)?.arrival(&visitor.who, &one.id, event).await;
        let arrival = arrival.map_err(|refused| layout::refused(&visitor, &refused))?;
        Ok::<_, Response>((one, Shown { arrival: Some((event, arrival)), replied: None }))
    };
    match found.await {
        Ok((one, shown)) => page(&pages, &visitor, (&one, &shown)).await,
        Err(response) => response,
    }
}

/// `POST …/test`: sends a test event.
pub(crate) async fn send<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
    request: Request,
) -> Response {
    let sent = async {
        pages.form(&visitor, request).await?;
        let one = overview::find(&pages, &visitor, &connection).await?;
        let sent = pages.work().ok_or_else(layout::absent)?.send(&visitor.who, &one.id).await;
        let sent = sent.map_err(|refused| layout::refused(&visitor, &refused))?;
        Ok::<_, Response>(format!("{}/test?event={}", layout::path(&one.id), sent.event))
    };
    sent.await.map_or_else(|response| response, |path| layout::go_to(&path))
}

/// `POST …/reply`: sends a message through the vendor, where the person has confirmed it.
pub(crate) async fn reply<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
    request: Request,
) -> Response {
    let done = async {
        let form = pages.form(&visitor, request).await?;
        let one = overview::find(&pages, &visitor, &connection).await?;
        let (contact, text) = (form.text("contact"), form.text("text"));
        let is_confirmed = form.text("confirm") == "yes";
        if !is_confirmed || contact.is_empty() || text.is_empty() {
            let hint = "name the contact, write the message, and tick that it may be sent";
            let said = ("no message was sent", hint);
            return Err(layout::trouble(StatusCode::BAD_REQUEST, Some(&visitor), said));
        }
        let replied = pages
            .work()
            .ok_or_else(layout::absent)?
            .reply(&visitor.who, &one.id, (contact, text))
            .await;
        let replied = replied.map_err(|refused| layout::refused(&visitor, &refused))?;
        Ok::<_, Response>((one, Shown { arrival: None, replied: Some(replied) }))
    };
    match done.await {
        Ok((one, shown)) => page(&pages, &visitor, (&one, &shown)).await,
        Err(response) => response,
    }
}

async fn page<S: Storage>(
    pages: &Pages<S>,
    visitor: &Visitor,
    (one, shown): (&ConnectionView, &Shown),
) -> Response {
    let Some(work) = pages.work() else { return layout::absent() };
    let plan = match work.trial(&visitor.who, &one.id).await {
        Ok(plan) => plan,
        Err(refused) => return layout::refused(visitor, &refused),
    };
    let below = layout::path(&one.id);
    let is_under_way = shown.arrival.as_ref().is_some_and(|(_, arrival)| !arrival.is_done());
    let content = html! {
        h1 { "Test " (one.name) }
        (layout::steps(Step::Test, Some(&one.id)))
        (event(visitor, &below, (&plan, shown)))
        @if plan.can_reply { (reply_form(visitor, &below, shown.replied.as_ref())) }
        a.button.quiet href="/connect" { "All connections" }
    };
    let frame =
        Frame { title: "Test", visitor: Some(visitor), again_in: is_under_way.then_some(AGAIN) };
    layout::page(StatusCode::OK, frame, &content)
}

fn event(visitor: &Visitor, below: &str, (plan, shown): (&TrialPlan, &Shown)) -> Markup {
    html! {
        section {
            h2 { "An event comes in" }
            p { (layout::sentence(&plan.explanation)) }
            @if let Some(address) = &plan.address {
                p { "It is sent to " code { (address) } "." }
                form method="post" action=(format!("{below}/test")) {
                    (layout::token(visitor))
                    button { @if shown.arrival.is_some() { "Send another" } @else { "Send a test event" } }
                }
            }
            @if let Some((event, arrival)) = &shown.arrival { (progress(event, arrival)) }
        }
    }
}

fn progress(event: &EventId, arrival: &Arrival) -> Markup {
    let accepted = format!("answered with 200, as {event}");
    let stops = [
        ("Accepted", Some(accepted.as_str())),
        ("In the journal", arrival.journaled.as_deref()),
        ("In the mirror", arrival.mirrored.as_deref()),
        ("Decided", arrival.decided.as_deref()),
    ];
    html! {
        table {
            thead { tr { th { "Stop" } th { "Is" } th { "Found" } } }
            tbody {
                @for (stop, told) in stops {
                    tr {
                        th scope="row" { (stop) }
                        @match told {
                            Some(told) => { td.word.good { "done" } td { (told) } }
                            None => { td.word.skipped { "waiting" } td { "on its way" } }
                        }
                    }
                }
            }
        }
    }
}

fn reply_form(visitor: &Visitor, below: &str, replied: Option<&Replied>) -> Markup {
    html! {
        section {
            h2 { "A reply goes out" }
            @if let Some(replied) = replied {
                p.good { "The vendor accepted the message as " code { (replied.message) } "." }
            }
            p {
                "Send a real message to a contact of yours, such as yourself. It costs what messages \
                 cost in your account."
            }
            form method="post" action=(format!("{below}/reply")) {
                (layout::token(visitor))
                label for="contact" { "Contact id" }
                input #contact type="text" name="contact" autocomplete="off" spellcheck="false" required;
                small { "It stands at the end of the contact's address in the CRM." }
                label for="text" { "Message" }
                input #text type="text" name="text" value="Hello from the hub: this is a test." required;
                label.check {
                    input type="checkbox" name="confirm" value="yes" required;
                    span { "Send this message as an SMS to that person" }
                }
                button { "Send the message" }
            }
        }
    }
}

impl Arrival {
    /// Whether there is nothing more to wait for.
    fn is_done(&self) -> bool {
        self.journaled.is_some() && self.mirrored.is_some() && self.decided.is_some()
    }
}
