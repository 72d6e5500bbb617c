//! What every store must do when it lets go of what is old.

use super::sample::{action, at, event, event_id, record, tenant};
use crate::{
    Appended, Applied, Change, ConnectionId, Decisions, Dropped, Kept, Need, Parked, ParkedKey,
    Projection, Receipt, Retained, Sequence, Settlement, Stop, Storage,
};

async fn kept<S: Storage>(store: &S, kind: Retained) -> Vec<Kept> {
    store.kept_after(kind, 0, 100).await.expect("kept")
}

fn places(kept: &[Kept]) -> Vec<u64> {
    kept.iter().map(|kept| kept.place).collect()
}

async fn append<S: Storage>(store: &S, numbers: std::ops::RangeInclusive<u128>) {
    for number in numbers {
        let mut event = event(number);
        event.alias = Some(event_id(900 + number));
        store.append(event).await.expect("append");
    }
}

/// Projects one stretch in which each of these events made a version of its contact.
async fn project<S: Storage>(store: &S, made: &[(u128, &str)]) {
    let owner = tenant("alpha");
    let from = store.projected().await.expect("cursor");
    let records = made.iter().map(|(number, id)| record(&owner, id, *number)).collect();
    let changes = made.iter().map(|(number, id)| {
        let record = record(&owner, id, *number);
        Change {
            event: record.event,
            tenant: owner.clone(),
            key: record.key,
            applied: Applied::Created,
            version: 1,
            fields: [].into(),
            found: None,
        }
    });
    let to = Sequence(from.0 + 1);
    let projection =
        Projection { from, to, records, changes: changes.collect(), ..Projection::default() };
    store.project(projection).await.expect("project");
}

fn dead() -> Settlement {
    Settlement::Dead { ambiguous: false, holds_until: None, reason: "refused".to_owned() }
}

fn dropped() -> Dropped {
    Dropped { at: at(22), by: "ada".to_owned() }
}

/// Without its bytes an event is the same in all else, says how many there were, and is still known.
pub async fn bytes_go_and_their_events_stay<S: Storage>(store: S) {
    append(&store, 1..=3).await;
    let all = kept(&store, Retained::Bytes).await;
    assert_eq!(places(&all), [1, 2, 3]);
    assert_eq!((all[1].size, all[1].event), (event(2).body.len() as u64, event_id(2)));
    assert_eq!(places(&store.kept_after(Retained::Bytes, 1, 1).await.expect("kept")), [2]);
    assert_eq!(store.remove(Retained::Bytes, &all[..2]).await.expect("remove"), 2);
    assert_eq!(store.remove(Retained::Bytes, &all[..2]).await.expect("remove"), 0, "they are gone");
    assert_eq!(places(&kept(&store, Retained::Bytes).await), [3]);
    assert_eq!(places(&kept(&store, Retained::Events).await), [1, 2, 3]);
    let mut entry = store.entry(event_id(2)).await.expect("find").expect("it is there");
    entry.event.alias = None;
    assert_eq!(entry.dropped_bytes, Some(event(2).body.len() as u64));
    let mut bare = event(2);
    bare.body = Default::default();
    assert_eq!((entry.sequence, entry.event), (Sequence(2), bare));
    let page = store.entries_after(Sequence(0), 10).await.expect("read");
    let dropped: Vec<_> = page.iter().map(|entry| entry.dropped_bytes.is_some()).collect();
    assert_eq!(dropped, [true, true, false]);
    assert_eq!(store.append(event(2)).await.expect("append"), Appended::Duplicate(Sequence(2)));
}

/// An event that goes takes its identities and changes along; readers and counting go on around it.
pub async fn events_go_with_their_changes_and_identities<S: Storage>(store: S) {
    append(&store, 1..=4).await;
    project(&store, &[(2, "a"), (3, "b")]).await;
    let all = kept(&store, Retained::Events).await;
    assert!(all.iter().all(|kept| kept.size > 0));
    let going = [all[0], all[1]];
    assert_eq!(store.remove(Retained::Events, &going).await.expect("remove"), 2);
    assert_eq!(places(&kept(&store, Retained::Events).await), [3, 4]);
    assert_eq!(store.entry(event_id(2)).await.expect("find"), None);
    let left = store.changes(&[event_id(2), event_id(3)]).await.expect("changes");
    assert_eq!(left.iter().map(|change| change.event).collect::<Vec<_>>(), [event_id(3)]);
    let rest = store.entries_after(Sequence(1), 10).await.expect("read");
    assert_eq!(rest.iter().map(|entry| entry.sequence.0).collect::<Vec<_>>(), [3, 4]);
    let mut again = event(2);
    again.alias = Some(event_id(901));
    assert_eq!(store.append(again).await.expect("append"), Appended::New(Sequence(5)));
}

/// Places are counted on from the newest entry, so it stays, whatever is asked.
pub async fn the_newest_entry_never_goes<S: Storage>(store: S) {
    append(&store, 1..=2).await;
    let all = kept(&store, Retained::Events).await;
    assert_eq!(store.remove(Retained::Events, &all).await.expect("remove"), 1);
    assert_eq!(store.last().await.expect("last"), Sequence(2));
    assert_eq!(store.append(event(3)).await.expect("append"), Appended::New(Sequence(3)));
}

