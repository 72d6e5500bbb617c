//! `highwire events dead`, `replay` and `drop`: what was given up, and what a person makes of it.

use domain::{
    ActionId, ConnectionId, Dropped, EventKind, Journal, OrganizationId, Outbox, Realm,
    StorageError, Tracked,
};
use engine::letters::{self, Letter, LetterId, Selection};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::Sqlite;

use super::{absent, identify};
use crate::{
    actor::Actor,
    cli::{Choice, Dead, Filter},
    clock,
    failure::Failure,
    printer,
    settings::{Environment, Settings},
};

/// How much of a reason the table shows, in characters; `--json` and `events show` have all of it.
const REASON_SHOWN: usize = 80;

/// What is to be done with letters.
enum Deed {
    Replay,
    Drop(String),
}

/// Lists what was given up.
pub(crate) async fn list(
    settings: &Settings,
    actor: &Actor,
    dead: &Dead,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let selection = Selection { dropped: dead.dropped, ..selection(&dead.filter)? };
    let found = letters::find(&store, &actor.principal.realm, &selection).await?;
    let waiting = found.iter().filter(|letter| letter.dropped.is_none()).count();
    let now = clock::now();
    match json {
        true => found.iter().for_each(|letter| printer::data(json!(letter).to_string())),
        false if found.is_empty() => printer::talk("nothing waits for a person"),
        false => printer::data(table(&found, now)),
    }
    if dead.exit_code && waiting > 0 {
        let hint = "see the reasons, then use `highwire events replay` or `highwire events drop`";
        return Err(Failure::found(format!("{waiting} letters wait for a person"), hint));
    }
    Ok(())
}

/// Makes what was given up due again.
pub(crate) async fn replay(
    settings: &Settings,
    actor: &Actor,
    choice: &Choice,
    json: bool,
) -> Result<(), Failure> {
    act(settings, actor, (choice, Deed::Replay), json).await
}

/// Decides that what was given up stays undone.
pub(crate) async fn drop(
    settings: &Settings,
    actor: &Actor,
    (choice, by): (&Choice, Option<String>),
    json: bool,
) -> Result<(), Failure> {
    let by = match (by, &actor.key) {
        (Some(by), None) => by,
        (Some(by), Some(key)) => format!("{by} with {key}"),
        (None, Some(key)) => key.to_string(),
        (None, None) => Environment::read()?.get("USER").unwrap_or("not named").to_owned(),
    };
    act(settings, actor, (choice, Deed::Drop(by)), json).await
}

async fn act(
    settings: &Settings,
    actor: &Actor,
    (choice, deed): (&Choice, Deed),
    json: bool,
) -> Result<(), Failure> {
    let realm = &actor.principal.realm;
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let mut selection = selection(&choice.filter)?;
    for id in &choice.ids {
        selection.ids.push(letter_id(&store, realm, id).await?);
    }
    if selection.is_empty() && !choice.all {
        return Err(Failure::usage(
            "choose what is meant: nothing is named",
            Vec::new(),
            "name events or actions, or use --kind, --since, --until, --organization, \
             --destination or --rule; --all means all of them",
        ));
    }
    let found = letters::find(&store, realm, &selection).await?;
    let now = clock::now();
    let done = match (&deed, choice.dry_run) {
        (_, true) => found.clone(),
        (Deed::Replay, _) => letters::replay(&store, &found, now).await?,
        (Deed::Drop(by), _) => {
            let dropped = Dropped { at: now, by: by.clone() };
            letters::drop(&store, &found, &dropped).await?
        }
    };
    let untouched = untouched(&store, &selection.ids, (&found, &done)).await?;
    let told = Told { deed, dry_run: choice.dry_run, done, untouched };
    match json {
        true => printer::data(told.json().to_string()),
        false => printer::data(told.text(now)),
    }
    Ok(())
}

fn selection(filter: &Filter) -> Result<Selection, Failure> {
    Ok(Selection {
        kind: filter.kind.as_deref().map(kind).transpose()?,
        since: filter.since,
        until: filter.until,
        organization: filter.organization.as_deref().map(OrganizationId::new),
        destination: filter.destination.as_deref().map(ConnectionId::new),
        rule: filter.rule.clone(),
        ..Selection::default()
    })
}

fn kind(text: &str) -> Result<EventKind, Failure> {
    let Ok(kind) = text.parse::<EventKind>();
    match kind.to_string() == text {
        true => Ok(kind),
        false => Err(Failure::usage(
            format!("use `{text}` as a kind of event"),
            Vec::new(),
            "copy a kind from `highwire events list`, such as contact.created",
        )),
    }
}

async fn letter_id(store: &Sqlite, realm: &Realm, text: &str) -> Result<LetterId, Failure> {
    if !text.starts_with("act_") {
        return Ok(LetterId::Event(identify(store, realm, text).await?));
    }
    let id = ActionId::new(text);
    let tracked = tracked(store, &id).await?;
    match tracked.filter(|tracked| realm.holds(Some(&tracked.action.tenant))) {
        Some(_) => Ok(LetterId::Action(id)),
        None => Err(absent_action(text)),
    }
}

