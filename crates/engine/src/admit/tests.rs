//! Events that wait for their account, and what releases them.

use domain::{
    Account, Connections, Delivery, Entity, EventKind, Journal, Memory, Quarantine, Sequence, Verb,
    contract::sample::{at, event, tenant},
};

use super::*;
use crate::{
    Accepted, Claim, Hub, Intake, Parts, Taken,
    fixture::{self, Words, clock, saying, store},
    intake::Footing,
    watch::Hints,
};

fn delivery(body: &str) -> Delivery {
    Delivery {
        headers: vec![("signed".to_owned(), "yes".to_owned())],
        body: body.to_owned().into(),
        correlation: None,
        received_at: at(2),
    }
}

fn account() -> Account {
    Account {
        key: AccountKey::new("highlevel", "location-1"),
        tenant: tenant("alpha"),
        connected_at: at(0),
    }
}

async fn accept(intake: &Intake<Memory>, body: &str) -> Accepted {
    match intake.accept(&Words, &Claim::Headers, delivery(body)).await.unwrap() {
        Taken::Event(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

async fn open(store: &Memory) -> (Admit<Memory>, Intake<Memory>) {
    let settings = (Rules::default(), DoorSettings::default());
    let admit = Admit::open(store.clone(), settings, clock(), Arc::default()).await.unwrap();
    let intake = Intake::new(Footing {
        store: store.clone(),
        register: admit.register(),
        settings: DoorSettings::default(),
        meter: admit.meter(),
        projector: Arc::default(),
        hints: Hints::default(),
    });
    (admit, intake)
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_its_account_follows_in_the_order_in_which_it_came() {
    let store = store();
    let (mut admit, intake) = open(&store).await;
    let bodies: Vec<String> = (0..300).map(|number| format!("contact {number}")).collect();
    for body in &bodies {
        let accepted = accept(&intake, body).await;
        assert_eq!(
            (accepted.duplicate, accepted.waits),
            (false, Some(domain::Reason::NotConnected))
        );
    }
    assert_eq!(admit.pass().await.unwrap(), Progress::Idle);
    assert_eq!(store.last().await.unwrap(), Sequence(0));
    assert!(store.connect_account(account()).await.unwrap());
    while admit.pass().await.unwrap() != Progress::Idle {}
    let accepted = accept(&intake, "contact last").await;
    assert_eq!((accepted.waits, accepted.sequence), (None, Sequence(301)));
    let entries = store.entries_after(Sequence(0), 999).await.unwrap();
    let seen: Vec<_> = entries.iter().take(300).map(|one| one.event.body.to_vec()).collect();
    assert_eq!(seen, bodies.iter().map(|body| body.as_bytes().to_vec()).collect::<Vec<_>>());
    assert!(entries.iter().all(|entry| entry.event.tenant == Some(tenant("alpha"))));
    assert_eq!(store.held().await.unwrap(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_a_door_keeps_late_is_found_by_a_later_look() {
    let store = store();
    let (mut admit, intake) = open(&store).await;
    assert!(store.connect_account(account()).await.unwrap());
    // This door asked the directory before the account was connected.
    accept(&intake, "contact early").await;
    while admit.pass().await.unwrap() != Progress::Idle {}
    let held = domain::Held {
        event: domain::Event { tenant: None, ..event(77) },
        app: None,
        reason: domain::Reason::NotConnected,
    };
    store.hold(held).await.unwrap();
    while admit.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.last().await.unwrap(), Sequence(2));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_connected_in_time_goes() {
    let store = store();
    let (mut admit, intake) = open(&store).await;
    accept(&intake, "contact one").await;
    tokio::time::advance(std::time::Duration::from_hours(24 * 7 - 1)).await;
    accept(&intake, "contact two").await;
    while admit.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.held().await.unwrap()[0].events, 2);
    tokio::time::advance(std::time::Duration::from_hours(2)).await;
    while admit.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.held().await.unwrap()[0].events, 1);
}

#[tokio::test(start_paused = true)]
async fn five_hundred_installations_in_any_order_end_in_the_same_directory() {
    let (one, other) = (store(), store());
    for (store, turned) in [(&one, false), (&other, true)] {
        let mut numbers: Vec<u128> = (0..500).collect();
        if turned {
            numbers.reverse();
        }
        for number in numbers.iter().chain(&numbers[..40]) {
            for (offset, verb) in [(0, Verb::Installed), (10_000, Verb::Uninstalled)] {
                if verb == Verb::Uninstalled && number % 5 != 0 {
                    continue;
                }
                let mut told = saying(number + offset, "install");
                told.kind = EventKind { entity: Entity::App, verb };
                told.account = Some(format!("location-{number}"));
                told.tenant = None;
                store.append(told).await.unwrap();
            }
        }
        let mut project = fixture::project(store);
        while project.pass().await.unwrap() != Progress::Idle {}
    }
    let listed = one.listing().await.unwrap().installations;
    assert_eq!(listed, other.listing().await.unwrap().installations);
    assert_eq!(listed.len(), 500);
    let removed = listed.iter().filter(|one| one.installed == Some(false)).count();
    assert_eq!(removed, 100);
}

#[tokio::test(start_paused = true)]
async fn a_running_hub_notices_what_was_connected_beside_it() {
    let store = store();
    let hub =
        Hub::start(Parts { sources: vec![Arc::new(Words)], ..Parts::new(store.clone(), clock()) })
            .await
            .unwrap();
    accept(&hub.intake(), "contact name").await;
    assert!(store.connect_account(account()).await.unwrap());
    while hub.status().await.unwrap().decided < Sequence(1) {
        tokio::time::advance(std::time::Duration::from_millis(200)).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(hub.status().await.unwrap().records, [(Entity::Contact, 1)].into());
    hub.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_leaves_from_the_account_that_has_most() {
    let store = store();
    let settings = DoorSettings { quarantine_bytes: Some(40_000), ..DoorSettings::default() };
    let settings = (Rules::default(), settings);
    let mut admit = Admit::open(store.clone(), settings, clock(), Arc::default()).await.unwrap();
    for number in 0..300 {
        let account = if number % 10 == 0 { "quiet" } else { "loud" };
        let body = format!("{number:0200}").into_bytes().into();
        let event = domain::Event {
            tenant: None,
            account: Some(account.to_owned()),
            body,
            ..event(number)
        };
        let held = domain::Held { event, app: None, reason: domain::Reason::NotConnected };
        store.hold(held).await.unwrap();
    }
    while admit.pass().await.unwrap() != Progress::Idle {}
    let left: Vec<_> = store.held().await.unwrap();
    let told: Vec<_> = left.iter().map(|one| (one.group.account.as_str(), one.bytes)).collect();
    assert_eq!(told, [("loud", 34_000), ("quiet", 6_000)]);
}
