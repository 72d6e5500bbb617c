//! `/v1/dead-letters`: what was given up, and what a person makes of it.

use domain::{ActionId, ConnectionId, Dropped, EventId, EventKind, OrganizationId, Storage};
use engine::letters::{self, Letter, LetterId, Selection};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Answer, Call, Method, Nothing, Operation, Tag,
        formats::{
            ConnectionIdText, EventIdText, EventKindText, LetterIdText, Limit, List,
            OrganizationIdText, Text,
        },
    },
    office::Office,
    problem::{Kind, Problem},
};

/// `GET /v1/dead-letters`.
pub(crate) const LIST: Operation = Operation {
    id: "dead_letters.list",
    path: "/v1/dead-letters",
    tag: Tag::Events,
    summary: "List what was given up",
    description: "Events that a stop of their walk could not handle, then actions that were given up, each \
                  with its reason.",
    errors: &[(Kind::NotFound, "`after` names nothing that is in the list.")],
    is_paged: true,
    ..Operation::COMMON
};

/// `POST /v1/dead-letters/replay`.
pub(crate) const REPLAY: Operation = Operation {
    id: "dead_letters.replay",
    method: Method::Post,
    path: "/v1/dead-letters/replay",
    tag: Tag::Events,
    summary: "Do again what was given up",
    description: "What is chosen becomes due again. Nothing chosen is nothing done; `all` chooses everything \
                  that is not dropped.",
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// `POST /v1/dead-letters/drop`.
pub(crate) const DROP: Operation = Operation {
    id: "dead_letters.drop",
    method: Method::Post,
    path: "/v1/dead-letters/drop",
    tag: Tag::Events,
    summary: "Leave undone what was given up",
    description: "What is chosen stays undone, and its lane goes on; a replay by its id brings it back.",
    takes_idempotency_key: true,
    ..Operation::COMMON
};

/// What a caller can ask of the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The letter after which to begin: the `next` of a page.
    after: Option<LetterIdText>,
    /// How many letters to answer at most.
    limit: Option<Limit>,
    /// Only those about events of this kind.
    kind: Option<EventKindText>,
    /// Only those that were given up then or later.
    since: Option<Timestamp>,
    /// Only those that were given up before.
    until: Option<Timestamp>,
    /// Only those of this organization.
    organization: Option<OrganizationIdText>,
    /// Only those for this destination.
    destination: Option<ConnectionIdText>,
    /// Only those that this rule decided.
    rule: Option<Text<100>>,
    /// Dropped ones too.
    dropped: Option<bool>,
}

/// Which letters are meant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DeadLetterChoice")]
pub(crate) struct Choice {
    /// These actions, and whatever waits because of these events.
    ids: Option<List<LetterIdText, 1, 200>>,
    /// Only those about events of this kind.
    kind: Option<EventKindText>,
    /// Only those that were given up then or later.
    since: Option<Timestamp>,
    /// Only those that were given up before.
    until: Option<Timestamp>,
    /// Only those of this organization.
    organization: Option<OrganizationIdText>,
    /// Only those for this destination.
    destination: Option<ConnectionIdText>,
    /// Only those that this rule decided.
    rule: Option<Text<100>>,
    /// Everything, where nothing else is named.
    all: Option<bool>,
    /// Only tell what would be done.
    dry_run: Option<bool>,
}

/// One page.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterPage")]
pub(crate) struct Page {
    /// The letters.
    dead_letters: Vec<Told>,
    /// What to ask for as `after` to go on; null at the end.
    next: Option<String>,
}

/// What was done with the letters that were chosen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterDeed")]
pub(crate) struct Deed {
    /// The letters that it was done to, by their ids.
    done: Vec<String>,
    /// Whether it was only told.
    dry_run: bool,
}

/// One thing that waits for a person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetter")]
pub(crate) struct Told {
    /// Its id: that of its action, or of its event where the event itself waits.
    id: String,
    /// The event that it is about.
    #[schemars(with = "EventIdText")]
    event: EventId,
    /// What the event says happened; null where the journal no longer has it.
    #[schemars(with = "Option<String>")]
    kind: Option<EventKind>,
    /// The stop of the walk that gave up: `mirror`, `decide` or `deliver`.
    stop: &'static str,
    /// Whose it is.
    #[schemars(with = "Option<OrganizationIdText>")]
    organization: Option<OrganizationId>,
    /// Where it was to be done.
    #[schemars(with = "Option<String>")]
    destination: Option<ConnectionId>,
    /// The rule that decided it.
    rule: Option<String>,
    /// Why it was given up.
    reason: String,
    /// Since when it waits.
    since: Timestamp,
    /// How often it was tried.
    attempts: u32,
    /// Until when the later actions of its lane wait for it, where they do.
    holds_until: Option<Timestamp>,
    /// When somebody decided that it stays undone.
    dropped_at: Option<Timestamp>,
    /// Who did.
    dropped_by: Option<String>,
}

