//! `highwire events`: what came in, and the whole story of one event.

pub(crate) mod dead;

use std::collections::VecDeque;

use domain::{Entry, EventId, Journal, Realm, Sequence};
use engine::{Step, Story};
use serde_json::json;
use store::Sqlite;

use crate::{actor::Actor, failure::Failure, printer, settings::Settings, wiring};

/// How many entries are read at once.
const PAGE: usize = 500;

/// Lists entries that the actor can see in the order of the journal: all, or the newest.
pub(crate) async fn list(
    settings: &Settings,
    actor: &Actor,
    newest: Option<usize>,
    json: bool,
) -> Result<(), Failure> {
    let (store, _) = wiring::open_to_read(settings, &settings.data_dir)?;
    let realm = &actor.principal.realm;
    let mut cursor = match (newest, realm) {
        (Some(count), Realm::Installation) => {
            Sequence(store.last().await?.0.saturating_sub(count as u64))
        }
        _ => Sequence(0),
    };
    let mut kept = VecDeque::new();
    loop {
        let part = store.entries_within(realm, cursor, PAGE).await?;
        if part.through == cursor {
            break;
        }
        cursor = part.through;
        match (newest, json) {
            (None, true) => part.entries.iter().for_each(|entry| printer::data(line(entry))),
            (_, true) => kept.extend(part.entries.iter().map(|entry| vec![line(entry)])),
            (_, false) => kept.extend(part.entries.iter().map(row)),
        }
        let surplus = kept.len().saturating_sub(newest.unwrap_or(usize::MAX));
        kept.drain(..surplus);
    }
    match json {
        true => kept.into_iter().flatten().for_each(printer::data),
        false => {
            let head = ["place", "event", "kind", "record", "belongs to", "received"];
            printer::data(printer::table(&head, kept));
        }
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
        "correlation": event.correlation,
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
pub(crate) async fn show(
    settings: &Settings,
    actor: &Actor,
    event: &str,
    json: bool,
) -> Result<(), Failure> {
    let (store, sources) = wiring::open_to_read(settings, &settings.data_dir)?;
    let id = identify(&store, &actor.principal.realm, event).await?;
    let Some(story) = engine::tell(&store, &sources, id).await? else {
        return Err(absent(event));
    };
    match json {
        true => printer::data(json!(story).to_string()),
        false => printer::data(text(&story)),
    }
    Ok(())
}

/// The event with this id, or at this place in the journal, where the realm holds it: an event of
/// others is as absent as one that is not there.
async fn identify(store: &Sqlite, realm: &Realm, text: &str) -> Result<EventId, Failure> {
    let found = match text.parse::<u64>() {
        Ok(place) => {
            let before = Sequence(place.checked_sub(1).ok_or_else(|| absent(text))?);
            let found = store.entries_after(before, 1).await?.pop();
            found.filter(|entry| entry.sequence == Sequence(place))
        }
        Err(_) => {
            let id = text.parse().map_err(|source| {
                let hint = "or give its place in the journal, a number";
                Failure::user("read the event's id", hint).because(source)
            })?;
            store.entry(id).await?
        }
    };
    let visible = found.filter(|entry| realm.holds(entry.event.tenant.as_ref()));
    visible.map(|entry| entry.event.id).ok_or_else(|| absent(text))
}

fn absent(event: &str) -> Failure {
    Failure::user(
        format!("find the event {event} in this data folder"),
        "`highwire events list --all` lists those that are there; one whose account is not connected \
         yet waits, which `highwire connections list` tells by account",
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
