//! `GET /v1/events` and `GET /v1/events/{id}`: the events of the caller's realm, and of no other.
//!
//! Pages follow the order of the journal. The cursor is the id of an event that the caller has seen,
//! not its place: a place would tell how many events of others lie between.

use domain::{ConnectionId, Entry, EventId, EventKind, Origin, Realm, Sequence, Storage};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    api::{
        Answer, Call, Nothing, Operation, Tag,
        formats::{ConnectionIdText, EventIdText, Limit},
    },
    problem::{Kind, Problem},
};

/// `GET /v1/events`.
pub(crate) const LIST: Operation = Operation {
    id: "events.list",
    path: "/v1/events",
    tag: Tag::Events,
    summary: "List events",
    description: "The events that the caller can see, in the order in which they were kept.",
    errors: &[(Kind::NotFound, "`after` names no event that the caller can see.")],
    is_paged: true,
    ..Operation::COMMON
};

/// `GET /v1/events/{id}`.
pub(crate) const SHOW: Operation = Operation {
    id: "events.show",
    path: "/v1/events/{id}",
    tag: Tag::Events,
    summary: "Read an event",
    description: "One event with its body as it was received, where that is JSON and still kept.",
    has_etag: true,
    ..Operation::COMMON
};

/// What a caller can ask of the list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The event after which to begin: the `next` of a page.
    #[schemars(with = "Option<EventIdText>")]
    after: Option<EventId>,
    /// How many events to answer at most.
    limit: Option<Limit>,
}

/// Which event.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    #[schemars(with = "EventIdText")]
    id: EventId,
}

/// One page.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventPage")]
pub(crate) struct Page {
    /// The events.
    events: Vec<Line>,
    /// What to ask for as `after` to go on; null at the journal's end.
    #[schemars(with = "Option<EventIdText>")]
    next: Option<EventId>,
}

/// What the list says of an event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EventLine")]
pub(crate) struct Line {
    /// Its id.
    #[schemars(with = "EventIdText")]
    id: EventId,
    /// What happened, as `entity.verb`.
    #[schemars(with = "String")]
    kind: EventKind,
    /// The vendor that it came from.
    source: String,
    /// How it came: by webhook or otherwise.
    #[schemars(with = "String")]
    origin: Origin,
    /// What the vendor calls this kind of event.
    vendor_type: Option<String>,
    /// The record that it is about.
    record: Option<String>,
    /// The vendor's account that it is of.
    account: Option<String>,
    /// The connection that it came by.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// The vendor's id of the delivery.
    webhook_id: Option<String>,
    /// When it happened, by the vendor.
    occurred_at: Timestamp,
    /// When it came in.
    received_at: Timestamp,
    /// When it was kept.
    journaled_at: Timestamp,
    /// How long its body is that is kept, in bytes.
    bytes: usize,
}

/// One event, with what came in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub(crate) struct Whole {
    #[serde(flatten)]
    line: Line,
    /// The body as received; null where it is no JSON.
    payload: Option<Box<RawValue>>,
}

/// Lists events in the order of the journal.
pub(crate) async fn list<S: Storage>(
    call: Call<S, Nothing, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Call { state: store, caller, query, .. } = call;
    let limit = query.limit.unwrap_or_default().0;
    let realm = &caller.principal.realm;
    let mut cursor = match query.after {
        None => Sequence(0),
        Some(event) => place(&store, realm, event).await?,
    };
    let mut events = Vec::new();
    while events.len() < limit {
        let part = store.entries_within(realm, cursor, limit - events.len()).await?;
        if part.through == cursor {
            return Ok(Answer(Page { events, next: None }));
        }
        cursor = part.through;
        events.extend(part.entries.iter().map(line));
    }
    let next = events.last().map(|event| event.id);
    Ok(Answer(Page { events, next }))
}

/// Shows one event.
pub(crate) async fn show<S: Storage>(call: Call<S, Which>) -> Result<Answer<Whole>, Problem> {
    let found = find(&call.state, &call.caller.principal.realm, call.path.id).await?;
    let entry = found
        .ok_or_else(|| Problem::absent("event", "`GET /v1/events` lists those that you can see"))?;
    let payload = serde_json::from_slice(&entry.event.body).ok();
    Ok(Answer(Whole { line: line(&entry), payload }))
}

async fn place<S: Storage>(store: &S, realm: &Realm, id: EventId) -> Result<Sequence, Problem> {
    let found = find(store, realm, id).await?;
    found.map(|entry| entry.sequence).ok_or_else(|| {
        let hint = "give the `next` of a page or the id of an event, or begin without `after`";
        Problem::new(Kind::NotFound, "`after` names no event that is there", hint)
    })
}

/// The event with this id, where the realm holds it.
async fn find<S: Storage>(store: &S, realm: &Realm, id: EventId) -> Result<Option<Entry>, Problem> {
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
