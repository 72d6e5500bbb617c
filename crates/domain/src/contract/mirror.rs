//! What every mirror must do.

use super::sample::{at, event_id, record, tenant};
use crate::{
    Applied, Change, Entity, FieldChange, LaneStep, Lanes, Origin, Projection, Record,
    RecordCondition, RecordKey, RecordPlace, RecordQuery, Sequence, Storage, StorageError, Tenant,
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

/// A history goes from the newest change to the first, along what each one found, and leaves out what
/// changed nothing.
pub async fn a_history_goes_back_to_the_first_change<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let step = |number: u128, version, found: Option<u128>, applied| Change {
        version,
        applied,
        found: found.map(event_id),
        ..change(number, "a")
    };
    let made = step(1, 1, None, Applied::Created);
    let renamed = step(3, 2, Some(1), Applied::Updated);
    let stale = step(4, 2, Some(3), Applied::Stale);
    let others = Change { tenant: tenant("beta"), ..step(3, 7, None, Applied::Updated) };
    let first = Projection {
        to: Sequence(1),
        records: vec![record(&owner, "a", 1)],
        changes: vec![made.clone()],
        ..Projection::default()
    };
    store.project(first).await.expect("project");
    let second = Projection {
        from: Sequence(1),
        to: Sequence(4),
        records: vec![Record { version: 2, ..record(&owner, "a", 3) }],
        changes: vec![others, renamed.clone(), stale],
        ..Projection::default()
    };
    store.project(second).await.expect("project");
    let key = RecordKey::new(Entity::Contact, "a");
    let all = store.history(&owner, &key, 9).await.expect("history");
    assert_eq!(all, [renamed.clone(), made]);
    assert_eq!(store.history(&owner, &key, 1).await.expect("history"), [renamed]);
    assert_eq!(store.history(&tenant("beta"), &key, 9).await.expect("history"), []);
}

/// What a first load brought is told as a change, before and after something else changes the row.
pub async fn what_a_first_load_brought_is_a_change<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let loaded = Record { origin: Origin::Backfill, ..record(&owner, "a", 1) };
    let field = |before: serde_json::Value, after: &str| {
        let after = after.into();
        [("name".to_owned(), FieldChange { before, after })].into()
    };
    let made = Change {
        fields: field(serde_json::Value::Null, "Person 1"),
        found: None,
        ..change(1, "a")
    };
    let first = Projection {
        to: Sequence(1),
        records: vec![loaded],
        changes: vec![made.clone()],
        ..Projection::default()
    };
    store.project(first).await.expect("project");
    let told = store.changes(&[event_id(1)]).await.expect("changes");
    assert_eq!(told.as_slice(), std::slice::from_ref(&made));
    let renamed = Change {
        applied: Applied::Updated,
        version: 2,
        fields: field("Person 1".into(), "Person 2"),
        found: Some(event_id(1)),
        ..change(2, "a")
    };
    let second = Projection {
        from: Sequence(1),
        to: Sequence(2),
        records: vec![Record { version: 2, ..record(&owner, "a", 2) }],
        changes: vec![renamed.clone()],
        ..Projection::default()
    };
    store.project(second).await.expect("project");
    let both = store.changes(&[event_id(1), event_id(2)]).await.expect("changes");
    assert_eq!(both, [made.clone(), renamed.clone()]);
    let key = RecordKey::new(Entity::Contact, "a");
    let history = store.history(&owner, &key, 9).await.expect("history");
    assert_eq!(history, [renamed, made]);
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

/// A row that changed so many seconds after the beginning, with these fields.
fn row(owner: &Tenant, id: &str, seconds: i64, fields: serde_json::Value) -> Record {
    let fields = serde_json::from_value(fields).expect("an object");
    Record { occurred_at: at(seconds), fields, ..record(owner, id, 1) }
}

async fn mirror<S: Storage>(store: &S, from: u64, records: Vec<Record>) {
    let (from, to) = (Sequence(from), Sequence(from + 1));
    let projection = Projection { from, to, records, ..Projection::default() };
    store.project(projection).await.expect("project");
}

/// The ids that a query finds, page after page.
async fn found<S: Storage>(store: &S, mut query: RecordQuery) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let page = store.find_records(&query).await.expect("find");
        assert!(page.records.len() <= query.limit);
        ids.extend(page.records.into_iter().map(|record| record.key.id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return ids,
        }
    }
}

