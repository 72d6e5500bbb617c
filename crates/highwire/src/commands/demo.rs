//! `highwire demo`: the main job on simulated vendors, from the door to Notion, with its figures.

mod input;
mod report;

use std::time::Duration;

use domain::Journal;
use indicatif::{ProgressBar, ProgressStyle};
use sandbox::highlevel::{Delivered, HighLevelSettings};

use self::{input::Input, report::Report};
use super::{
    sandbox::{self as vendors, Vendors},
    stop_signal,
};
use crate::{
    cli, doors,
    failure::Failure,
    printer,
    settings::Settings,
    wiring::{self, Running},
};

/// How often the hub is asked whether it is done.
const LOOK: Duration = Duration::from_millis(10);

/// How long nothing may move before the demo gives up: longer than Notion's window of a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// One event, sent twice.
struct Sent {
    first: Delivered,
    again: Option<Delivered>,
}

/// Makes settings that touch nothing of the user's: no file, no port, no account.
pub(crate) fn adapt(settings: &mut Settings) {
    let any_port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    settings.listen = any_port;
    settings.sandbox.highlevel_listen = any_port;
    settings.sandbox.notion_listen = any_port;
    settings.sandbox.repairshopr_listen = any_port;
    settings.sandbox.models_listen = any_port;
    settings.highlevel.accept_unknown_locations = true;
    settings.vault.forget();
    "0".clone_into(&mut settings.server.disk_reserve);
    if settings.log.level == "info" {
        "warn".clone_into(&mut settings.log.level);
    }
}

/// Runs the demo; it fails unless every event arrives once at every stop.
pub(crate) async fn run(
    demo: &cli::Demo,
    mut settings: Settings,
    json: bool,
) -> Result<(), Failure> {
    let inputs = input::load(demo.events.as_deref())?;
    let vendors = vendors::start(&settings.sandbox, without_data(), None).await?;
    let running = start_hub(&mut settings, &vendors).await?;
    let bar = progress_bar(inputs.len());
    let sent = send(&vendors, &inputs, &bar).await?;
    settle(&running, &bar, inputs.len()).await?;
    let report = Report::take(&running.store, &vendors, &settings, &sent).await?;
    bar.finish_and_clear();
    match json {
        true => printer::data(report.json().to_string()),
        false => printer::data(report.text(&settings.data_dir, demo.stay.then(|| running.url()))),
    }
    if demo.stay {
        printer::talk("The hub and the simulated vendors stay up until Ctrl-C.");
        stop_signal().await?;
    }
    running.stop().await;
    vendors.stop().await;
    report.verdict()
}

/// The demo sends events of its own and asks HighLevel for nothing.
fn without_data() -> HighLevelSettings {
    let defaults = HighLevelSettings::default();
    HighLevelSettings { contacts: 0, other_contacts: 0, opportunities: 0, ..defaults }
}

/// A hub of its own on the simulated vendors, whatever else is configured.
async fn start_hub(settings: &mut Settings, vendors: &Vendors) -> Result<Running, Failure> {
    let folder = tempfile::Builder::new().prefix("highwire-demo-").tempdir().map_err(|source| {
        let hint = "free some space in the folder for temporary files";
        Failure::user("make a folder for the demo", hint).because(source)
    })?;
    settings.data_dir = folder.keep();
    settings.webhook.public_keys = vendors.highlevel.webhook_public_keys();
    settings.notion.url = vendors.notion.url();
    settings.notion.token = endpoint::Secret::new(vendors.notion.token());
    let client = wiring::notion_client(&settings.notion)?;
    let parent = vendors.notion.parent_page_id();
    settings.notion.activity_log = connectors::notion::create_activity_log(&client, &parent)
        .await
        .map_err(|failure| Failure::user("make the activity log", failure.reason))?;
    let running = wiring::start(settings).await?;
    let url = format!("{}{}", running.url(), doors::WEBHOOK_PATHS[0]);
    vendors.highlevel.subscribe(&url).map_err(|source| {
        Failure::user("subscribe the hub to the webhooks", "report this as a bug").because(source)
    })?;
    Ok(running)
}

fn progress_bar(events: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<28} [{bar:32}] {pos}/{len} {elapsed}");
    let bar = ProgressBar::new(3 * events as u64);
    match style {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// Every event once, and then every delivery once more, byte for byte.
async fn send(
    vendors: &Vendors,
    inputs: &[Input],
    bar: &ProgressBar,
) -> Result<Vec<Sent>, Failure> {
    let failed = |input: &Input, source: sandbox::highlevel::WebhookError| {
        Failure::user(format!("send the event {}", input.file), "correct the file").because(source)
    };
    bar.set_message("sending events");
    let mut sent = Vec::new();
    for input in inputs {
        let delivered = vendors.highlevel.send_named(&input.json, &input.file).await;
        let first = delivered.map_err(|source| failed(input, source))?;
        sent.push(Sent { first, again: None });
        bar.inc(1);
    }
    bar.set_message("sending all of them again");
    for (sent, input) in sent.iter_mut().zip(inputs) {
        let again = vendors.highlevel.redeliver(&sent.first).await;
        sent.again = Some(again.map_err(|source| failed(input, source))?);
        bar.inc(1);
    }
    Ok(sent)
}

/// Waits until every event is mirrored, decided and delivered.
async fn settle(running: &Running, bar: &ProgressBar, events: usize) -> Result<(), Failure> {
    bar.set_message("writing pages to Notion");
    let (mut last, mut still) = (None, Duration::ZERO);
    loop {
        let status = running.hub.status().await?;
        let done = status.actions_in(domain::ActionState::Done);
        bar.set_position(2 * events as u64 + done);
        if status.is_settled() {
            return Ok(());
        }
        still = if last.as_ref() == Some(&status) { still + LOOK } else { Duration::ZERO };
        last = Some(status);
        if still > PATIENCE {
            let place = running.store.last().await?;
            return Err(Failure::user(
                format!("deliver the pages of {place} events: nothing moves any more"),
                "run it again with HIGHWIRE_LOG_LEVEL=debug and report what it says",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
}