/// What is not done is no candidate, and is not removed by whoever takes it for one.
pub async fn only_finished_actions_go<S: Storage>(store: S) {
    let actions: Vec<_> = (1..=4).map(|n| action(n, "notion", &n.to_string())).collect();
    let (to, all) = (Sequence(1), actions.clone());
    store.decide(Decisions { to, actions: all, ..Decisions::default() }).await.expect("decide");
    store.claim(&ConnectionId::new("notion"), at(10), 3).await.expect("claim");
    let done = Receipt { reference: "page".to_owned(), adopted: false };
    store.settle(&actions[0].id, at(20), Settlement::Done(done)).await.expect("settle");
    store.settle(&actions[1].id, at(21), dead()).await.expect("settle");
    let finished = kept(&store, Retained::Attempts).await;
    assert_eq!(finished.len(), 1);
    assert_eq!((finished[0].event, finished[0].since), (event_id(1), at(20)));
    assert!(finished[0].size > 0);
    let wrong: Vec<_> = (1..=4).map(|place| Kept { place, ..finished[0] }).collect();
    assert_eq!(store.remove(Retained::Attempts, &wrong).await.expect("remove"), 1);
    assert!(store.actions(event_id(1)).await.expect("actions").is_empty());
    for number in 2..=4 {
        assert_eq!(store.actions(event_id(number)).await.expect("actions").len(), 1);
    }
    assert!(kept(&store, Retained::Attempts).await.is_empty());
    store.drop_dead(std::slice::from_ref(&actions[1].id), dropped()).await.expect("drop");
    let finished = kept(&store, Retained::Attempts).await;
    assert_eq!((finished.len(), finished[0].event), (1, event_id(2)), "it stays undone");
    assert_eq!(store.remove(Retained::Attempts, &finished).await.expect("remove"), 1);
    assert!(store.dead_letters(0, 9).await.expect("letters").is_empty());
}

/// An action that is not done, or that was given up, needs its event whole.
pub async fn an_open_action_needs_its_event<S: Storage>(store: S) {
    let actions: Vec<_> = (1..=4).map(|n| action(n, "notion", &n.to_string())).collect();
    let (to, all) = (Sequence(1), actions.clone());
    store.decide(Decisions { to, actions: all, ..Decisions::default() }).await.expect("decide");
    store.claim(&ConnectionId::new("notion"), at(10), 3).await.expect("claim");
    let done = Receipt { reference: "page".to_owned(), adopted: false };
    store.settle(&actions[0].id, at(20), Settlement::Done(done)).await.expect("settle");
    store.settle(&actions[1].id, at(21), dead()).await.expect("settle");
    let events: Vec<_> = (1..=5).map(event_id).collect();
    let needs = store.needs(&events).await.expect("needs");
    assert_eq!(needs, [2, 3, 4].map(|number| (event_id(number), Need::Whole)).into());
    store.drop_dead(std::slice::from_ref(&actions[1].id), dropped()).await.expect("drop");
    let needs = store.needs(&events).await.expect("needs");
    assert_eq!(needs, [3, 4].map(|number| (event_id(number), Need::Whole)).into());
}

/// A parked event needs its bytes, to be read again; a dropped one goes with its event.
pub async fn a_parked_event_is_needed_whole<S: Storage>(store: S) {
    append(&store, 1..=3).await;
    let parked = |number: u64| Parked {
        key: ParkedKey { sequence: Sequence(number), stop: Stop::Mirror },
        event: event_id(number.into()),
        reason: "it has no name".to_owned(),
        tries: 3,
        parked_at: at(10),
        dropped: None,
    };
    let parked = vec![parked(1), parked(2)];
    let keys: Vec<_> = parked.iter().map(|parked| parked.key).collect();
    let to = Sequence(3);
    store.project(Projection { to, parked, ..Projection::default() }).await.expect("project");
    store.drop_parked(&keys[..1], dropped()).await.expect("drop");
    let events: Vec<_> = (1..=3).map(event_id).collect();
    assert_eq!(store.needs(&events).await.expect("needs"), [(event_id(2), Need::Whole)].into());
    let all = kept(&store, Retained::Events).await;
    assert_eq!(store.remove(Retained::Events, &all[..1]).await.expect("remove"), 1);
    let left = store.parked(None, 9).await.expect("parked");
    assert_eq!(left.iter().map(|parked| parked.key).collect::<Vec<_>>(), keys[1..]);
}

/// The event of a row's present version is needed, those of its former versions are not.
pub async fn the_mirror_needs_the_event_of_each_version<S: Storage>(store: S) {
    project(&store, &[(1, "a"), (2, "b")]).await;
    project(&store, &[(3, "a")]).await;
    let events: Vec<_> = (1..=3).map(event_id).collect();
    let needs = store.needs(&events).await.expect("needs");
    assert_eq!(needs, [2, 3].map(|number| (event_id(number), Need::Entry)).into());
    let actions = vec![action(3, "notion", "a")];
    let to = Sequence(1);
    store.decide(Decisions { to, actions, ..Decisions::default() }).await.expect("decide");
    let needs = store.needs(&events).await.expect("needs");
    assert_eq!(needs[&event_id(3)], Need::Whole, "the greater need counts");
}
