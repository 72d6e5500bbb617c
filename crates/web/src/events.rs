//! `GET /v1/events` and `GET /v1/events/{id}`: the events of the caller's realm, and of no other.
//!
//! Pages follow the order of the journal. The cursor is the id of an event that the caller has seen,
//! not its place: a place would tell how many events of others lie between.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use domain::{ConnectionId, Entry, EventId, EventKind, Origin, Realm, Sequence, Storage};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{guard::Caller, problem::Problem};

/// How many events a page has where the caller does not say.
const LIMIT: usize = 50;

/// How many it has at most.
const MOST: usize = 200;

/// What a caller can ask of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    after: Option<String>,
    limit: Option<usize>,
}

/// One page.
#[derive(Serialize)]
pub(crate) struct Page {
    events: Vec<Line>,
    /// What to ask for as `after` to go on; none at the journal's end.
    next: Option<EventId>,
}

/// What the list says of an event.
#[derive(Serialize)]
pub(crate) struct Line {
    id: EventId,
    kind: EventKind,
    source: String,
    origin: Origin,
    vendor_type: Option<String>,
    record: Option<String>,
    account: Option<String>,
    connection: Option<ConnectionId>,
    webhook_id: Option<String>,
    occurred_at: Timestamp,
    received_at: Timestamp,
    journaled_at: Timestamp,
    bytes: usize,
}

/// One event, with what came in.
#[derive(Serialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    line: Line,
    /// The body as received; null where it is no JSON.
    payload: Option<Box<RawValue>>,
}

/// Lists events in the order of the journal.
pub(crate) async fn list<S: Storage>(
    State(store): State<S>,
    Extension(caller): Extension<Caller>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let Query(wanted) = wanted.map_err(|_| {
        let hint = format!("give `after` and `limit` or neither; limit is from 1 to {MOST}");
        Problem::bad_request("the query cannot be read", hint)
    })?;
    let limit @ 1..=MOST = wanted.limit.unwrap_or(LIMIT) else {
        let hint = format!("give a number from 1 to {MOST}");
        return Err(Problem::bad_request("`limit` is out of its range", hint));
    };
    let realm = &caller.principal.realm;
    let mut cursor = match wanted.after {
        None => Sequence(0),
        Some(text) => place(&store, realm, &text).await?,
    };
    let mut events = Vec::new();
    while events.len() < limit {
        let part = store.entries_within(realm, cursor, limit - events.len()).await?;
        if part.through == cursor {
            return Ok(Json(Page { events, next: None }));
        }
        cursor = part.through;
        events.extend(part.entries.iter().map(line));
    }
    let next = events.last().map(|event| event.id);
    Ok(Json(Page { events, next }))
}

/// Shows one event.
pub(crate) async fn show<S: Storage>(
    State(store): State<S>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Whole>, Problem> {
    let found = find(&store, &caller.principal.realm, &id).await?;
    let entry = found
        .ok_or_else(|| Problem::absent("event", "`GET /v1/events` lists those that you can see"))?;
    let payload = serde_json::from_slice(&entry.event.body).ok();
    Ok(Json(Whole { line: line(&entry), payload }))
}

async fn place<S: Storage>(store: &S, realm: &Realm, text: &str) -> Result<Sequence, Problem> {
    let found = find(store, realm, text).await?;
    found.map(|entry| entry.sequence).ok_or_else(|| {
        let hint = "give the `next` of a page or the id of an event, or begin without `after`";
        Problem::bad_request("`after` names no event that is there", hint)
    })
}

/// The event with this id, where the realm holds it. A text that is no id is no event's either.
async fn find<S: Storage>(store: &S, realm: &Realm, text: &str) -> Result<Option<Entry>, Problem> {
    let Ok(id) = text.parse::<EventId>() else { return Ok(None) };
    let found = store.entry(id).await?;
    Ok(found.filter(|entry| realm.holds(entry.event.tenant.as_ref())))
}

fn line(entry: &Entry) -> Line {
    let event = &entry.event;
    Line {
        id: event.id,
        kind: event.kind,
        source: event.source.clone(),
        origin: event.origin,
        vendor_type: event.vendor_type.clone(),
        record: event.record.as_ref().map(ToString::to_string),
        account: event.account.clone(),
        connection: event.tenant.as_ref().map(|tenant| tenant.connection.clone()),
        webhook_id: event.webhook_id.clone(),
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        journaled_at: entry.journaled_at,
        bytes: event.body.len(),
    }
}
