//! `highwire up`: runs the hub against what is configured, until it is told to stop.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use super::StopSignals;
use crate::{
    cli, doors,
    entry::Entry,
    failure::Failure,
    hand_over::{Offer, Predecessor},
    printer,
    settings::{Environment, Settings},
    socket_activation,
    wiring::{self, Running},
};

/// The exit code of a program that a second signal ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// Runs until Ctrl-C or the stop signal, or until a successor takes over. A second signal ends it at
/// once; what was acknowledged is on disk by then.
pub(crate) async fn run(
    up: &cli::Up,
    settings: Settings,
    environment: &Environment,
    json: bool,
) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    warn(&settings);
    raise_open_files();
    let entry = entry(up, &settings, environment).await?;
    let running = tokio::select! {
        running = wiring::enter(&settings, entry) => running?,
        () = signals.next() => return Ok(()),
    };
    let offer = Offer::make(&settings.data_dir);
    if let Err(error) = &offer {
        tracing::warn!(%error, "no successor can take over without a gap; shorten the data folder's path");
    }
    announce(&running, json);
    tokio::select! {
        () = signals.next() => {
            if let Ok(offer) = offer {
                offer.withdraw();
            }
            tracing::info!("stopping: no more events are taken, what is under way is finished");
        }
        () = is_taken(offer.as_ref().ok(), &running) => {
            tracing::info!("a successor takes the connections; what is under way here is finished");
        }
    }
    tokio::select! {
        () = running.stop() => Ok(()),
        () = signals.next() => {
            tracing::warn!("told to stop twice: what is under way is left to the next start");
            std::process::exit(INTERRUPTED);
        }
    }
}

/// Where the socket comes from.
async fn entry(
    up: &cli::Up,
    settings: &Settings,
    environment: &Environment,
) -> Result<Entry, Failure> {
    if up.take_over
        && let Some(predecessor) = Predecessor::find(&settings.data_dir).await?
    {
        return Ok(Entry::TakeOver(predecessor));
    }
    let inherited = socket_activation::socket(environment)?;
    Ok(match (inherited, up.take_over) {
        (Some(socket), _) => Entry::Inherited(socket),
        (None, true) => Entry::After,
        (None, false) => Entry::Alone,
    })
}

fn announce(running: &Running, json: bool) {
    let url = running.url();
    match json {
        true => printer::data(json!({ "url": url }).to_string()),
        false => printer::data(format!("highwire is up at {url}")),
    }
    for path in doors::WEBHOOK_PATHS {
        tracing::info!("webhooks of HighLevel are taken at {url}{path}");
    }
}

async fn is_taken(offer: Option<&Offer>, running: &Running) {
    match offer {
        Some(offer) => offer.is_taken(&running.listener()).await,
        None => std::future::pending().await,
    }
}

/// Every connection is an open file, and the usual limit of them is older than such servers.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// Says what is likely not meant as it stands.
fn warn(settings: &Settings) {
    let highlevel = &settings.highlevel;
    if highlevel.location_ids.is_empty()
        && highlevel.company_ids.is_empty()
        && !highlevel.accept_unknown_locations
    {
        tracing::warn!(
            "the settings connect no location; events of a location that `highwire connections list` \
             does not show either wait for 7 days: set highlevel.location_ids or GHL_LOCATION_ID, or \
             use `highwire connections add`"
        );
    }
    if highlevel.accept_unknown_locations {
        tracing::warn!(
            "events of every location are taken as yours (highlevel.accept_unknown_locations)"
        );
    }
    if !settings.webhook.secret.is_empty() && settings.webhook.api_keys.is_empty() {
        tracing::info!(
            "webhook.secret counts for deliveries with an API key of the organization `default`; \
             webhook.api_keys or `highwire api-keys create` has one"
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
