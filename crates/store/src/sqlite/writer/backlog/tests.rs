//! One who floods the backlog: the others' turns, the room that is left to them, and everybody's order.

use domain::contract::sample::{event, event_id, tenant};

use super::*;

/// The event with this number, of this organization.
fn of(organization: &str, number: u128) -> Item {
    Item::Journal(Event { tenant: Some(tenant(organization)), ..event(number) })
}

/// The next batch, as ids; it waits for ever where nothing is queued.
fn batch(backlog: &mut Backlog) -> Vec<domain::EventId> {
    let mut batch = Vec::new();
    backlog.fill(&mut batch);
    let id = |pending: Pending| match pending.item {
        Item::Journal(event) | Item::Quarantine(Held { event, .. }) => event.id,
    };
    batch.into_iter().map(id).collect()
}

fn flood(entrance: &Entrance, numbers: std::ops::Range<u128>) -> usize {
    numbers.filter(|number| entrance.deliver(of("noisy", *number)).is_ok()).count()
}

#[test]
fn a_flood_delays_anothers_event_by_one_batch() {
    let (entrance, mut backlog) = backlog();
    flood(&entrance, 0..3_000);
    assert_eq!(batch(&mut backlog), (0..512).map(event_id).collect::<Vec<_>>());
    entrance.deliver(of("quiet", 9_000)).unwrap();
    let next = batch(&mut backlog);
    assert_eq!(next.len(), BATCH_EVENTS);
    assert!(next.contains(&event_id(9_000)), "a single event waits behind another's flood");
}

#[test]
fn a_flood_is_refused_where_another_finds_room() {
    let (entrance, mut backlog) = backlog();
    assert_eq!(flood(&entrance, 0..9_000), QUEUE_EVENTS / 2);
    for number in 0..1_000 {
        assert!(entrance.deliver(of("quiet", 10_000 + number)).is_ok());
    }
    assert!(matches!(entrance.deliver(of("noisy", 9_000)), Err(StorageError::Overloaded)));
    let mut handed_out = 0;
    while handed_out < QUEUE_EVENTS / 2 + 1_000 {
        handed_out += batch(&mut backlog).len();
    }
    assert_eq!(flood(&entrance, 0..9_000), QUEUE_EVENTS / 2, "the room was not given back");
}

#[test]
fn a_flood_of_bytes_leaves_room_too() {
    let (entrance, _backlog) = backlog();
    let large = |organization: &str, number: u128| {
        let body = vec![b'x'; 4 * 1024 * 1024].into();
        let tenant = Some(tenant(organization));
        entrance.deliver(Item::Journal(Event { tenant, body, ..event(number) })).is_ok()
    };
    assert_eq!((0..8).filter(|number| large("noisy", *number)).count(), 4);
    assert!(large("quiet", 9));
}

#[test]
fn many_who_flood_leave_room_to_one_who_does_not() {
    let (entrance, _backlog) = backlog();
    for number in 0..2_000 {
        for organization in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            let _ = entrance.deliver(of(organization, number));
        }
    }
    assert!((0..400).all(|number| entrance.deliver(of("quiet", number)).is_ok()));
}

#[test]
fn each_keeps_the_own_order_over_batches() {
    let (entrance, mut backlog) = backlog();
    for number in 0..700 {
        entrance.deliver(of("alpha", number)).unwrap();
        entrance.deliver(of("beta", 1_000 + number)).unwrap();
    }
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.extend(batch(&mut backlog));
    }
    let of = |first| (first..first + 700).map(event_id).collect::<Vec<_>>();
    for own in [of(0), of(1_000)] {
        let kept: Vec<_> = ids.iter().copied().filter(|id| own.contains(id)).collect();
        assert_eq!(kept, own);
    }
}

#[test]
fn what_is_nobodys_takes_its_accounts_turn() {
    let (entrance, mut backlog) = backlog();
    let nobodys = |account: &str, number| {
        let account = Some(account.to_owned());
        Item::Journal(Event { tenant: None, account, ..event(number) })
    };
    for number in 0..2_000 {
        entrance.deliver(nobodys("loud", number)).unwrap();
    }
    entrance.deliver(nobodys("calm", 5_000)).unwrap();
    entrance.deliver(of("quiet", 6_000)).unwrap();
    let first = batch(&mut backlog);
    assert!(first.contains(&event_id(5_000)) && first.contains(&event_id(6_000)));
}

#[test]
fn a_chore_runs_after_the_next_batch_of_a_flood() {
    let (entrance, mut backlog) = backlog();
    flood(&entrance, 0..3_000);
    assert!(entrance.ask(Box::new(|_, _| {})));
    assert_eq!(batch(&mut backlog).len(), BATCH_EVENTS);
    assert!(backlog.chore().is_some() && backlog.chore().is_none());
    drop(entrance);
    let (mut rest, mut sizes) = (Vec::new(), Vec::new());
    while backlog.fill(&mut rest) {
        sizes.push(rest.drain(..).count());
    }
    assert_eq!(sizes, [512, 512, 512, 512, 440]);
}
