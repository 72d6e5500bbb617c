//! `GET /v1/records/{entity}/{id}/history`: what changed a record, and what it was.

use std::collections::BTreeMap;

use domain::{
    Applied, ConnectionId, Entity, EventId, FieldChange, Fields, Query, QueryLimits, Realm,
    RecordKey, Storage, Tenant,
};
use engine::{AsOf, HistoryStep};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Operation, Tag,
        formats::{ConnectionIdText, EventIdText, Limit, Text},
    },
    guard::Caller,
    problem::{Kind, Problem},
    query::{self, Service},
    search::{Hit, hit},
};

/// `GET /v1/records/{entity}/{id}/history`.
pub(crate) const SHOW: Operation = Operation {
    id: "records.history",
    path: "/v1/records/{entity}/{id}/history",
    tag: Tag::Records,
    summary: "Read what changed a record",
    description: "The record as it is, and its changes, the newest first, with who told each. With \
                  `at`, what it was then: `there` with its values, `absent`, or `unknown` where its \
                  changes since are no longer kept.",
    errors: &[(Kind::NotFound, "The hub keeps no such record that the caller can see.")],
    ..Operation::COMMON
};

/// How many changes are read to tell what a record was.
const LOOKED_AT: usize = 10_000;

/// Which record.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// What it is, such as `contact`.
    entity: Text<40>,
    /// Its id at the vendor.
    id: Text<200>,
}

/// What of its history.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// How many changes to answer at most.
    limit: Option<Limit>,
    /// The moment at which the record is wanted, too.
    at: Option<Timestamp>,
    /// The connection that it came by, where several have such a record.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
}

/// A record and its history.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordHistory")]
pub(crate) struct Told {
    /// The record as it is.
    record: Hit,
    /// What changed it, the newest first.
    changes: Vec<Step>,
    /// What it was at the moment that was asked for.
    was: Option<Was>,
}

/// What a record was.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordState")]
pub(crate) struct Was {
    /// `there`, `absent` or `unknown`.
    state: &'static str,
    /// Its values, where it was there.
    fields: Option<Fields>,
}

/// A change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordChange")]
pub(crate) struct Step {
    /// When it happened, where that is known.
    at: Option<Timestamp>,
    /// The record's version after it.
    version: u64,
    /// `created`, `updated` or `deleted`.
    #[schemars(with = "String")]
    what: Applied,
    /// What differs, by field.
    #[schemars(with = "BTreeMap<String, Difference>")]
    fields: BTreeMap<String, FieldChange>,
    /// The event that told it.
    #[schemars(with = "EventIdText")]
    event: EventId,
    /// Who told it, in words.
    told_by: String,
}

/// A field before and after.
#[derive(JsonSchema)]
#[schemars(rename = "FieldDifference")]
#[expect(dead_code, reason = "it is what a change of a field looks like in the document")]
struct Difference {
    /// Its value before.
    before: serde_json::Value,
    /// Its value after.
    after: serde_json::Value,
}

/// Tells the history of a record.
pub(crate) async fn show<S: Storage>(
    call: Call<(S, Service), Which, Wanted>,
) -> Result<Answer<Told>, Problem> {
    let (store, service) = &call.state;
    let absent = || Problem::absent("record", "`POST /v1/query` finds those that are there");
    // No name is unknown: the parse cannot fail.
    let entity = call.path.entity.as_str().parse().unwrap_or(Entity::Unknown);
    let key = RecordKey::new(entity, call.path.id.as_str());
    let tenant = find(service, &call.caller, (&key, call.query.connection)).await?;
    let tenant = tenant.ok_or_else(absent)?;
    let limit = call.query.limit.unwrap_or_default().0;
    let read = if call.query.at.is_some() { LOOKED_AT } else { limit };
    let history = engine::history(store, (&tenant, &key), read).await?.ok_or_else(absent)?;
    let was = call.query.at.map(|at| match history.as_of(at) {
        AsOf::There(fields) => Was { state: "there", fields: Some(fields) },
        AsOf::Absent => Was { state: "absent", fields: None },
        AsOf::Unknown => Was { state: "unknown", fields: None },
    });
    let changes = history.steps.into_iter().take(limit).map(step).collect();
    Ok(Answer(Told { record: hit(history.record), changes, was }))
}

/// Whose the record is, among what the caller can see.
async fn find(
    service: &Service,
    caller: &Caller,
    (key, connection): (&RecordKey, Option<ConnectionId>),
) -> Result<Option<Tenant>, Problem> {
    let realm = query::realm(caller);
    let Some(organization) = realm.organization().cloned() else { return Ok(None) };
    if let Realm::Connection(own) = &realm {
        let is_own = connection.is_none_or(|asked| asked == own.connection);
        return Ok(is_own.then(|| own.clone()));
    }
    let question = Query {
        realm,
        sql: "SELECT connection FROM records WHERE id = ?1 AND entity = ?2".to_owned(),
        parameters: vec![key.id.as_str().into(), key.entity.name().into()],
        limits: QueryLimits::default(),
    };
    let found = query::reach(service)?.query(question).await?;
    let mut ids = found.rows.iter().filter_map(|row| row.first()?.as_str()).map(ConnectionId::new);
    let found = ids.find(|id| connection.as_ref().is_none_or(|asked| asked == id));
    Ok(found.map(|connection| Tenant { organization, connection }))
}

fn step(step: HistoryStep) -> Step {
    Step {
        at: step.at,
        told_by: step.teller(),
        version: step.change.version,
        what: step.change.applied,
        event: step.change.event,
        fields: step.change.fields,
    }
}
