//! What only files can do wrong when something is removed: keep its room, or lose what stays.

use domain::{
    Appended, Event, EventId, Journal, Sequence,
    contract::sample::{clock, event},
};
use tempfile::TempDir;

use super::*;
use crate::Sqlite;

/// An event of two kilobytes whose id is as scattered as a real one.
fn large(number: u128) -> Event {
    let scattered =
        EventId::from_bytes((number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c)).to_be_bytes());
    Event {
        id: scattered,
        alias: Some(EventId::from_bytes((number << 64).to_be_bytes())),
        body: vec![b'x'; 2_000].into(),
        ..event(number)
    }
}

/// In parts that one organization may have waiting.
async fn fill(store: &Sqlite, events: std::ops::RangeInclusive<u128>) {
    for part in events.collect::<Vec<_>>().chunks(2_000) {
        let mut doors = tokio::task::JoinSet::new();
        for number in part.iter().copied() {
            let store = store.clone();
            doors.spawn(async move { store.append(large(number)).await.unwrap() });
        }
        doors.join_all().await;
    }
}

async fn remove_all_but(store: &Sqlite, kind: Retained, stay: usize) {
    let all = store.kept_after(kind, 0, 100_000).await.unwrap();
    for page in all[..all.len() - stay].chunks(128) {
        store.remove(kind, page).await.unwrap();
    }
}

async fn journal(store: &Sqlite) -> Space {
    store.space().await.unwrap().remove(0)
}

#[tokio::test]
async fn bytes_that_go_leave_room_which_is_used_again() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    fill(&store, 1..=4_000).await;
    remove_all_but(&store, Retained::Bytes, 100).await;
    let free = journal(&store).await.free;
    assert!(free > 6_000_000, "of 7.8 MB of bytes only {free} became free");
    fill(&store, 4_001..=6_000).await;
    let after = journal(&store).await.free;
    assert!(after + 3_000_000 < free, "{after} are free after 4 MB of new events");
    for number in [1, 3_900, 3_901, 5_000] {
        let entry = store.entry(large(number).id).await.unwrap().unwrap();
        let is_dropped = entry.sequence.0 <= 3_900;
        assert_eq!(entry.dropped_bytes.is_some(), is_dropped, "at {}", entry.sequence);
        let known = store.append(large(number)).await.unwrap();
        assert_eq!(known, Appended::Duplicate(entry.sequence));
    }
}

#[tokio::test]
async fn what_is_free_is_given_back_where_it_is_much() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    fill(&store, 1..=8_000).await;
    assert!(!store.give_back().await.unwrap(), "nothing is free");
    remove_all_but(&store, Retained::Bytes, 10).await;
    let before = journal(&store).await;
    while store.give_back().await.unwrap() {}
    let after = journal(&store).await;
    let given_back = before.free - after.free;
    assert!(given_back > 10_000_000 && after.shrinks, "{before:?} became {after:?}");
    assert!(after.size + given_back <= before.size, "{before:?} became {after:?}");
    let whole = |c: &Connection| Ok(c.query_row("PRAGMA integrity_check", [], |row| row.get(0))?);
    let said: String = store.shared.survey.read("check", whole).await.unwrap();
    assert_eq!(said, "ok");
    assert_eq!(store.last().await.unwrap(), Sequence(8_000));
}

#[tokio::test]
async fn aliases_of_events_that_went_are_cleared_away_over_time() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    fill(&store, 1..=6_000).await;
    remove_all_but(&store, Retained::Events, 100).await;
    let count =
        |c: &Connection| Ok(c.query_row("SELECT count(*) FROM alias", [], |row| row.get(0))?);
    let aliases: i64 = store.shared.survey.read("count", count).await.unwrap();
    assert!((100..1_500).contains(&aliases), "{aliases} of 6,000 aliases are left");
    assert_eq!(store.entries_after(Sequence(0), 1_000).await.unwrap().len(), 100);
}

#[tokio::test]
async fn a_reader_beside_a_hub_removes_nothing() {
    let folder = TempDir::new().unwrap();
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    fill(&hub, 1..=3).await;
    for beside in [Sqlite::open_to_read(folder.path()), Sqlite::open_beside(folder.path())] {
        let beside = beside.unwrap();
        let all = beside.kept_after(Retained::Bytes, 0, 10).await.unwrap();
        assert_eq!(all.len(), 3);
        assert!(beside.remove(Retained::Bytes, &all).await.is_err());
        assert!(!beside.give_back().await.unwrap());
    }
    assert_eq!(hub.kept_after(Retained::Bytes, 0, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn bytes_are_found_behind_a_long_stretch_without_any() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    fill(&store, 1..=3).await;
    let far = "UPDATE journal SET sequence = sequence * 50000";
    let writer = store.shared.writer.as_ref().unwrap();
    writer.transact("move", |transaction, _| transaction.execute(far, [])).await.unwrap();
    let places = async |after| {
        let kept = store.kept_after(Retained::Bytes, after, 2).await.unwrap();
        kept.iter().map(|thing| thing.place).collect::<Vec<_>>()
    };
    assert_eq!(places(0).await, [50_000]);
    assert_eq!(places(50_000).await, [100_000]);
    assert_eq!(places(100_000).await, [150_000]);
    assert_eq!(places(150_000).await, [0; 0]);
}
