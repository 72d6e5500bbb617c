//! What every store of change sets must do.

use serde_json::json;

use super::sample::{at, tenant};
use crate::{
    Actor, ApiKeyId, ChangeSet, ChangeSetId, ConnectionId, Difference, Entity, NewChangeSet, Realm,
    RecordKey, Retained, Storage, TagChange, Tenant, Write, WriteEffect, WriteEnd, WriteIntent,
    WriteState, WrittenField,
};

fn new_set(owner: &Tenant, cause: &str, second: i64) -> NewChangeSet {
    NewChangeSet {
        tenant: owner.clone(),
        cause: cause.to_owned(),
        actor: Actor::Key(ApiKeyId::new("key_1")),
        title: format!("the {cause}"),
        undoes: None,
        at: at(second),
    }
}

fn intent(second: i64) -> WriteIntent {
    let difference = Difference {
        fields: [
            ("first_name".to_owned(), WrittenField::new(json!(null), json!("Ada"))),
            (
                "custom_fields.f7".to_owned(),
                WrittenField {
                    name: Some("Seats".to_owned()),
                    before: json!(["a", 1.5]),
                    after: json!(false),
                },
            ),
        ]
        .into(),
        tags: TagChange { added: ["new".to_owned()].into(), removed: ["old".to_owned()].into() },
    };
    WriteIntent {
        at: at(second),
        actor: Actor::Installation,
        act: "contact.patched".to_owned(),
        effect: WriteEffect::Changed,
        record: Some(RecordKey::new(Entity::Contact, "c/1")),
        parent: Some(RecordKey::new(Entity::Location, "l1")),
        account: Some("location-1".to_owned()),
        difference,
    }
}

fn noted(number: u64, intent: WriteIntent) -> Write {
    Write { number, intent, state: WriteState::Intended, ended_at: None, detail: None }
}

fn end(second: i64, state: WriteState) -> WriteEnd {
    WriteEnd { at: at(second), state, record: None, difference: None, detail: None }
}

/// Whoever comes with a cause joins its one set, which stays as it was begun.
pub async fn a_cause_has_one_change_set<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let begun = store.join(new_set(&owner, "import", 1)).await.expect("begin");
    assert_eq!(begun, ChangeSet::begin(new_set(&owner, "import", 1)));
    let joined =
        store.join(NewChangeSet { title: "other".to_owned(), ..new_set(&owner, "import", 9) });
    assert_eq!(joined.await.expect("join"), begun);
    let other = store.join(new_set(&tenant("beta"), "import", 1)).await.expect("begin");
    assert_ne!(other.id, begun.id);
    let undo = NewChangeSet { undoes: Some(begun.id.clone()), ..new_set(&owner, "undo", 3) };
    let undo = store.join(undo).await.expect("begin");
    let second = NewChangeSet { undoes: Some(begun.id.clone()), ..new_set(&owner, "again", 2) };
    let second = store.join(second).await.expect("begin");
    let undos = store.undos(&Realm::Installation, &begun.id).await.expect("list");
    assert_eq!(undos, [second, undo.clone()]);
    let beta = Realm::Connection(tenant("beta"));
    assert_eq!(store.undos(&beta, &begun.id).await.expect("list"), []);
    assert_eq!(store.undos(&Realm::Installation, &undo.id).await.expect("list"), []);
}

/// A write is there before it is made; its end comes once, and says what only an end can.
pub async fn a_write_is_noted_before_and_after<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let set = store.join(new_set(&owner, "import", 1)).await.expect("begin").id;
    let all = async || store.writes(&Realm::Installation, &set, 0, 9).await.expect("list");
    assert_eq!(store.intend(&owner, &set, intent(2)).await.expect("note"), Some(1));
    assert_eq!(all().await, [noted(1, intent(2))]);
    let create = WriteIntent {
        effect: WriteEffect::Created,
        record: None,
        parent: None,
        account: None,
        ..intent(3)
    };
    assert_eq!(store.intend(&owner, &set, create.clone()).await.expect("note"), Some(2));
    let now = store.change_set(&Realm::Installation, &set).await.expect("find").expect("it");
    assert_eq!((now.writes, now.begun_at, now.written_at), (2, at(1), at(3)));

    let made = WriteEnd {
        record: Some(RecordKey::new(Entity::Contact, "c2")),
        difference: Some(Difference::default()),
        ..end(4, WriteState::Done)
    };
    store.conclude(&set, 2, made.clone()).await.expect("end");
    let refused = WriteEnd { detail: Some("not-found".to_owned()), ..end(5, WriteState::Refused) };
    store.conclude(&set, 1, refused.clone()).await.expect("end");
    let expected = [noted(1, intent(2)).ended(refused), noted(2, create).ended(made)];
    assert_eq!(all().await, expected);
    // What has ended stays, and what is not there is passed over.
    store.conclude(&set, 1, end(6, WriteState::Done)).await.expect("end");
    store.conclude(&set, 3, end(6, WriteState::Done)).await.expect("end");
    let unknown = ChangeSetId::of(&owner, "unknown");
    store.conclude(&unknown, 1, end(6, WriteState::Done)).await.expect("end");
    assert_eq!(store.intend(&owner, &unknown, intent(7)).await.expect("note"), None);
    assert_eq!(all().await, expected);
    let page = store.writes(&Realm::Installation, &set, 1, 1).await.expect("list");
    assert_eq!(page, expected[1..]);
    assert_eq!(store.writes(&Realm::Installation, &set, 0, 1).await.expect("list"), expected[..1]);
}

