//! `GET /v1/audit`: who did what with keys, tokens and what belongs to whom.

use domain::{AuditEntry, AuditId, ConnectionId, OrganizationId, Outcome, Storage};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Nothing, Operation, Tag,
        formats::{ConnectionIdText, Limit, OrganizationIdText, Place, Text, next_after},
    },
    problem::Problem,
};

/// `GET /v1/audit`.
pub(crate) const LIST: Operation = Operation {
    id: "audit.list",
    path: "/v1/audit",
    tag: Tag::Audit,
    summary: "List who did what",
    description: "The newest first. Nothing of it is ever changed, and it has no secrets and no person's \
                  data in it.",
    is_paged: true,
    ..Operation::COMMON
};

/// What a caller can ask of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The entry after which to go on: the `next` of a page.
    after: Option<Place>,
    /// How many entries to answer at most.
    limit: Option<Limit>,
    /// Only acts that begin so, such as `token.` or `api_key.issued`.
    act: Option<Text<100>>,
}

/// One page.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditPage")]
pub(crate) struct Page {
    /// The entries.
    entries: Vec<Line>,
    /// What to ask for as `after` to go on; null at the end.
    next: Option<u64>,
}

/// One entry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub(crate) struct Line {
    /// Its place.
    id: u64,
    /// When it happened.
    at: Timestamp,
    /// Whose it was; null where it was the installation's.
    #[schemars(with = "Option<OrganizationIdText>")]
    organization: Option<OrganizationId>,
    /// Through which connection, where it was one.
    #[schemars(with = "Option<ConnectionIdText>")]
    connection: Option<ConnectionId>,
    /// Who did it: `hub`, `installation`, or the id of an API key.
    actor: String,
    /// What, as `noun.verb`.
    act: String,
    /// How it ended: `done`, `refused` or `failed`.
    #[schemars(with = "String")]
    outcome: Outcome,
    /// What it was done to.
    subject: Option<String>,
    /// What else there is to say.
    detail: Option<String>,
}

/// Lists entries.
pub(crate) async fn list<S: Storage>(
    call: Call<S, Nothing, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Call { state: store, caller, query, .. } = call;
    let limit = query.limit.unwrap_or_default().0;
    let acts = query.act.as_ref().map_or("", Text::as_str);
    let before = query.after.map(|place| AuditId(place.0));
    let found = store.audit(&caller.principal.realm, acts, before, limit).await?;
    let next = next_after(&found, limit, |entry| entry.id.0);
    Ok(Answer(Page { entries: found.into_iter().map(line).collect(), next }))
}

fn line(entry: AuditEntry) -> Line {
    let AuditEntry { id, noted } = entry;
    Line {
        id: id.0,
        at: noted.at,
        organization: noted.organization,
        connection: noted.connection,
        actor: noted.actor.to_string(),
        act: noted.act,
        outcome: noted.outcome,
        subject: noted.subject,
        detail: noted.detail,
    }
}
