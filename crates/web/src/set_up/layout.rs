//! The frame of every page: head, steps, tables of findings, and what browsers are told about it.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::{ConnectionId, Finding, Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Refused, form, style, visitor::Visitor};

/// What every page says to the browser: it loads nothing, sends its forms nowhere else, stands in no
/// frame, is kept by nobody, and tells no other site its address.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What a page is, besides its content.
#[derive(Clone, Copy, Default)]
pub(super) struct Frame<'a> {
    pub(super) title: &'a str,
    /// Who looks; nobody has signed in where there is none.
    pub(super) visitor: Option<&'a Visitor>,
    /// After how many seconds the browser looks again.
    pub(super) again_in: Option<u32>,
}

/// One of the three steps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    Webhook,
    Test,
}

/// A page.
pub(super) fn page(status: StatusCode, frame: Frame<'_>, content: &Markup) -> Response {
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                @if let Some(seconds) = frame.again_in {
                    meta http-equiv="refresh" content=(seconds);
                }
                title { (frame.title) " · Highwire" }
                style { (PreEscaped(style::SHEET)) }
            }
            body {
                header {
                    a href="/connect" { "Highwire" }
                    @if let Some(visitor) = frame.visitor {
                        span { (visitor.who.organization) }
                        form method="post" action="/connect/sign-out" {
                            (token(visitor))
                            button.quiet { "Sign out" }
                        }
                    }
                }
                main { (content) }
            }
        }
    };
    let mut response = (status, Html(html.into_string())).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why something was not done, and what to do next.
pub(super) fn trouble(
    status: StatusCode,
    visitor: Option<&Visitor>,
    (reason, hint): (&str, &str),
) -> Response {
    let content = html! {
        section {
            h1 { "That did not work" }
            p.bad { (sentence(reason)) }
            p { (sentence(hint)) }
            a.button.quiet href="/connect" { "Back to the connections" }
        }
    };
    page(status, Frame { title: "That did not work", visitor, ..Frame::default() }, &content)
}

/// The answer of a hub that has no such pages.
pub(super) fn absent() -> Response {
    let said = ("this hub has no set-up pages", "use the command: `highwire connect`");
    trouble(StatusCode::SERVICE_UNAVAILABLE, None, said)
}

/// The answer to what was refused.
pub(super) fn refused(visitor: &Visitor, refused: &Refused) -> Response {
    let visitor = Some(visitor);
    match refused {
        Refused::Absent => {
            let said = ("there is no such thing here", "begin at the list of connections");
            trouble(StatusCode::NOT_FOUND, visitor, said)
        }
        Refused::Because { reason, hint, is_ours } => {
            let status = match is_ours {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::BAD_REQUEST,
            };
            trouble(status, visitor, (reason, hint))
        }
    }
}

/// Leads somewhere else after a form.
pub(super) fn go_to(path: &str) -> Response {
    let location = HeaderValue::from_str(path).expect("paths of pages can stand in a header");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The field that proves that a form is this visitor's.
pub(super) fn token(visitor: &Visitor) -> Markup {
    let token = visitor.form_token.as_deref().unwrap_or_default();
    html! { input type="hidden" name=(form::TOKEN) value=(token); }
}

/// The three steps, of which one is the present one. Before there is a connection the later ones lead
/// nowhere.
pub(super) fn steps(now: Step, connection: Option<&ConnectionId>) -> Markup {
    let all = [
        (Step::Connect, "1 Connect", ""),
        (Step::Webhook, "2 Webhook", "/webhook"),
        (Step::Test, "3 Test", "/test"),
    ];
    html! {
        ol.steps {
            @for (step, name, below) in all {
                li aria-current=[(step == now).then_some("step")] {
                    @match connection {
                        Some(id) if step != now => a href=(format!("{}{below}", path(id))) { (name) },
                        _ => (name),
                    }
                }
            }
        }
    }
}

/// Where a connection's pages are.
pub(super) fn path(connection: &ConnectionId) -> String {
    format!("/connect/connections/{connection}")
}

/// What a look at a connection showed; each verdict is a word, and color only repeats it.
pub(super) fn findings(findings: &[Finding]) -> Markup {
    html! {
        table {
            thead { tr { th { "What" } th { "Is" } th { "Found" } } }
            tbody {
                @for finding in findings {
                    tr {
                        th scope="row" { (finding.subject) }
                        td class=(format!("word {}", finding.verdict)) { (word(finding.verdict)) }
                        td {
                            (coded(&finding.found))
                            @if let Some(hint) = &finding.hint { small { (coded(hint)) } }
                        }
                    }
                }
            }
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Warning => "warning",
        Verdict::Bad => "BAD",
        Verdict::Skipped => "skipped",
    }
}

/// A message as a sentence: messages begin with a small letter and have no period.
pub(super) fn sentence(text: &str) -> Markup {
    let mut chars = text.chars();
    let first: String =
        chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    coded(&format!("{first}{}{end}", chars.as_str()))
}

/// Text, with what stands between backticks as code.
pub(super) fn coded(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}