/// Each realm sees its own sets, the newest first and in pages, and nobody adds to another's.
pub async fn a_realm_sees_its_own_change_sets<S: Storage>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    let other = Tenant { connection: ConnectionId::new("con_other"), ..alpha.clone() };
    for (owner, cause, second) in
        [(&alpha, "a", 1), (&beta, "b", 2), (&other, "c", 3), (&alpha, "d", 4), (&alpha, "e", 4)]
    {
        store.join(new_set(owner, cause, second)).await.expect("begin");
    }
    let organization = Realm::Organization(alpha.organization.clone());
    let own = Realm::Connection(alpha.clone());
    let seen = async |realm: &Realm, before: Option<&ChangeSetId>, limit| {
        let page = store.change_sets(realm, before, limit).await.expect("list");
        page.into_iter()
            .map(|set| (set.begun_at.as_second() - at(0).as_second(), set.id))
            .collect::<Vec<_>>()
    };
    let seconds = |page: &[(i64, ChangeSetId)]| page.iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(seconds(&seen(&Realm::Installation, None, 9).await), [4, 4, 3, 2, 1]);
    assert_eq!(seconds(&seen(&organization, None, 9).await), [4, 4, 3, 1]);
    let first = seen(&own, None, 1).await;
    let rest = seen(&own, first.last().map(|it| &it.1), 9).await;
    assert_eq!((seconds(&first), seconds(&rest)), (vec![4], vec![4, 1]));
    assert_ne!(first[0].1, rest[0].1);

    let foreign = ChangeSetId::of(&beta, "b");
    assert_eq!(seen(&own, Some(&foreign), 9).await, []);
    assert_eq!(store.change_set(&own, &foreign).await.expect("find"), None);
    assert_eq!(store.intend(&alpha, &foreign, intent(5)).await.expect("note"), None);
    assert_eq!(store.intend(&beta, &foreign, intent(5)).await.expect("note"), Some(1));
    assert_eq!(store.writes(&own, &foreign, 0, 9).await.expect("list"), []);
    let theirs = Realm::Connection(beta);
    assert_eq!(store.writes(&theirs, &foreign, 0, 9).await.expect("list"), [noted(1, intent(5))]);
}

/// A set that is old goes with its writes, and is as if it had never been; the others stay.
pub async fn old_change_sets_go_with_their_writes<S: Storage>(store: S) {
    let owner = tenant("alpha");
    let mut ids = Vec::new();
    for (cause, second) in [("a", 1), ("b", 2), ("c", 2)] {
        let set = store.join(new_set(&owner, cause, second)).await.expect("begin").id;
        store.intend(&owner, &set, intent(second + 5)).await.expect("note");
        ids.push(set);
    }
    store.intend(&owner, &ids[0], intent(9)).await.expect("note");
    let kept = store.kept_after(Retained::Changes, 0, 9).await.expect("kept");
    let told: Vec<_> = kept.iter().map(|it| (it.place, it.since)).collect();
    assert_eq!(told, [(1, at(9)), (2, at(7)), (3, at(7))], "its newest write counts");
    assert!(kept.iter().all(|it| it.size > 0));
    assert_eq!(store.kept_after(Retained::Changes, 2, 9).await.expect("kept"), kept[2..]);
    assert_eq!(store.remove(Retained::Changes, &kept[1..2]).await.expect("remove"), 1);
    assert_eq!(store.remove(Retained::Changes, &kept[1..2]).await.expect("remove"), 0);
    for (id, writes) in ids.iter().zip([2, 0, 1]) {
        let found = store.writes(&Realm::Installation, id, 0, 9).await.expect("list");
        assert_eq!(found.len(), writes);
        let set = store.change_set(&Realm::Installation, id).await.expect("find");
        assert_eq!(set.is_some(), writes > 0);
    }
    let again = store.join(new_set(&owner, "b", 8)).await.expect("begin");
    assert_eq!((again.begun_at, again.writes), (at(8), 0));
    let kept = store.kept_after(Retained::Changes, 0, 9).await.expect("kept");
    assert_eq!(kept.iter().map(|it| it.place).collect::<Vec<_>>(), [1, 3, 4]);
}
