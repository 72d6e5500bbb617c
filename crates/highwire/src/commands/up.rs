//! `highwire up`: runs the hub against what is configured, until it is told to stop.

use serde_json::json;

use super::stop_signal;
use crate::{failure::Failure, printer, settings::Settings, wiring};

/// Runs until Ctrl-C or the stop signal.
pub(crate) async fn run(settings: Settings, json: bool) -> Result<(), Failure> {
    warn(&settings);
    let running = wiring::start(&settings).await?;
    let url = running.url();
    match json {
        true => printer::data(json!({ "url": url }).to_string()),
        false => printer::data(format!("highwire is up at {url}")),
    }
    for path in wiring::WEBHOOK_PATHS {
        tracing::info!("webhooks of HighLevel are taken at {url}{path}");
    }
    stop_signal().await?;
    tracing::info!("stopping: no more events are taken, what is under way is finished");
    running.stop().await;
    Ok(())
}

/// Says what is likely not meant as it stands.
fn warn(settings: &Settings) {
    let highlevel = &settings.highlevel;
    if highlevel.location_ids.is_empty()
        && highlevel.company_ids.is_empty()
        && !highlevel.accept_unknown_locations
    {
        tracing::warn!(
            "no location is connected, so every event belongs to nobody; set highlevel.location_ids \
             or GHL_LOCATION_ID"
        );
    }
    if highlevel.accept_unknown_locations {
        tracing::warn!(
            "events of every location are taken as yours (highlevel.accept_unknown_locations)"
        );
    }
    if !settings.webhook.secret.is_empty() {
        tracing::warn!(
            "webhook.secret is set and not used: this version accepts only HighLevel's own signatures"
        );
    }
    if settings.notion.token.is_empty() {
        tracing::warn!(
            "Notion is switched off; set notion.token or NOTION_TOKEN to keep an activity log"
        );
    }
    if !settings.listen.ip().is_loopback() {
        tracing::warn!(
            listen = %settings.listen,
            "the hub is open to the network without TLS, so that API keys pass in clear; put a proxy \
             with TLS in front. /metrics and /readyz take a key with the scope metrics:read now"
        );
    }
}
