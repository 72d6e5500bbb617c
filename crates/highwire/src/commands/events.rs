//! `highwire events`: what came in, and the whole story of one event.

use domain::{Entry, EventId, Journal, Sequence};
use engine::{Step, Story};
use serde_json::json;
use store::Sqlite;

use crate::{failure::Failure, printer, settings::Settings, wiring};

/// How many entries are read at once.
const PAGE: usize = 500;

/// Lists entries in the order of the journal.
pub(crate) async fn list(
    settings: &Settings,
    all: bool,
    limit: usize,
    json: bool,
) -> Result<(), Failure> {
    let (store, _) = wiring::open_to_read(settings, &settings.data_dir)?;
    let last = store.last().await?;
    let mut cursor = match all {
        true => Sequence(0),
        false => Sequence(last.0.saturating_sub(limit as u64)),
    };
    let mut rows = Vec::new();
    loop {
        let page = store.entries_after(cursor, PAGE).await?;
        let Some(end) = page.last() else { break };
        cursor = end.sequence;
        match json {
            true => page.iter().for_each(|entry| printer::data(line(entry))),
            false => rows.extend(page.iter().map(row)),
        }
    }
    if !json {
        let head = ["place", "event", "kind", "record", "belongs to", "received"];
        printer::data(printer::table(&head, rows));
    }
    Ok(())
}

fn line(entry: &Entry) -> String {
    let event = &entry.event;
    json!({
        "sequence": entry.sequence,
        "id": event.id,
        "kind": event.kind,
        "source": event.source,
        "origin": event.origin,
        "vendor_type": event.vendor_type,
        "record": event.record.as_ref().map(ToString::to_string),
        "account": event.account,
        "organization": event.tenant.as_ref().map(|tenant| &tenant.organization),
        "connection": event.tenant.as_ref().map(|tenant| &tenant.connection),
        "webhook_id": event.webhook_id,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "journaled_at": entry.journaled_at,
        "bytes": entry.dropped_bytes.unwrap_or(event.body.len() as u64),
        "bytes_kept": entry.dropped_bytes.is_none(),
    })
    .to_string()
}

fn row(entry: &Entry) -> Vec<String> {
    let event = &entry.event;
    let owner = event.tenant.as_ref().map_or("nobody", |tenant| tenant.organization.as_str());
    vec![
        entry.sequence.to_string(),
        event.id.to_string(),
        event.kind.to_string(),
        event.record.as_ref().map(ToString::to_string).unwrap_or_default(),
        owner.to_owned(),
        event.received_at.to_string(),
    ]
}

/// Tells the story of one event.
pub(crate) async fn show(settings: &Settings, event: &str, json: bool) -> Result<(), Failure> {
    let (store, sources) = wiring::open_to_read(settings, &settings.data_dir)?;
    let id = identify(&store, event).await?;
    let Some(story) = engine::tell(&store, &sources, id).await? else {
        return Err(absent(event));
    };
    match json {
        true => printer::data(json!(story).to_string()),
        false => printer::data(text(&story)),
    }
    Ok(())
}

/// The event with this id, or at this place in the journal.
async fn identify(store: &Sqlite, text: &str) -> Result<EventId, Failure> {
    if let Ok(place) = text.parse::<u64>() {
        let before = Sequence(place.checked_sub(1).ok_or_else(|| absent(text))?);
        let found = store.entries_after(before, 1).await?.pop();
        let found = found.filter(|entry| entry.sequence == Sequence(place));
        return found.map(|entry| entry.event.id).ok_or_else(|| absent(text));
    }
    text.parse().map_err(|source| {
        Failure::user("read the event's id", "or give its place in the journal, a number")
            .because(source)
    })
}

fn absent(event: &str) -> Failure {
    Failure::user(
        format!("find the event {event} in this data folder"),
        "`highwire events list --all` lists those that are there",
    )
}

fn text(story: &Story) -> String {
    let mut lines = vec![format!("{}  {}", story.event, story.kind)];
    lines.extend(story.steps.iter().flat_map(step));
    lines.join("\n")
}

fn step(step: &Step) -> Vec<String> {
    let at = step.at.map(|at| at.to_string()).unwrap_or_default();
    let head = format!("\n{} {:<9} {}  {at}", step.stop, step.name, step.text);
    let details = step.details.iter().map(|(label, value)| format!("    {label}: {value}"));
    std::iter::once(head.trim_end().to_owned()).chain(details).collect()
}
