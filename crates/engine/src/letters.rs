//! What waits for a person: finds dead actions and parked events, and replays or drops them.

use domain::{
    ActionId, ConnectionId, DeadLetter, Dropped, Entry, EventId, EventKind, OrganizationId, Parked,
    ParkedKey, Realm, Sequence, Stop, Storage, StorageError, Tenant,
};
use jiff::Timestamp;
use serde::Serialize;

/// How many letters one read or one transaction takes.
const PAGE: usize = 256;

/// One thing that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Letter {
    /// The event that it is about.
    pub event: EventId,
    /// What the event says happened; none where the journal no longer has it.
    pub kind: Option<EventKind>,
    /// Its place in the journal, where the event itself is parked.
    pub sequence: Option<Sequence>,
    /// The stop of the walk that gave up: mirror, decide or deliver.
    pub stop: &'static str,
    /// The action that was given up; none where the event itself is parked.
    pub action: Option<ActionId>,
    /// Whose it is.
    pub organization: Option<OrganizationId>,
    /// By which of their connections it came, in full.
    #[serde(skip)]
    pub tenant: Option<Tenant>,
    /// Where it was to be done.
    pub destination: Option<ConnectionId>,
    /// The rule that decided it.
    pub rule: Option<String>,
    /// Why it was given up.
    pub reason: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Until when the later actions of its lane wait for it, where they do.
    pub holds_until: Option<Timestamp>,
    /// Who decided that it stays undone, where somebody did.
    pub dropped: Option<Dropped>,
}

/// Which letters are meant. What is not named does not count; with nothing named all are meant that
/// are not dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// These, dropped ones too; all where it is empty.
    pub ids: Vec<LetterId>,
    /// Those about events of this kind.
    pub kind: Option<EventKind>,
    /// Those that were given up then or later.
    pub since: Option<Timestamp>,
    /// Those that were given up before.
    pub until: Option<Timestamp>,
    /// Those of this organization.
    pub organization: Option<OrganizationId>,
    /// Those for this destination.
    pub destination: Option<ConnectionId>,
    /// Those that this rule decided.
    pub rule: Option<String>,
    /// Dropped ones too.
    pub dropped: bool,
}

/// A letter by name: one action, or all that an event led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterId {
    /// The action with this id.
    Action(ActionId),
    /// Whatever waits because of this event.
    Event(EventId),
}

impl Selection {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn takes(&self, letter: &Letter) -> bool {
        let meant = match self.ids.is_empty() {
            true => self.dropped || letter.dropped.is_none(),
            false => self.ids.iter().any(|id| id.names(letter)),
        };
        meant
            && self.kind.is_none_or(|kind| letter.kind == Some(kind))
            && self.since.is_none_or(|since| letter.since >= since)
            && self.until.is_none_or(|until| letter.since < until)
            && is(self.organization.as_ref(), letter.organization.as_ref())
            && is(self.destination.as_ref(), letter.destination.as_ref())
            && is(self.rule.as_ref(), letter.rule.as_ref())
    }
}

impl LetterId {
    /// Whether it means this letter.
    #[must_use]
    pub fn names(&self, letter: &Letter) -> bool {
        match self {
            Self::Action(action) => letter.action.as_ref() == Some(action),
            Self::Event(event) => letter.event == *event,
        }
    }
}

/// Whether a letter has what is asked for; whatever it has where nothing is.
fn is<T: PartialEq>(asked: Option<&T>, has: Option<&T>) -> bool {
    asked.is_none() || asked == has
}

/// The letters that are meant and that the realm holds: parked events in the order of the journal,
/// then dead actions in the order in which they were decided.
///
/// # Errors
/// Where the store cannot be read.
pub async fn find<S: Storage>(
    store: &S,
    realm: &Realm,
    selection: &Selection,
) -> Result<Vec<Letter>, StorageError> {
    let takes = |letter: &Letter| realm.holds(letter.tenant.as_ref()) && selection.takes(letter);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.parked(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key);
        for parked in page {
            let entry = store.entry(parked.event).await?;
            found.extend(Some(of_event(parked, entry)).filter(takes));
        }
    }
    let mut after = 0;
    loop {
        let page = store.dead_letters(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.place;
        for dead in page {
            let entry = store.entry(dead.action.event).await?;
            let kind = entry.map(|entry| entry.event.kind);
            found.extend(Some(of_action(dead, kind)).filter(takes));
        }
    }
}

/// Makes letters due again, and returns those that were: another may have been quicker.
///
/// # Errors
/// Where the store cannot be written; what was written before stays.
pub async fn replay<S: Storage>(
    store: &S,
    letters: &[Letter],
    now: Timestamp,
) -> Result<Vec<Letter>, StorageError> {
    let mut replayed = Vec::new();
    for page in letters.chunks(PAGE) {
        let done = Done {
            events: store.ask_again(&events(page)).await?,
            actions: store.replay_dead(&actions(page), now).await?,
        };
        replayed.extend(page.iter().filter(|letter| done.has(letter)).cloned());
    }
    Ok(replayed)
}

