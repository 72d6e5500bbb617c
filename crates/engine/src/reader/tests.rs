//! Turns over a backlog: nobody waits behind another, nothing is skipped, nothing comes twice.

use std::collections::BTreeMap;

use domain::{
    Event, Journal, Memory, Mirror, OrganizationId, Outbox, Projection, Tenant,
    contract::sample::{event, event_id, tenant},
};

use super::*;
use crate::{
    fixture::{decide, project, saying, store},
    stage::{Progress, Stage},
};

const NOISY: u64 = 12_000;

fn of(owner: &str, number: u64) -> Event {
    let said = saying(number.into(), &format!("{owner}-{} v{number}", number % 50));
    Event { tenant: Some(tenant(owner)), ..said }
}

/// A backlog of one organization, with a few events of nine others far behind in it.
async fn flooded() -> (Memory, u64) {
    let store = store();
    let mut last = 0;
    for number in 1..=NOISY {
        store.append(of("noisy", number)).await.unwrap();
        last = number;
        if number > NOISY - 10 {
            for other in 0..9 {
                last = NOISY + number * 10 + other;
                store.append(of(&format!("quiet{other}"), last)).await.unwrap();
            }
        }
    }
    (store, last)
}

async fn stands(store: &Memory) -> Position {
    Position {
        cursor: store.projected().await.unwrap(),
        lanes: store.projected_ahead().await.unwrap(),
    }
}

/// One pass of a stage that only notes what it was given.
async fn pass(reader: &mut Reader, store: &Memory) -> Option<Vec<Entry>> {
    let from = stands(store).await;
    let stretch = reader.next(store, from.clone(), None).await.unwrap()?;
    let (to, lanes) = (stretch.to, stretch.lanes);
    let step = Projection { from: from.cursor, to, lanes, ..Projection::default() };
    store.project(step).await.unwrap();
    Some(stretch.entries)
}

fn owner(entry: &Entry) -> OrganizationId {
    entry.event.tenant.as_ref().unwrap().organization.clone()
}

#[tokio::test(start_paused = true)]
async fn a_quiet_organization_waits_for_its_turn_and_not_for_the_backlog() {
    let (store, _) = flooded().await;
    let mut reader = Reader::default();
    let mut waited: BTreeMap<OrganizationId, u64> = BTreeMap::new();
    let mut before = 0;
    while let Some(entries) = pass(&mut reader, &store).await {
        for entry in &entries {
            if owner(entry) != tenant("noisy").organization {
                waited.entry(owner(entry)).or_insert(before);
            }
        }
        before += entries.len() as u64;
    }
    assert_eq!(waited.len(), 9);
    let worst = waited.values().max().unwrap();
    assert!(*worst <= NOISY / 4, "after {worst} of {NOISY} events of another one");
}

#[tokio::test(start_paused = true)]
async fn everything_comes_once_and_in_order_for_each_also_after_stops() {
    let (store, _) = flooded().await;
    let total = store.last().await.unwrap().0;
    let mut reader = Reader::default();
    let mut seen: BTreeMap<OrganizationId, Vec<Sequence>> = BTreeMap::new();
    let mut passes = 0;
    while let Some(entries) = pass(&mut reader, &store).await {
        for entry in entries {
            seen.entry(owner(&entry)).or_default().push(entry.sequence);
        }
        passes += 1;
        if passes % 3 == 0 {
            reader = Reader::default();
        }
    }
    assert_eq!(seen.values().map(|places| places.len() as u64).sum::<u64>(), total);
    for (owner, places) in &seen {
        assert!(places.is_sorted_by(|one, next| one < next), "{owner} out of order");
    }
    let end = Position { cursor: Sequence(total), lanes: Lanes::default() };
    assert_eq!(stands(&store).await, end);
}

#[tokio::test(start_paused = true)]
async fn a_stretch_whose_transaction_failed_is_read_again() {
    let (store, _) = flooded().await;
    let mut reader = Reader::default();
    let from = stands(&store).await;
    let first = reader.next(&store, from.clone(), None).await.unwrap().unwrap();
    let again = reader.next(&store, from, None).await.unwrap().unwrap();
    assert_eq!(first, again);
}

#[tokio::test(start_paused = true)]
async fn mirror_and_decisions_of_the_quiet_are_done_while_the_backlog_is_not() {
    let (store, last) = flooded().await;
    let (mut mirror, mut decider) = (project(&store), decide(&store));
    let quiet = of("quiet8", last).id;
    let mut passes = 0;
    while store.actions(quiet).await.unwrap().is_empty() {
        assert_ne!(mirror.pass().await.unwrap(), Progress::Idle);
        decider.pass().await.unwrap();
        passes += 1;
    }
    assert!(passes < 15, "{passes} passes");
    assert!(store.decided().await.unwrap() < Sequence(NOISY / 2));
    while mirror.pass().await.unwrap() != Progress::Idle {}
    while decider.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(store.decided().await.unwrap(), store.last().await.unwrap());
    assert_eq!(store.projected_ahead().await.unwrap(), Lanes::default());
    assert_eq!(store.decided_ahead().await.unwrap(), Lanes::default());
    let count: u64 = store.action_counts().await.unwrap().values().sum();
    assert_eq!(count, store.last().await.unwrap().0, "each event has its one action");
}

#[tokio::test(start_paused = true)]
async fn nobodys_events_are_a_lane_like_others() {
    let store = store();
    for number in 1..=6_000_u64 {
        let tenant = (number % 2 == 0).then(|| -> Tenant { tenant("alpha") });
        store.append(Event { tenant, ..event(number.into()) }).await.unwrap();
    }
    let mut reader = Reader::default();
    let mut seen = Vec::new();
    while let Some(entries) = pass(&mut reader, &store).await {
        seen.extend(entries.iter().map(|entry| entry.event.id));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=6_000).map(event_id).collect::<Vec<_>>());
}
