//! What a fault makes of an answer: a page of HTML, a body without bytes, a label that is wrong.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};

use super::FaultAction;
use crate::line::Line;

/// The answer as it leaves; `answer` is the vendor's, where the operation took effect.
pub(crate) fn disguise(
    action: &FaultAction,
    answer: Option<Response<Body>>,
    line: &Line,
) -> Response<Body> {
    let succeeded = answer.as_ref().is_some_and(|answer| answer.status().is_success());
    match (action, answer) {
        // What the vendor refused anyway stays refused.
        (FaultAction::HtmlPage { .. } | FaultAction::EmptyBody { .. }, Some(refused))
            if !succeeded =>
        {
            refused
        }
        (FaultAction::HtmlPage { status, retry_after, .. }, _) => {
            let mut page = page(*status);
            if let Some(seconds) = retry_after {
                page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            page
        }
        (FaultAction::EmptyBody { status }, Some(answer)) => empty(answer, *status),
        (FaultAction::WrongContentType, Some(mut answer)) => {
            label(&mut answer);
            answer
        }
        (FaultAction::SlowBody { milliseconds }, answer) => {
            line.dribble(std::time::Duration::from_millis(*milliseconds));
            answer.unwrap_or_default()
        }
        (FaultAction::Truncate, answer) => {
            line.truncate();
            answer.unwrap_or_default()
        }
        (_, answer) => answer.unwrap_or_default(),
    }
}

/// A page of an intermediary: of its login or puzzle where it is a success, of an error otherwise.
pub(crate) fn page(status: u16) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let title =
        if status.is_success() { "Just a moment...".to_owned() } else { status.to_string() };
    let text = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>\
         </center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    label(&mut response);
    response
}

fn empty(answer: Response<Body>, status: Option<u16>) -> Response<Body> {
    let (mut head, _) = answer.into_parts();
    head.headers.remove(header::CONTENT_TYPE);
    head.status =
        status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(head.status);
    Response::from_parts(head, Body::empty())
}

fn label(response: &mut Response<Body>) {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
}

#[cfg(test)]
mod tests;
