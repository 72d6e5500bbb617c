//! What every mirror must do.

use super::sample::{at, event_id, record, tenant};
use crate::{
    Applied, Change, Entity, FieldChange, LaneStep, Lanes, Projection, RecordKey, Sequence,
    Storage, StorageError,
};

fn change(number: u128, id: &str) -> Change {
    let field = FieldChange { before: serde_json::Value::Null, after: "Person".into() };
    Change {
        event: event_id(number),
        tenant: tenant("alpha"),
        key: RecordKey::new(Entity::Contact, id),
        applied: Applied::Created,
        version: 1,
        fields: [("name".to_owned(), field)].into(),
        found: Some(event_id(number + 100)),
    }
}

/// A projection from another cursor writes neither rows nor changes nor cursor.
pub async fn a_projection_is_whole_or_nothing<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let first = Projection {
        from: Sequence(0),
        to: Sequence(3),
        records: vec![record(&owner, "a", 1)],
        changes: vec![change(1, "a")],
        ..Projection::default()
    };
    store.project(first).await.expect("project");
    let stale = Projection {
        from: Sequence(0),
        to: Sequence(5),
        records: vec![record(&owner, "b", 2)],
        changes: vec![change(2, "b")],
        ..Projection::default()
    };
    let refused = store.project(stale).await;
    assert!(matches!(
        refused,
        Err(StorageError::Moved { expected: Sequence(0), found: Sequence(3) })
    ));
    assert_eq!(store.projected().await.expect("cursor"), Sequence(3));
    let keys = [RecordKey::new(Entity::Contact, "b")];
    assert_eq!(store.records(&owner, &keys).await.expect("records"), vec![]);
    assert_eq!(store.changes(&[event_id(2)]).await.expect("changes"), vec![]);
}

/// A row is replaced by its next version, and another tenant's row of the same id is another row.
pub async fn a_row_is_replaced_and_belongs_to_one_tenant<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    let mut newer = record(&alpha, "a", 2);
    newer.version = 2;
    newer.deleted_at = Some(at(9));
    for (from, to, row) in [(0, 1, record(&alpha, "a", 1)), (1, 2, newer.clone())] {
        let projection = Projection {
            from: Sequence(from),
            to: Sequence(to),
            records: vec![row],
            changes: vec![],
            ..Projection::default()
        };
        store.project(projection).await.expect("project");
    }
    let keys = [RecordKey::new(Entity::Contact, "a"), RecordKey::new(Entity::Contact, "none")];
    assert_eq!(store.records(&alpha, &keys).await.expect("records"), vec![newer]);
    assert_eq!(store.records(&beta, &keys).await.expect("records"), vec![]);
}

/// Changes are found by event, and an event's changes are all there.
pub async fn changes_are_found_by_event<S: Storage>(store: S) {
    let changes = vec![change(1, "a"), change(1, "b"), change(2, "a")];
    let projection = Projection {
        from: Sequence(0),
        to: Sequence(2),
        records: vec![],
        changes: changes.clone(),
        ..Projection::default()
    };
    store.project(projection).await.expect("project");
    let found = store.changes(&[event_id(1)]).await.expect("changes");
    assert_eq!(found, changes[..2]);
    let both = store.changes(&[event_id(1), event_id(2)]).await.expect("changes");
    assert_eq!(both.len(), 3);
}

/// A deleted record stays as a row but does not count.
pub async fn tombstones_are_not_counted<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let mut gone = record(&owner, "gone", 2);
    gone.deleted_at = Some(at(5));
    let projection = Projection {
        from: Sequence(0),
        to: Sequence(1),
        records: vec![record(&owner, "here", 1), gone],
        changes: vec![],
        ..Projection::default()
    };
    store.project(projection).await.expect("project");
    let counts = store.record_counts().await.expect("counts");
    assert_eq!(counts.get(&Entity::Contact), Some(&1));
}

/// A stage that goes ahead for one organization is found where it was, and nobody takes its step
/// from another place.
pub async fn lanes_move_with_the_cursor_of_the_mirror<S: Storage>(store: S) {
    let ahead = |place| Lanes([(Some(tenant("beta").organization), Sequence(place))].into());
    let step =
        |lanes| Projection { from: Sequence(3), to: Sequence(3), lanes, ..Projection::default() };
    let to = Sequence(3);
    store.project(Projection { to, ..Projection::default() }).await.expect("project");
    assert_eq!(store.projected_ahead().await.expect("lanes"), Lanes::default());
    let first = LaneStep { from: Lanes::default(), to: ahead(9) };
    store.project(step(first.clone())).await.expect("project");
    assert_eq!(store.projected_ahead().await.expect("lanes"), ahead(9));
    let again = store.project(step(first)).await;
    assert!(matches!(again, Err(StorageError::Moved { .. })));
    let back = LaneStep { from: ahead(9), to: Lanes::default() };
    store.project(step(back)).await.expect("project");
    assert_eq!(store.projected_ahead().await.expect("lanes"), Lanes::default());
    assert_eq!(store.decided_ahead().await.expect("lanes"), Lanes::default());
}
