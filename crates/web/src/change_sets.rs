//! `/v1/change-sets`: what was changed outside, with what was there before, and its undo.

use std::sync::Arc;

use domain::{
    ChangeSet, ChangeSetId, Clock, ConnectionId, Difference, NewChangeSet, Realm, Storage,
    UndoReport, Write, WriteEffect, WriteState,
};
use engine::undo::{Order, Refused, Undo};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{ChangeSetIdText, ConnectionIdText, Limit, Place, Text, next_after},
    },
    crm::{self, Where},
    office::random,
    problem::{Kind, Problem},
};

/// `GET /v1/change-sets`.
pub(crate) const LIST: Operation = Operation {
    id: "change-sets.list",
    path: "/v1/change-sets",
    tag: Tag::Changes,
    summary: "List change sets",
    description: "The newest first. Every write through the hub is in a set: in one that its request \
                  named in the header `Highwire-Change-Set`, or in one of its own.",
    errors: &[],
    is_paged: true,
    ..Operation::COMMON
};

/// `POST /v1/change-sets`.
pub(crate) const BEGIN: Operation = Operation {
    id: "change-sets.begin",
    method: Method::Post,
    path: "/v1/change-sets",
    tag: Tag::Changes,
    summary: "Begin a change set",
    description: "Send its id in the header `Highwire-Change-Set` of all writes that belong together, \
                  so that they can be undone together.",
    errors: &[
        (Kind::NotFound, "There is no such connection."),
        (Kind::ConnectionUnready, "No CRM is connected."),
    ],
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `GET /v1/change-sets/{id}`.
pub(crate) const SHOW: Operation = Operation {
    id: "change-sets.show",
    path: "/v1/change-sets/{id}",
    tag: Tag::Changes,
    summary: "Read a change set",
    description: "",
    has_etag: true,
    ..Operation::COMMON
};

/// `GET /v1/change-sets/{id}/writes`.
pub(crate) const WRITES: Operation = Operation {
    id: "change-sets.writes",
    path: "/v1/change-sets/{id}/writes",
    tag: Tag::Changes,
    summary: "List the writes of a change set",
    description: "In order, each with what was there before. A write is noted before it is made, and \
                  completed after it: one that stays `intended` was cut off, and may have been made.",
    is_paged: true,
    ..Operation::COMMON
};

/// `POST /v1/change-sets/{id}/undo`.
pub(crate) const UNDO: Operation = Operation {
    id: "change-sets.undo",
    method: Method::Post,
    path: "/v1/change-sets/{id}/undo",
    tag: Tag::Changes,
    summary: "Undo a change set",
    description: "Reads each record at the CRM, and gives it back what was there before the set. A \
                  record is left alone and told where somebody changed one of those values since; \
                  what the set made is deleted where nobody touched it; what was sent stays sent. \
                  It costs up to four calls for each record and takes its time; it goes on to its \
                  end where the caller goes away, and the same request again goes on from where it \
                  is. With `dry_run` nothing is written, and the report says what would come.",
    errors: &[],
    ..Operation::COMMON
};

/// What the operations on change sets work with.
#[derive(Clone)]
pub(crate) struct Service<S> {
    store: S,
    crm: crm::Service,
    clock: Arc<dyn Clock>,
}

/// What can be asked of the list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The set after which to go on: the `next` of a page.
    after: Option<ChangeSetIdText>,
    /// How many sets to answer at most.
    limit: Option<Limit>,
}

/// What can be asked of the writes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedWrites {
    /// The number after which to go on: the `next` of a page.
    after: Option<Place>,
    /// How many writes to answer at most.
    limit: Option<Limit>,
}

/// Which CRM a set is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfWhich {
    /// The connection, where the caller can see several.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
}

/// Which set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Its id.
    id: ChangeSetIdText,
}

/// A set to begin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// What it is for, in a few words without anybody's data.
    title: Text<200>,
}

/// How to undo a set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    /// Whether nothing is written.
    #[serde(default)]
    dry_run: bool,
}

/// One page of sets.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangeSetPage")]
pub(crate) struct Page {
    /// The sets.
    change_sets: Vec<Line>,
    /// What to ask for as `after` to go on; null at the end.
    #[schemars(with = "Option<ChangeSetIdText>")]
    next: Option<ChangeSetId>,
}

/// What one cause changed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ChangeSet")]
pub(crate) struct Line {
    /// Its id.
    #[schemars(with = "ChangeSetIdText")]
    id: ChangeSetId,
    /// By which connection its records are reached.
    #[schemars(with = "ConnectionIdText")]
    connection: ConnectionId,
    /// Who began it: `hub`, `installation`, or the id of an API key.
    actor: String,
    /// What it is for, or the only act in it.
    title: String,
    /// The set that it takes back, where it is an undo.
    #[schemars(with = "Option<ChangeSetIdText>")]
    undoes: Option<ChangeSetId>,
    /// The sets that take it back, the oldest first.
    #[schemars(with = "Vec<ChangeSetIdText>")]
    undone_by: Vec<ChangeSetId>,
    /// When it was begun.
    begun_at: Timestamp,
    /// When its newest write was noted.
    written_at: Timestamp,
    /// How many writes it has.
    writes: u64,
}

/// One page of writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WritePage")]
pub(crate) struct WritePage {
    /// The writes.
    writes: Vec<WriteLine>,
    /// What to ask for as `after` to go on; null at the end.
    next: Option<u64>,
}