/// Lists letters.
pub(crate) async fn list<S: Storage>(
    call: Call<Office<S>, Nothing, Wanted>,
) -> Result<Answer<Page>, Problem> {
    let Call { state: office, caller, query, .. } = call;
    let Some(kind) = EventKindText::known(query.kind) else {
        return Ok(Answer(Page { dead_letters: Vec::new(), next: None }));
    };
    let selection = Selection {
        kind,
        since: query.since,
        until: query.until,
        organization: query.organization.map(|organization| organization.0),
        destination: query.destination.map(|destination| destination.0),
        rule: query.rule.map(|rule| rule.as_str().to_owned()),
        dropped: query.dropped.unwrap_or_default(),
        ..Selection::default()
    };
    let found = letters::find(&office.store, &caller.principal.realm, &selection).await?;
    let begin = match &query.after {
        None => 0,
        Some(after) => {
            1 + found.iter().position(|letter| id(letter) == after.0).ok_or_else(|| {
                let hint =
                    "give the `next` of a page with the same filters, or begin without `after`";
                Problem::new(Kind::NotFound, "`after` names no letter of this list", hint)
            })?
        }
    };
    let limit = query.limit.unwrap_or_default().0;
    let page: Vec<_> = found.into_iter().skip(begin).take(limit + 1).map(told).collect();
    let next = (page.len() > limit).then(|| page[limit - 1].id.clone());
    Ok(Answer(Page { dead_letters: page.into_iter().take(limit).collect(), next }))
}

/// Makes letters due again.
pub(crate) async fn replay<S: Storage>(
    call: Call<Office<S>, Nothing, Nothing, Choice>,
) -> Result<Answer<Deed>, Problem> {
    let (found, dry_run) = chosen(&call).await?;
    let done = match dry_run {
        true => found,
        false => letters::replay(&call.state.store, &found, call.state.now()).await?,
    };
    Ok(Answer(Deed { done: done.iter().map(id).collect(), dry_run }))
}

/// Marks letters as dropped.
pub(crate) async fn drop<S: Storage>(
    call: Call<Office<S>, Nothing, Nothing, Choice>,
) -> Result<Answer<Deed>, Problem> {
    let (found, dry_run) = chosen(&call).await?;
    let dropped = Dropped { at: call.state.now(), by: call.caller.actor().to_string() };
    let done = match dry_run {
        true => found,
        false => letters::drop(&call.state.store, &found, &dropped).await?,
    };
    Ok(Answer(Deed { done: done.iter().map(id).collect(), dry_run }))
}

/// The letters that are meant, and whether they are only told.
async fn chosen<S: Storage>(
    call: &Call<Office<S>, Nothing, Nothing, Choice>,
) -> Result<(Vec<Letter>, bool), Problem> {
    let body = &call.body;
    let dry_run = body.dry_run.unwrap_or_default();
    let Some(kind) = EventKindText::known(body.kind.clone()) else {
        return Ok((Vec::new(), dry_run));
    };
    let ids = body.ids.iter().flat_map(|ids| &ids.0);
    let selection = Selection {
        ids: ids.filter_map(|id| letter_id(&id.0)).collect(),
        kind,
        since: body.since,
        until: body.until,
        organization: body.organization.clone().map(|organization| organization.0),
        destination: body.destination.clone().map(|destination| destination.0),
        rule: body.rule.as_ref().map(|rule| rule.as_str().to_owned()),
        dropped: false,
    };
    if selection.is_empty() && !body.all.unwrap_or_default() {
        return Ok((Vec::new(), dry_run));
    }
    let realm = &call.caller.principal.realm;
    Ok((letters::find(&call.state.store, realm, &selection).await?, dry_run))
}

fn letter_id(text: &str) -> Option<LetterId> {
    match text.starts_with("act_") {
        true => Some(LetterId::Action(ActionId::new(text))),
        false => text.parse().ok().map(LetterId::Event),
    }
}

fn id(letter: &Letter) -> String {
    letter.action.as_ref().map_or_else(|| letter.event.to_string(), ToString::to_string)
}

fn told(letter: Letter) -> Told {
    let id = id(&letter);
    let (dropped_at, dropped_by) = letter.dropped.map(|dropped| (dropped.at, dropped.by)).unzip();
    Told {
        id,
        event: letter.event,
        kind: letter.kind,
        stop: letter.stop,
        organization: letter.organization,
        destination: letter.destination,
        rule: letter.rule,
        reason: letter.reason,
        since: letter.since,
        attempts: letter.attempts,
        holds_until: letter.holds_until,
        dropped_at,
        dropped_by,
    }
}
