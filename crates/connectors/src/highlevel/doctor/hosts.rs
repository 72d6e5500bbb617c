//! Whether the other hosts of HighLevel answer: where people agree to an installation.

use domain::Finding;
use endpoint::{Method, Request, Transport, TransportError};

/// Where an installation is agreed to, under HighLevel's name and under none (`facts/highlevel.md`
/// 1.1).
pub const CONSENT: [&str; 2] =
    ["https://marketplace.gohighlevel.com", "https://marketplace.leadconnectorhq.com"];

/// Asks a host for its first page. Any answer will do; only silence is told as a warning, since
/// nothing but a new installation needs it.
pub async fn ask(transport: &impl Transport, url: &str) -> Finding {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let subject = format!("host {host}");
    let request = Request {
        method: Method::Get,
        url: format!("{url}/"),
        headers: Vec::new(),
        body: Vec::new().into(),
    };
    match transport.send(request).await {
        Ok(_) => Finding::good(&subject, "it answers"),
        Err(error) => {
            let found = match error {
                TransportError::Connect { .. } => "nothing answers from this machine",
                TransportError::Interrupted { .. } => "it took the call and did not answer in time",
            };
            let hint = "let the browser of whoever installs the app reach it; the hub itself calls \
                        only the API";
            Finding::warning(&subject, found, hint)
        }
    }
}
