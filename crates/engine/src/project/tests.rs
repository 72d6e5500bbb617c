//! Projecting: once, in order, around what cannot be read, and only for tenants.

use domain::{
    Applied, Entity, Journal, Memory, Mirror, RecordKey, Sequence, contract::sample::tenant,
};

use super::*;
use crate::fixture::{project as stage, saying, store};

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
