//! What every journal must do.

use super::sample::{event, event_id, tenant};
use crate::{
    Appended, ConnectionId, Entity, Event, EventKind, OrganizationId, Realm, Sequence, Storage,
    Tenant,
};

/// The same event twice is one entry.
pub async fn an_event_is_kept_once<S: Storage>(store: S) {
    assert_eq!(store.append(event(1)).await.expect("append"), Appended::New(Sequence(1)));
    assert_eq!(store.append(event(2)).await.expect("append"), Appended::New(Sequence(2)));
    assert_eq!(store.append(event(1)).await.expect("append"), Appended::Duplicate(Sequence(1)));
    assert_eq!(store.last().await.expect("last"), Sequence(2));
}

/// A delivery whose alias was seen is the same event, whatever its id.
pub async fn an_alias_is_an_identity_too<S: Storage>(store: S) {
    let mut first = event(1);
    first.alias = Some(event_id(900));
    store.append(first).await.expect("append");
    let mut again = event(2);
    again.alias = Some(event_id(900));
    assert_eq!(store.append(again).await.expect("append"), Appended::Duplicate(Sequence(1)));
    assert_eq!(store.append(event(2)).await.expect("append"), Appended::New(Sequence(2)));
}

/// Readers see every entry once, in order, whatever the size of their pages.
pub async fn entries_come_in_order_and_in_pages<S: Storage>(store: S) {
    for number in 1..=25 {
        store.append(event(number)).await.expect("append");
    }
    let (mut cursor, mut seen) = (Sequence(0), Vec::new());
    loop {
        let page = store.entries_after(cursor, 10).await.expect("read");
        let Some(last) = page.last() else { break };
        cursor = last.sequence;
        seen.extend(page.into_iter().map(|entry| entry.event.id));
    }
    assert_eq!(seen, (1..=25).map(event_id).collect::<Vec<_>>());
}

/// An entry is found by its event's id, and by no other.
pub async fn an_entry_is_found_by_its_event<S: Storage>(store: S) {
    store.append(event(7)).await.expect("append");
    let found = store.entry(event_id(7)).await.expect("find");
    assert_eq!(found.map(|entry| entry.sequence), Some(Sequence(1)));
    assert_eq!(store.entry(event_id(8)).await.expect("find"), None);
}

/// What is read is what was appended, also where values are missing and bytes are not text.
pub async fn every_value_of_an_event_survives<S: Storage>(store: S) {
    let mut bare = event(2);
    bare.tenant = None;
    bare.kind = EventKind::UNREADABLE;
    bare.vendor_type = None;
    bare.record = None;
    bare.account = None;
    bare.webhook_id = None;
    bare.body = vec![0xff, 0x00, 0xfe].into();
    for original in [event(1), bare] {
        store.append(original.clone()).await.expect("append");
        let entry = store.entry(original.id).await.expect("find").expect("it is there");
        assert_eq!(entry.event, original);
        assert!(entry.event.body == original.body && entry.event.kind == original.kind);
    }
    assert_eq!(Entity::Unknown, EventKind::UNREADABLE.entity);
}

/// A realm sees its own entries only, each once and in order, however many are between them.
pub async fn a_realm_sees_its_own_entries_and_all_of_them<S: Storage>(store: S) {
    let link = |name: &str| Tenant { connection: ConnectionId::new(name), ..tenant("alpha") };
    for number in 1..=100 {
        let owner = match number {
            7 | 8 | 90 => Some(tenant("alpha")),
            9 => Some(link("alpha-two")),
            10 => None,
            _ => Some(tenant("beta")),
        };
        store.append(Event { tenant: owner, ..event(number) }).await.expect("append");
    }
    let alpha = Realm::Organization(tenant("alpha").organization);
    let none = Realm::Organization(OrganizationId::new("nobody"));
    for (realm, expected) in [
        (alpha, vec![7, 8, 9, 90]),
        (Realm::Connection(tenant("alpha")), vec![7, 8, 90]),
        (Realm::Connection(link("alpha-two")), vec![9]),
        (Realm::Installation, (1..=100).collect()),
        (none, vec![]),
    ] {
        for limit in [1, 3, 1000] {
            let (mut cursor, mut seen) = (Sequence(0), Vec::new());
            loop {
                let part = store.entries_within(&realm, cursor, limit).await.expect("read");
                assert!(part.entries.len() <= limit && part.through >= cursor);
                seen.extend(part.entries.into_iter().map(|entry| entry.event.id));
                if part.through == cursor {
                    break;
                }
                cursor = part.through;
            }
            assert_eq!(cursor, Sequence(100));
            assert_eq!(seen, expected.iter().copied().map(event_id).collect::<Vec<_>>());
        }
    }
}

/// Writers at the same time get different places, and none is lost.
pub async fn concurrent_appends_all_get_their_own_place<S: Storage>(store: S) {
    let mut writers = tokio::task::JoinSet::new();
    for number in 1..=64 {
        let store = store.clone();
        writers.spawn(async move { store.append(event(number)).await.expect("append") });
    }
    let mut places: Vec<_> = writers.join_all().await;
    places.sort_by_key(|appended| match appended {
        Appended::New(place) | Appended::Duplicate(place) => *place,
    });
    assert_eq!(places, (1..=64).map(|place| Appended::New(Sequence(place))).collect::<Vec<_>>());
}

/// Whose the entries are is told without them, and they are given by their places.
pub async fn entries_are_found_by_owner_and_place<S: Storage>(store: S) {
    for number in 1..=6 {
        let mut event = event(number);
        event.tenant = match number % 3 {
            0 => None,
            1 => Some(tenant("alpha")),
            _ => Some(tenant("beta")),
        };
        store.append(event).await.expect("append");
    }
    let owners = store.owners_after(Sequence(1), 4).await.expect("owners");
    let (alpha, beta) = (tenant("alpha").organization, tenant("beta").organization);
    let expected = [(2, Some(beta.clone())), (3, None), (4, Some(alpha)), (5, Some(beta))];
    assert_eq!(owners, expected.map(|(place, lane)| (Sequence(place), lane)));
    assert_eq!(store.owners_after(Sequence(6), 4).await.expect("owners"), vec![]);
    let places = [5, 2, 6].map(Sequence);
    let entries = store.entries_at(&places).await.expect("entries");
    let found: Vec<_> = entries.iter().map(|one| (one.sequence, one.event.id)).collect();
    assert_eq!(found, [5, 2, 6].map(|place| (Sequence(place), event_id(place.into()))));
}
