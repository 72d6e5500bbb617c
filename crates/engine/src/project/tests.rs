//! Projecting: once, in order, around what cannot be read, and only for tenants.

use domain::{
    Applied, Entity, Journal, Memory, Mirror, Parking, RecordKey, Sequence,
    contract::sample::tenant,
};

use super::*;
use crate::fixture::{Forgiving, project as stage, saying, store};

async fn name(store: &Memory, id: &str) -> Option<String> {
    let key = RecordKey::new(Entity::Contact, id);
    let rows = store.records(&tenant("alpha"), &[key]).await.unwrap();
    rows.first().map(|row| row.fields["name"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_stretch_is_applied_in_order_and_once() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "b Bob"), (3, "a Ada Lovelace")] {
        store.append(saying(number, body)).await.unwrap();
    }
    assert_eq!(stage(&store).pass().await.unwrap(), Progress::Moved);
    assert_eq!(name(&store, "a").await.as_deref(), Some("Ada Lovelace"));
    let changes = store.changes(&[saying(1, "").id, saying(3, "").id]).await.unwrap();
    let applied: Vec<_> = changes.iter().map(|change| (change.applied, change.version)).collect();
    assert_eq!(applied, [(Applied::Created, 1), (Applied::Updated, 2)]);
    assert_eq!(stage(&store).pass().await.unwrap(), Progress::Idle);
    assert_eq!(store.projected().await.unwrap(), Sequence(3));
}

#[tokio::test]
async fn what_cannot_be_read_stops_nothing() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "poison"), (3, "odd"), (4, "b Bob?")] {
        store.append(saying(number, body)).await.unwrap();
    }
    stage(&store).pass().await.unwrap();
    assert_eq!(store.projected().await.unwrap(), Sequence(4));
    assert_eq!(name(&store, "b").await.as_deref(), Some("Bob?"));
}

#[tokio::test]
async fn nobodys_events_change_no_row() {
    let store = store();
    let mut nobodys = saying(1, "a Ada");
    nobodys.tenant = None;
    store.append(nobodys).await.unwrap();
    stage(&store).pass().await.unwrap();
    assert_eq!(store.projected().await.unwrap(), Sequence(1));
    assert!(store.record_counts().await.unwrap().is_empty());
}

#[tokio::test]
async fn two_projectors_cannot_apply_the_same_stretch() {
    let store = store();
    store.append(saying(1, "a Ada")).await.unwrap();
    let stale = Projection { from: Sequence(0), to: Sequence(1), ..Projection::default() };
    stage(&store).pass().await.unwrap();
    assert!(matches!(store.project(stale).await, Err(StorageError::Moved { .. })));
}

async fn parked(store: &Memory) -> Vec<(u64, u32, String)> {
    let parked = store.parked(None, 100).await.unwrap();
    parked.into_iter().map(|one| (one.key.sequence.0, one.tries, one.reason)).collect()
}

#[tokio::test]
async fn what_fails_is_parked_and_can_be_handled_again() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "poison"), (3, "odd")] {
        store.append(saying(number, body)).await.unwrap();
    }
    stage(&store).pass().await.unwrap();
    let failed = "the reader of `highlevel` failed on it".to_owned();
    assert_eq!(parked(&store).await, [(2, 3, failed), (3, 3, "`odd` has no name".to_owned())]);

    // The next program can read it; in between, the record went on.
    store.append(saying(4, "odd Newer")).await.unwrap();
    stage(&store).pass().await.unwrap();
    let keys: Vec<_> = store.parked(None, 9).await.unwrap().iter().map(|one| one.key).collect();
    store.ask_again(&keys).await.unwrap();
    let mut able = Project { sources: Sources::new(vec![Arc::new(Forgiving)]), ..stage(&store) };
    while able.pass().await.unwrap() != Progress::Idle {}
    assert_eq!(name(&store, "poison").await.as_deref(), Some("read"));
    assert_eq!(name(&store, "odd").await.as_deref(), Some("Newer"), "no row goes back");
    let changes = store.changes(&[saying(3, "").id]).await.unwrap();
    assert_eq!(changes[0].applied, Applied::Stale);
    let stops: Vec<_> = store.parked(None, 9).await.unwrap().iter().map(|p| p.key.stop).collect();
    assert_eq!(stops, [Stop::Decide, Stop::Decide], "they are decided on again");
    assert_eq!(store.projected().await.unwrap(), Sequence(4), "the cursor stays");
}

#[tokio::test]
async fn an_event_that_takes_the_process_down_is_found_and_parked() {
    let store = store();
    for (number, body) in [(1, "a Ada"), (2, "b Bob"), (3, "c Cleo"), (4, "d Dan")] {
        store.append(saying(number, body)).await.unwrap();
    }
    // A process begins, and is gone before it can write anything: event 3 takes it down.
    for process in 0..9 {
        let mut stage = stage(&store);
        loop {
            let stands = stage.stands().await.unwrap();
            let entries = match stage.trials.left(&store, &stands).await.unwrap() {
                Some(alone) => alone.entries,
                None => store.entries_after(stands.cursor, 9).await.unwrap(),
            };
            let tries = stage.trials.begin(&store, &entries).await.unwrap();
            let reaches = entries.iter().any(|entry| entry.sequence == Sequence(3));
            if reaches && tries <= crate::poison::TRIES {
                break;
            }
            if stage.pass().await.unwrap() == Progress::Idle {
                break;
            }
        }
        let done = store.projected().await.unwrap() == Sequence(4);
        // The first one ends with the whole stretch, three more with the event alone.
        assert_eq!(done, process >= 4, "process {process}");
    }
    let found = parked(&store).await;
    assert_eq!((found.len(), found[0].0, found[0].1), (1, 3, 3));
    assert!(found[0].2.contains("ended 3 times"), "{}", found[0].2);
    for (id, expected) in [("a", Some("Ada")), ("b", Some("Bob")), ("c", None), ("d", Some("Dan"))]
    {
        assert_eq!(name(&store, id).await.as_deref(), expected);
    }
}
