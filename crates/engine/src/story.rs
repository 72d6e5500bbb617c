//! The story of one event, from the door to its destinations: stop 8.

use domain::{
    Applied, Change, Entry, EventId, Origin, Parked, ParkedKey, Sequence, Stop, Storage,
    StorageError, Tracked,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::Sources;

/// What happened to one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Story {
    /// The event.
    pub event: EventId,
    /// What it says happened.
    pub kind: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step of a story.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The stop of the walk, from 1.
    pub stop: u8,
    /// The stop's name.
    pub name: &'static str,
    /// When it happened, where it has a time.
    pub at: Option<Timestamp>,
    /// What happened, in a sentence.
    pub text: String,
    /// Pairs of label and value.
    pub details: Vec<(String, String)>,
}

/// Tells the story of an event; none where the journal has no such event.
///
/// # Errors
/// Where the store cannot be read.
pub async fn tell<S: Storage>(
    store: &S,
    sources: &Sources,
    id: EventId,
) -> Result<Option<Story>, StorageError> {
    let Some(entry) = store.entry(id).await? else {
        return Ok(None);
    };
    let mut steps = arrival(&entry, sources.deviations(&entry.event));
    let before = Sequence(entry.sequence.0.saturating_sub(1));
    let before = ParkedKey { sequence: before, stop: Stop::Decide };
    let mut parked = store.parked(Some(before), Stop::ALL.len()).await?;
    parked.retain(|parked| parked.event == id);
    let mut mirror = mirrored(
        &entry,
        store.changes(&[id]).await?,
        store.projected().await? >= entry.sequence,
        sources,
    );
    mirror.details.extend(set_aside(&parked, Stop::Mirror));
    steps.push(mirror);
    let actions = store.actions(id).await?;
    let decided = store.decided().await? >= entry.sequence;
    let mut decision = decision(&entry, &actions, decided);
    decision.details.extend(set_aside(&parked, Stop::Decide));
    steps.push(decision);
    steps.extend(actions.iter().flat_map(deliveries));
    Ok(Some(Story { event: id, kind: entry.event.kind.to_string(), steps }))
}