/// Marks letters as dropped, and returns those that were not before.
///
/// # Errors
/// Where the store cannot be written; what was written before stays.
pub async fn drop<S: Storage>(
    store: &S,
    letters: &[Letter],
    dropped: &Dropped,
) -> Result<Vec<Letter>, StorageError> {
    let mut marked = Vec::new();
    for page in letters.chunks(PAGE) {
        let done = Done {
            events: store.drop_parked(&events(page), dropped.clone()).await?,
            actions: store.drop_dead(&actions(page), dropped.clone()).await?,
        };
        marked.extend(page.iter().filter(|letter| done.has(letter)).cloned());
    }
    Ok(marked)
}

fn actions(letters: &[Letter]) -> Vec<ActionId> {
    letters.iter().filter_map(|letter| letter.action.clone()).collect()
}

fn events(letters: &[Letter]) -> Vec<ParkedKey> {
    letters.iter().filter_map(parked_key).collect()
}

fn parked_key(letter: &Letter) -> Option<ParkedKey> {
    let stop = Stop::ALL.into_iter().find(|stop| stop.name() == letter.stop)?;
    Some(ParkedKey { sequence: letter.sequence?, stop })
}

/// What the store did.
struct Done {
    events: Vec<ParkedKey>,
    actions: Vec<ActionId>,
}

impl Done {
    fn has(&self, letter: &Letter) -> bool {
        let of_event = parked_key(letter).is_some_and(|key| self.events.contains(&key));
        of_event || letter.action.as_ref().is_some_and(|action| self.actions.contains(action))
    }
}

fn of_event(parked: Parked, entry: Option<Entry>) -> Letter {
    let event = entry.map(|entry| entry.event);
    let kind = event.as_ref().map(|event| event.kind);
    let tenant = event.and_then(|event| event.tenant);
    Letter {
        event: parked.event,
        kind,
        sequence: Some(parked.key.sequence),
        stop: parked.key.stop.name(),
        action: None,
        organization: tenant.as_ref().map(|tenant| tenant.organization.clone()),
        tenant,
        destination: None,
        rule: None,
        reason: parked.reason,
        since: parked.parked_at,
        attempts: parked.tries,
        holds_until: None,
        dropped: parked.dropped,
    }
}