/// Each condition finds its rows, of one tenant and entity, and none that the vendor deleted.
pub async fn rows_are_found_by_what_they_hold<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    let ada = serde_json::json!({
        "email": "Ada@Example.com", "phone": "+15550100101", "last_name": "Lovelace",
        "tags": ["VIP", "customer"],
    });
    let deal = serde_json::json!({"contact_id": "a", "status": "open"});
    let mut gone = row(&alpha, "gone", 1, ada.clone());
    gone.deleted_at = Some(at(5));
    let mut opportunity = row(&alpha, "o", 1, deal);
    opportunity.key.entity = Entity::Opportunity;
    let bob = serde_json::json!({"email": "bob@example.com", "first_name": "lovely"});
    let rows = vec![
        row(&alpha, "a", 1, ada.clone()),
        row(&alpha, "b", 2, bob),
        row(&beta, "c", 1, ada),
        gone,
        opportunity,
    ];
    mirror(&store, 0, rows).await;
    let text = str::to_owned;
    let is = |name, value| RecordCondition::Is(name, text(value));
    let is_like = |name, value| RecordCondition::IsLike(name, text(value));
    let begins = RecordCondition::Begins(&["first_name", "last_name"], text("LOVEL"));
    let has = |value| RecordCondition::Has("tags", text(value));
    for (entity, conditions, expected) in [
        (Entity::Contact, vec![], vec!["a", "b"]),
        (Entity::Contact, vec![is_like("email", "ADA@example.com")], vec!["a"]),
        (Entity::Contact, vec![is("email", "ada@example.com")], vec![]),
        (Entity::Contact, vec![is("phone", "+15550100101")], vec!["a"]),
        (Entity::Contact, vec![begins.clone()], vec!["a", "b"]),
        (Entity::Contact, vec![begins, has("vip")], vec!["a"]),
        (Entity::Contact, vec![is_like("email", "bob@example.com"), has("vip")], vec![]),
        (Entity::Contact, vec![is("contact_id", "a")], vec![]),
        (Entity::Opportunity, vec![is("contact_id", "a")], vec!["o"]),
        (Entity::Opportunity, vec![is("contact_id", "a"), is("status", "won")], vec![]),
        (Entity::Opportunity, vec![is("contact_id", "A")], vec![]),
    ] {
        let query = RecordQuery {
            conditions: conditions.clone(),
            ..RecordQuery::all(alpha.clone(), entity, 10)
        };
        assert_eq!(found(&store, query).await, expected, "{conditions:?}");
    }
}

/// A row that changes moves to the end, so whoever goes on from a place misses no change.
pub async fn rows_come_in_the_order_of_their_changes<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let person = |id, seconds| row(&owner, id, seconds, serde_json::json!({"name": id}));
    mirror(&store, 0, vec![person("d", 1), person("b", 2), person("c", 2), person("a", 3)]).await;
    let all = RecordQuery::all(owner.clone(), Entity::Contact, 2);
    let page = store.find_records(&all).await.expect("find");
    let ids: Vec<_> = page.records.iter().map(|record| record.key.id.as_str()).collect();
    assert_eq!(ids, ["d", "b"]);
    assert_eq!(page.next, Some(RecordPlace { occurred_at: at(2), id: "b".to_owned() }));
    mirror(&store, 1, vec![Record { version: 2, ..person("d", 4) }]).await;
    let rest = RecordQuery { after: page.next, ..all.clone() };
    assert_eq!(found(&store, rest).await, ["c", "a", "d"]);
    let since = RecordQuery { since: Some(at(3)), ..all.clone() };
    assert_eq!(found(&store, since).await, ["a", "d"]);
    assert_eq!(found(&store, all).await, ["b", "c", "a", "d"]);
}

/// A store may give up a page, but not the search.
pub async fn a_search_that_finds_little_goes_on<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let person = |number: i64| {
        let last = if number == 4_999 { "needle" } else { "straw" };
        row(&owner, &format!("{number:04}"), number, serde_json::json!({"last_name": last}))
    };
    mirror(&store, 0, (0..5_000).map(person).collect()).await;
    let condition = RecordCondition::Begins(&["last_name"], "needle".to_owned());
    let all = RecordQuery::all(owner, Entity::Contact, 10);
    let query = RecordQuery { conditions: vec![condition], ..all };
    assert_eq!(found(&store, query).await, ["4999"]);
}
