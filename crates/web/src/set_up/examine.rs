//! `POST /connect/connections/{connection}/doctor`: what a look at a connection shows, as a table.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use domain::{Storage, Verdict};
use maud::html;

use super::{
    Pages,
    layout::{self, Frame, Step},
    overview,
    visitor::Visitor,
};

/// Examines the connection and shows the findings.
pub(crate) async fn examine<S: Storage>(
    State(pages): State<Arc<Pages<S>>>,
    Extension(visitor): Extension<Visitor>,
    Path(connection): Path<String>,
    request: Request,
) -> Response {
    let examined = async {
        pages.form(&visitor, request).await?;
        let one = overview::find(&pages, &visitor, &connection).await?;
        let findings =
            pages.work().ok_or_else(layout::absent)?.examine(&visitor.who, &one.id).await;
        let findings = findings.map_err(|refused| layout::refused(&visitor, &refused))?;
        Ok::<_, Response>((one, findings))
    };
    let (one, findings) = match examined.await {
        Ok(examined) => examined,
        Err(response) => return response,
    };
    let bad = findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    let content = html! {
        h1 { (one.name) " examined" }
        (layout::steps(Step::Connect, Some(&one.id)))
        section {
            p {
                @match bad {
                    0 => "Everything that was looked at works.",
                    1 => "One thing does not work.",
                    many => { (many) " things do not work." },
                }
            }
            (layout::findings(&findings))
        }
        a.button.quiet href=(layout::path(&one.id)) { "Back" }
    };
    let frame = Frame { title: "Examined", visitor: Some(&visitor), ..Frame::default() };
    layout::page(StatusCode::OK, frame, &content)
}