fn of_action(dead: DeadLetter, kind: Option<EventKind>) -> Letter {
    Letter {
        event: dead.action.event,
        kind,
        sequence: None,
        stop: "deliver",
        action: Some(dead.action.id),
        organization: Some(dead.action.tenant.organization.clone()),
        tenant: Some(dead.action.tenant),
        destination: Some(dead.action.destination),
        rule: Some(dead.action.rule),
        reason: dead.reason,
        since: dead.died_at,
        attempts: dead.attempts,
        holds_until: dead.holds_until,
        dropped: dead.dropped,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        DeadLetters, Decisions, Entity, Event, Journal, Memory, Mirror, Outbox, Parking,
        Projection, Settlement, Verb,
        contract::sample::{action, at, event, event_id, tenant},
    };

    use super::*;
    use crate::fixture::store;

    /// Four letters: event 1 for two destinations, event 2 later, event 3 is dropped.
    async fn filled() -> Memory {
        let store = store();
        let mut actions = Vec::new();
        for (number, destination, verb) in [
            (1, "notion", Verb::Created),
            (1, "elsewhere", Verb::Created),
            (2, "notion", Verb::Deleted),
            (3, "notion", Verb::Created),
        ] {
            let mut event = event(number);
            event.kind = EventKind { entity: Entity::Contact, verb };
            store.append(event).await.unwrap();
            let mut action = action(number, destination, &format!("lane-{number}"));
            action.id = ActionId::of(&event_id(number), destination);
            destination.clone_into(&mut action.rule);
            actions.push(action);
        }
        let (from, to) = (Sequence(0), Sequence(3));
        store
            .decide(Decisions { from, to, actions: actions.clone(), ..Decisions::default() })
            .await
            .unwrap();
        for (seconds, action) in (1..).zip(actions) {
            let reason = "refused".to_owned();
            let dead = Settlement::Dead { ambiguous: false, holds_until: None, reason };
            store.claim(&action.destination, at(seconds), 1).await.unwrap();
            store.settle(&action.id, at(seconds), dead).await.unwrap();
        }
        let last = [ActionId::of(&event_id(3), "notion")];
        store.drop_dead(&last, Dropped { at: at(9), by: "ada".to_owned() }).await.unwrap();
        store
    }

    fn name(letter: &Letter) -> String {
        match &letter.action {
            Some(action) => action.as_str()[33..].to_owned(),
            None => format!("{} at {}", &letter.event.to_string()[33..], letter.stop),
        }
    }

    async fn found(selection: Selection) -> Vec<String> {
        let letters = find(&filled().await, &Realm::Installation, &selection).await.unwrap();
        letters.iter().map(name).collect()
    }

    #[tokio::test]
    async fn letters_are_found_by_what_they_are() {
        let none = Selection::default;
        assert_eq!(found(none()).await, ["001.notion", "001.elsewhere", "002.notion"]);
        let deleted = EventKind { entity: Entity::Contact, verb: Verb::Deleted };
        assert_eq!(found(Selection { kind: Some(deleted), ..none() }).await, ["002.notion"]);
        let later = Selection { since: Some(at(2)), ..none() };
        assert_eq!(found(later).await, ["001.elsewhere", "002.notion"]);
        let earlier = Selection { until: Some(at(2)), ..none() };
        assert_eq!(found(earlier).await, ["001.notion"]);
        let there = Some(ConnectionId::new("elsewhere"));
        assert_eq!(found(Selection { destination: there, ..none() }).await, ["001.elsewhere"]);
        let nobody = Some(OrganizationId::new("beta"));
        assert_eq!(found(Selection { organization: nobody, ..none() }).await, [""; 0]);
        let rule = Some("elsewhere".to_owned());
        assert_eq!(found(Selection { rule, ..none() }).await, ["001.elsewhere"]);
    }

    #[tokio::test]
    async fn nobody_finds_letters_of_others() {
        let store = filled().await;
        let key = ParkedKey { sequence: Sequence(4), stop: Stop::Mirror };
        let event = Event { tenant: None, ..event(4) };
        store.append(event.clone()).await.unwrap();
        let (event, parked_at, reason) = (event.id, at(5), "it has no name".to_owned());
        let parked = vec![Parked { key, event, reason, tries: 3, parked_at, dropped: None }];
        store.project(Projection { parked, ..Projection::default() }).await.unwrap();
        let own = tenant("alpha");
        let other_door = Tenant { connection: ConnectionId::new("other"), ..own.clone() };
        for (realm, letters) in [
            (Realm::Installation, 4),
            (Realm::Organization(own.organization.clone()), 3),
            (Realm::Connection(own), 3),
            (Realm::Connection(other_door), 0),
            (Realm::Organization(OrganizationId::new("beta")), 0),
        ] {
            let found = find(&store, &realm, &Selection::default()).await.unwrap();
            assert_eq!(found.len(), letters, "{realm:?}");
        }
    }

    #[tokio::test]
    async fn a_dropped_letter_is_found_by_its_id_only() {
        let by_event = vec![LetterId::Event(event_id(1)), LetterId::Event(event_id(3))];
        let ids = Selection { ids: by_event, ..Selection::default() };
        assert_eq!(found(ids).await, ["001.notion", "001.elsewhere", "003.notion"]);
        let action = ActionId::of(&event_id(3), "notion");
        let ids = Selection { ids: vec![LetterId::Action(action)], ..Selection::default() };
        assert_eq!(found(ids).await, ["003.notion"]);
    }

    #[tokio::test]
    async fn what_somebody_else_replayed_is_not_replayed_again() {
        let store = filled().await;
        let letters = find(&store, &Realm::Installation, &Selection::default()).await.unwrap();
        let first = replay(&store, &letters[..1], at(10)).await.unwrap();
        assert_eq!(first, letters[..1]);
        assert_eq!(replay(&store, &letters, at(11)).await.unwrap(), letters[1..]);
        let by = Dropped { at: at(12), by: "ada".to_owned() };
        assert_eq!(super::drop(&store, &letters, &by).await.unwrap(), []);
    }

    #[tokio::test]
    async fn parked_events_are_letters_too() {
        let store = filled().await;
        let key = ParkedKey { sequence: Sequence(2), stop: Stop::Mirror };
        let reason = "it has no name".to_owned();
        let (event, parked_at) = (event_id(2), at(5));
        let parked = vec![Parked { key, event, reason, tries: 3, parked_at, dropped: None }];
        store.project(Projection { parked, ..Projection::default() }).await.unwrap();
        let by_event =
            Selection { ids: vec![LetterId::Event(event_id(2))], ..Selection::default() };
        let letters = find(&store, &Realm::Installation, &by_event).await.unwrap();
        assert_eq!(letters.iter().map(name).collect::<Vec<_>>(), ["002 at mirror", "002.notion"]);
        assert_eq!(letters[0].organization, Some(OrganizationId::new("alpha")));
        assert_eq!(replay(&store, &letters, at(6)).await.unwrap(), letters);
        assert_eq!(replay(&store, &letters, at(6)).await.unwrap(), [], "it is asked for already");
        assert!(store.take_asked(Stop::Mirror).await.unwrap().is_some());
    }
}