/// One write.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Write")]
pub(crate) struct WriteLine {
    /// Its place in its set, from 1.
    number: u64,
    /// When it was about to be made.
    at: Timestamp,
    /// Who asked for it.
    actor: String,
    /// What was done, such as `contact.patched`.
    act: String,
    /// What it did to its record: `created`, `changed`, `deleted` or `sent`.
    #[schemars(with = "String")]
    effect: WriteEffect,
    /// The record, as its kind and its id; null where nobody knows which it is.
    record: Option<String>,
    /// What the record hangs on, such as the contact of a note.
    parent: Option<String>,
    /// The account that its request named.
    account: Option<String>,
    /// What was before, and what is after.
    difference: Difference,
    /// How far it came: `intended`, `done`, `refused` or `in_doubt`.
    #[schemars(with = "String")]
    state: WriteState,
    /// When it ended; null where nobody knows.
    ended_at: Option<Timestamp>,
    /// The kind of its refusal, such as `not-found`.
    detail: Option<String>,
}

impl<S: Storage> Service<S> {
    pub(crate) fn new(store: &S, crm: &crm::Service, clock: &Arc<dyn Clock>) -> Self {
        Self { store: store.clone(), crm: crm.clone(), clock: Arc::clone(clock) }
    }

    async fn line(&self, realm: &Realm, set: ChangeSet) -> Result<Line, Problem> {
        let undone_by = self.store.undos(realm, &set.id).await?;
        Ok(Line {
            id: set.id,
            connection: set.tenant.connection,
            actor: set.actor.to_string(),
            title: set.title,
            undoes: set.undoes,
            undone_by: undone_by.into_iter().map(|undo| undo.id).collect(),
            begun_at: set.begun_at,
            written_at: set.written_at,
            writes: set.writes,
        })
    }

    async fn find(&self, realm: &Realm, id: &ChangeSetId) -> Result<ChangeSet, Problem> {
        self.store.change_set(realm, id).await?.ok_or_else(absent)
    }
}

/// Lists sets.
pub(crate) async fn list<S: Storage>(
    call: Call<Service<S>, Nothing, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Call { state, caller, query, .. } = call;
    let (realm, limit) = (&caller.principal.realm, query.limit.unwrap_or_default().0);
    let after = query.after.map(|after| after.0);
    let found = state.store.change_sets(realm, after.as_ref(), limit).await?;
    let next = next_after(&found, limit, |set| set.id.clone());
    let mut change_sets = Vec::new();
    for set in found {
        change_sets.push(state.line(realm, set).await?);
    }
    Ok(Answer(Page { change_sets, next }))
}

/// Begins a set.
pub(crate) async fn begin<S: Storage>(
    call: Call<Service<S>, Nothing, OfWhich, Draft>,
) -> Result<Answer<Line, 201>, Problem> {
    let Call { state, caller, query, body, .. } = call;
    let place = Where::of(query.connection);
    let (_, behalf) = crm::reach(state.crm.clone(), &caller, place).await?;
    let word = u128::from_be_bytes(random::<16>()?);
    let set = NewChangeSet {
        tenant: behalf.tenant,
        cause: format!("group {word:032x}"),
        actor: behalf.actor,
        title: body.title.to_string(),
        undoes: None,
        at: state.clock.now(),
    };
    let set = state.store.join(set).await?;
    Ok(Answer(state.line(&caller.principal.realm, set).await?))
}

/// Reads a set.
pub(crate) async fn show<S: Storage>(
    call: Call<Service<S>, Which>,
) -> Result<Answer<Line>, Problem> {
    let Call { state, caller, path, .. } = call;
    let realm = &caller.principal.realm;
    let set = state.find(realm, &path.id.0).await?;
    Ok(Answer(state.line(realm, set).await?))
}

/// Lists the writes of a set.
pub(crate) async fn writes<S: Storage>(
    call: Call<Service<S>, Which, WantedWrites>,
) -> Result<Answer<WritePage>, Problem> {
    let Call { state, caller, path, query, .. } = call;
    let (realm, id) = (&caller.principal.realm, &path.id.0);
    let set = state.find(realm, id).await?;
    let limit = query.limit.unwrap_or_default().0;
    let after = query.after.map_or(0, |after| after.0);
    let found = state.store.writes(realm, id, after, limit).await?;
    let last = found.last().map(|write| write.number);
    let next = last.filter(|last| *last < set.writes && found.len() == limit);
    Ok(Answer(WritePage { writes: found.into_iter().map(line).collect(), next }))
}

/// Undoes a set.
pub(crate) async fn undo<S: Storage>(
    call: Call<Service<S>, Which, Nothing, How>,
) -> Result<Answer<UndoReport>, Problem> {
    let Call { state, caller, path, body, .. } = call;
    let Some(crm) = state.crm else {
        let hint = "ask who runs the hub to connect a CRM";
        return Err(Problem::new(Kind::Unavailable, "the hub has no CRM behind it", hint));
    };
    let order = Order {
        realm: &caller.principal.realm,
        actor: caller.actor(),
        is_preview: body.dry_run,
        progress: &|_, _| {},
    };
    let undo = Undo::new(state.store, crm, state.clock);
    match undo.run(&path.id.0, order).await {
        Ok(report) => Ok(Answer(report)),
        Err(Refused::NoSet) => Err(absent()),
        Err(Refused::Storage(error)) => Err(error.into()),
    }
}

fn absent() -> Problem {
    Problem::absent("change set", "`GET /v1/change-sets` lists those that the key can see")
}

fn line(write: Write) -> WriteLine {
    let intent = write.intent;
    WriteLine {
        number: write.number,
        at: intent.at,
        actor: intent.actor.to_string(),
        act: intent.act,
        effect: intent.effect,
        record: intent.record.as_ref().map(ToString::to_string),
        parent: intent.parent.as_ref().map(ToString::to_string),
        account: intent.account,
        difference: intent.difference,
        state: write.state,
        ended_at: write.ended_at,
        detail: write.detail,
    }
}
