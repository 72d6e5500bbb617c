//! What every quarantine must do.

use super::sample::{at, event, event_id, tenant};
use crate::{Appended, Held, HeldGroup, Reason, Sequence, Storage};

fn held(number: u128, account: &str, app: Option<&str>) -> Held {
    let mut event = event(number);
    event.tenant = None;
    event.account = Some(account.to_owned());
    Held { event, app: app.map(str::to_owned), reason: Reason::NotConnected }
}

fn group(account: &str, app: Option<&str>) -> HeldGroup {
    HeldGroup {
        source: "highlevel".to_owned(),
        account: account.to_owned(),
        app: app.map(str::to_owned),
    }
}

/// An event that waits is kept once and is not in the journal; released, it is there as it came,
/// with its owner.
pub async fn what_is_held_is_no_entry_until_it_is_released<S: Storage>(store: S) {
    let mut waiting = held(1, "location-1", None);
    waiting.event.body = vec![0xff, 0, 0xfe].into();
    waiting.event.alias = Some(event_id(901));
    let first = store.hold(waiting.clone()).await.expect("hold");
    let Appended::New(place) = first else { panic!("it was there before") };
    let again = store.hold(waiting.clone()).await.expect("hold again");
    assert_eq!(again, Appended::Duplicate(place));
    assert_eq!(store.last().await.expect("last"), Sequence(0));
    let listed = store.held().await.expect("list");
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].group, listed[0].events), (&group("location-1", None), 1));
    assert_eq!((listed[0].reason, listed[0].first_at), (Reason::NotConnected, at(0)));

    let owner = tenant("alpha");
    let released = store.release(&group("location-1", None), &owner, 10).await;
    assert_eq!(released.expect("release"), 1);
    let entry = store.entry(event_id(1)).await.expect("find").expect("it is there");
    let mut expected = waiting.event.clone();
    expected.tenant = Some(owner);
    let alias = expected.alias.take();
    let found = crate::Event { alias: None, ..entry.event };
    assert!(found == expected && found.body == expected.body);
    assert_eq!(store.held().await.expect("list"), vec![]);
    let mut other = event(2);
    other.alias = alias;
    assert_eq!(store.append(other).await.expect("append"), Appended::Duplicate(entry.sequence));
}

/// A group leaves in the order in which it came, in steps, and takes nothing of another with it.
pub async fn groups_are_released_one_by_one_and_in_order<S: Storage>(store: S) {
    for number in 1..=10 {
        let account = if number % 2 == 0 { "even" } else { "odd" };
        store.hold(held(number, account, None)).await.expect("hold");
    }
    store.hold(held(11, "odd", Some("another app"))).await.expect("hold");
    let mut counts = Vec::new();
    loop {
        let count = store.release(&group("odd", None), &tenant("beta"), 2).await.expect("release");
        counts.push(count);
        if count == 0 {
            break;
        }
    }
    assert_eq!(counts, [2, 2, 1, 0]);
    let entries = store.entries_after(Sequence(0), 99).await.expect("read");
    let ids: Vec<_> = entries.iter().map(|entry| entry.event.id).collect();
    assert_eq!(ids, [1, 3, 5, 7, 9].map(event_id));
    assert!(entries.iter().all(|entry| entry.event.tenant == Some(tenant("beta"))));
    let left: Vec<_> =
        store.held().await.expect("list").into_iter().map(|one| (one.group, one.events)).collect();
    assert_eq!(left, [(group("even", None), 5), (group("odd", Some("another app")), 1)]);
}

/// An event that came again and went into the journal is not doubled by its release.
pub async fn what_the_journal_has_is_released_into_nothing<S: Storage>(store: S) {
    store.hold(held(1, "location-1", None)).await.expect("hold");
    store.append(event(1)).await.expect("append");
    let released = store.release(&group("location-1", None), &tenant("alpha"), 10).await;
    assert_eq!(released.expect("release"), 1);
    assert_eq!(store.last().await.expect("last"), Sequence(1));
    assert_eq!(store.held().await.expect("list"), vec![]);
}

/// Only what came before the moment goes, and in steps.
pub async fn what_is_old_leaves_the_quarantine<S: Storage>(store: S) {
    for number in 1..=5 {
        store.hold(held(number, "location-1", None)).await.expect("hold");
    }
    assert_eq!(store.expire(at(0), 9).await.expect("expire"), 0);
    assert_eq!(store.expire(at(1), 3).await.expect("expire"), 3);
    let left = store.held().await.expect("list");
    assert_eq!(left[0].events, 2);
    assert_eq!(store.expire(at(1), 9).await.expect("expire"), 2);
    assert_eq!(store.held().await.expect("list"), vec![]);
}

/// A group's oldest events go where its room is needed, and no other group's.
pub async fn the_oldest_of_a_group_make_room<S: Storage>(store: S) {
    for number in 1..=4 {
        let mut waiting = held(number, "loud", None);
        waiting.event.body = vec![b'x'; number as usize * 10].into();
        store.hold(waiting).await.expect("hold");
    }
    store.hold(held(5, "loud", Some("another app"))).await.expect("hold");
    let bytes = async || {
        let held = store.held().await.expect("list");
        held.into_iter().find(|one| one.group == group("loud", None)).map(|one| one.bytes)
    };
    assert_eq!(bytes().await, Some(100));
    assert_eq!(store.discard(&group("loud", None), 2).await.expect("discard"), 2);
    assert_eq!(bytes().await, Some(70));
    assert_eq!(store.discard(&group("loud", None), 9).await.expect("discard"), 2);
    assert_eq!(store.discard(&group("loud", None), 9).await.expect("discard"), 0);
    let left = store.held().await.expect("list");
    assert_eq!(left.len(), 1);
    assert_eq!((&left[0].group, left[0].events), (&group("loud", Some("another app")), 1));
}