fn absent_action(action: &str) -> Failure {
    Failure::user(
        format!("find the action {action} in this data folder"),
        "`highwire events dead` lists those that were given up, `highwire events show` all of an \
         event",
    )
}

/// The state of what was named and not touched, so that a repetition says why it does nothing.
async fn untouched(
    store: &Sqlite,
    ids: &[LetterId],
    (found, done): (&[Letter], &[Letter]),
) -> Result<Vec<(String, String)>, Failure> {
    let mut untouched = Vec::new();
    for id in ids.iter().filter(|id| !done.iter().any(|letter| id.names(letter))) {
        let again = found.iter().any(|letter| id.names(letter));
        let (name, actions) = match id {
            LetterId::Event(event) => {
                let actions = store.actions(*event).await?;
                if actions.is_empty() && store.entry(*event).await?.is_none() {
                    return Err(absent(&event.to_string()));
                }
                (event.to_string(), actions)
            }
            LetterId::Action(action) => match tracked(store, action).await? {
                Some(tracked) => (action.to_string(), vec![tracked]),
                None => return Err(absent_action(action.as_str())),
            },
        };
        let why = match again {
            true => "it is settled, or being done again".to_owned(),
            false => states(&actions),
        };
        untouched.push((name, why));
    }
    Ok(untouched)
}

async fn tracked(store: &Sqlite, id: &ActionId) -> Result<Option<Tracked>, StorageError> {
    let Some(event) = id.event() else { return Ok(None) };
    let actions = store.actions(event).await?;
    Ok(actions.into_iter().find(|tracked| tracked.action.id == *id))
}

fn states(actions: &[Tracked]) -> String {
    if actions.is_empty() {
        return "no action follows from it".to_owned();
    }
    let states = actions
        .iter()
        .map(|tracked| format!("{} is {}", tracked.action.rule, tracked.state.name()));
    states.collect::<Vec<_>>().join(", ")
}

/// What was done, for people and for programs.
struct Told {
    deed: Deed,
    dry_run: bool,
    done: Vec<Letter>,
    untouched: Vec<(String, String)>,
}

impl Told {
    fn word(&self) -> &'static str {
        match self.deed {
            Deed::Replay => "replayed",
            Deed::Drop(_) => "dropped",
        }
    }

    fn json(&self) -> Value {
        let ids: Vec<_> = self.done.iter().map(name).collect();
        let untouched: Vec<_> =
            self.untouched.iter().map(|(id, why)| json!({ "id": id, "because": why })).collect();
        json!({ self.word(): ids, "untouched": untouched, "dry_run": self.dry_run })
    }

    fn text(&self, now: Timestamp) -> String {
        let mut lines = Vec::new();
        if self.dry_run && !self.done.is_empty() {
            lines.push(table(&self.done, now));
        }
        for (id, why) in &self.untouched {
            lines.push(format!("{id}: nothing to do: {why}"));
        }
        let dry = if self.dry_run { ", nothing yet: this is a dry run" } else { "" };
        lines.push(format!("{}={}{dry}", self.word(), self.done.len()));
        lines.join("\n")
    }
}

fn table(found: &[Letter], now: Timestamp) -> String {
    let head = ["action or event", "kind", "stop", "tries", "age", "what follows", "reason"];
    printer::table(&head, found.iter().map(|letter| row(letter, now)))
}

fn row(letter: &Letter, now: Timestamp) -> Vec<String> {
    let lane = match (&letter.dropped, letter.holds_until) {
        (Some(dropped), _) => format!("dropped by {}", dropped.by),
        (None, None) => "goes on".to_owned(),
        (None, Some(until)) if until > now => format!("waits {}", age(until.duration_since(now))),
        (None, Some(_)) => "went on without it".to_owned(),
    };
    vec![
        name(letter),
        letter.kind.map(|kind| kind.to_string()).unwrap_or_default(),
        match &letter.destination {
            Some(destination) => format!("{} to {destination}", letter.stop),
            None => letter.stop.to_owned(),
        },
        letter.attempts.to_string(),
        age(now.duration_since(letter.since)),
        lane,
        shorten(&letter.reason),
    ]
}

/// What `replay` and `drop` take as its id.
fn name(letter: &Letter) -> String {
    letter.action.as_ref().map_or_else(|| letter.event.to_string(), ToString::to_string)
}

/// A time span in its largest unit.
fn age(span: SignedDuration) -> String {
    match span.as_secs() {
        seconds if seconds < 120 => format!("{} s", seconds.max(0)),
        seconds if seconds < 2 * 60 * 60 => format!("{} min", seconds / 60),
        seconds if seconds < 48 * 60 * 60 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(REASON_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let told = [5, 119, 120, 7_199, 7_200, 172_799, 172_800].map(SignedDuration::from_secs);
        let expected = ["5 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d"];
        assert_eq!(told.map(age), expected);
    }

    #[test]
    fn a_kind_that_nobody_knows_is_refused() {
        assert!(kind("contact.created").is_ok());
        assert!(kind("contact.createt").unwrap_err().to_string().contains("events list"));
    }
}