fn pair(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

fn arrival(entry: &Entry, deviations: Vec<String>) -> Vec<Step> {
    let event = &entry.event;
    let optional = |label: &str, value: Option<String>| value.map(|value| pair(label, value));
    let bytes = match entry.dropped_bytes {
        Some(dropped) => format!("{dropped} bytes, which are no longer kept"),
        None => format!("{} bytes", event.body.len()),
    };
    let proof = match event.origin {
        Origin::Webhook => "with a valid signature",
        Origin::Keyed => "with a key, token or secret of its organization",
        Origin::Backfill => "by reading it for the first time",
        Origin::Reconcile => "by comparing it with the mirror, which said otherwise",
        Origin::Row => "of a row that is kept equal with a record",
        Origin::Written => "as the reply to what the hub wrote",
    };
    let correlation = pair("correlation id", event.correlation.to_string());
    let door = Step {
        stop: 1,
        name: "door",
        at: Some(event.received_at),
        text: format!("received from {} {proof}, {bytes}", event.source),
        details: optional("webhook id", event.webhook_id.clone())
            .into_iter()
            .chain([correlation])
            .collect(),
    };
    let owner = match &event.tenant {
        Some(tenant) => format!("{} by {}", tenant.organization, tenant.connection),
        None => "nobody: no connection takes it".to_owned(),
    };
    let language = Step {
        stop: 2,
        name: "language",
        at: None,
        text: format!("read as {}", event.kind),
        details: [
            optional("vendor type", event.vendor_type.clone()),
            optional("record", event.record.as_ref().map(ToString::to_string)),
            optional("account", event.account.clone()),
            Some(pair("belongs to", owner)),
            Some(pair("happened at", event.occurred_at.to_string())),
        ]
        .into_iter()
        .flatten()
        .chain(deviations.into_iter().map(|told| pair("differs from its contract", told)))
        .collect(),
    };
    let journal = Step {
        stop: 3,
        name: "journal",
        at: Some(entry.journaled_at),
        text: format!("durable as entry {}", entry.sequence),
        details: Vec::new(),
    };
    vec![door, language, journal]
}

fn mirrored(entry: &Entry, changes: Vec<Change>, projected: bool, sources: &Sources) -> Step {
    let problem = || sources.updates(&entry.event).err();
    let text = match (projected, entry.event.tenant.is_some(), changes.len()) {
        (false, _, _) => "not reached yet".to_owned(),
        (true, false, _) => "not mirrored: it belongs to nobody".to_owned(),
        (true, true, 0) => match problem() {
            _ if entry.dropped_bytes.is_some() => {
                "changed no mirrored record; its bytes are no longer kept to tell why".to_owned()
            }
            Some(problem) => format!("not mirrored: {problem}"),
            None => "says nothing about a mirrored record".to_owned(),
        },
        (true, true, 1) => "one record".to_owned(),
        (true, true, several) => format!("{several} records"),
    };
    let details = changes.into_iter().flat_map(told).collect();
    Step { stop: 4, name: "mirror", at: None, text, details }
}

/// That the event is parked at a stop.
fn set_aside(parked: &[Parked], stop: Stop) -> Option<(String, String)> {
    let parked = parked.iter().find(|parked| parked.key.stop == stop)?;
    let by = parked.dropped.as_ref().map(|dropped| format!(", dropped by {}", dropped.by));
    let (tries, reason) = (parked.tries, &parked.reason);
    Some(pair("parked", format!("after {tries} tries{}: {reason}", by.unwrap_or_default())))
}

fn told(change: Change) -> Vec<(String, String)> {
    let said = match change.applied {
        Applied::Stale => "not applied: the mirror knows something newer".to_owned(),
        Applied::Unchanged => match change.found {
            Some(found) => format!("unchanged, version {}, as {found} left it", change.version),
            None => format!("unchanged, version {}", change.version),
        },
        applied => format!("{}, version {}", applied.name(), change.version),
    };
    let fields = change.fields.into_iter().map(|(name, field)| {
        pair(&format!("  {name}"), format!("{} → {}", field.before, field.after))
    });
    std::iter::once(pair(&change.key.to_string(), said)).chain(fields).collect()
}

fn decision(entry: &Entry, actions: &[Tracked], decided: bool) -> Step {
    let text = match (decided, actions.len()) {
        (false, _) => "not reached yet".to_owned(),
        (true, 0) if entry.event.tenant.is_none() => "nothing: it belongs to nobody".to_owned(),
        (true, 0) => "nothing follows from it".to_owned(),
        (true, 1) => "one action".to_owned(),
        (true, several) => format!("{several} actions"),
    };
    let details = actions
        .iter()
        .map(|tracked| {
            pair(&tracked.action.rule, format!("{} ({})", tracked.action.id, tracked.state.name()))
        })
        .collect();
    let at = actions.first().map(|tracked| tracked.action.decided_at);
    Step { stop: 5, name: "decide", at, text, details }
}

fn deliveries(tracked: &Tracked) -> Vec<Step> {
    let destination = &tracked.action.destination;
    let deliver = Step {
        stop: 6,
        name: "deliver",
        at: tracked.attempts.first().map(|attempt| attempt.started_at),
        text: format!("to {destination}: {}", tracked.state.name()),
        details: vec![pair("lane", tracked.action.lane.clone())],
    };
    let speak = tracked.attempts.iter().map(|attempt| Step {
        stop: 7,
        name: "speak",
        at: attempt.finished_at.or(Some(attempt.started_at)),
        text: match &attempt.outcome {
            Some(outcome) => format!("attempt {}: {outcome}", attempt.number),
            None => format!("attempt {}: its end is not known", attempt.number),
        },
        details: attempt
            .detail
            .clone()
            .map(|detail| pair("vendor says", detail))
            .into_iter()
            .collect(),
    });
    std::iter::once(deliver).chain(speak).collect()
}

#[cfg(test)]
mod tests;
