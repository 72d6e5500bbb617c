//! The contract on real files, and what only files can do wrong.

use std::{path::Path, sync::Arc};

use domain::{
    Appended, Clock, ConnectionId, Credentials, DeadLetters, Event, Journal, LeaseClaim,
    LeaseReply, Leases, Mirror, Outbox, Realm, Sequence, StorageError,
    contract::sample::{action, at, clock, credential, event, event_id, tenant},
};
use tempfile::TempDir;

use super::{
    OpenError, Sqlite,
    connection::{self, Mode},
    schema::{self, Schema},
};

/// A store whose folder goes with the test's process.
fn open(clock: Arc<dyn Clock>) -> Sqlite {
    let folder = TempDir::new().unwrap().keep();
    Sqlite::open(&folder, clock).unwrap()
}

domain::storage_contract!(open);

#[tokio::test]
async fn what_was_acknowledged_is_there_after_closing_and_opening() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    store.append(event(1)).await.unwrap();
    drop(store);
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    assert_eq!(store.append(event(1)).await.unwrap(), Appended::Duplicate(Sequence(1)));
    assert_eq!(store.entry(event_id(1)).await.unwrap().unwrap().event, event(1));
    assert_eq!(store.append(event(2)).await.unwrap(), Appended::New(Sequence(2)));
}

#[tokio::test]
async fn a_second_hub_on_the_same_folder_is_refused_and_a_reader_is_not() {
    let folder = TempDir::new().unwrap();
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    hub.append(event(1)).await.unwrap();
    let second = Sqlite::open(folder.path(), clock());
    assert!(matches!(second, Err(OpenError::Busy { .. })));
    let reader = Sqlite::open_to_read(folder.path()).unwrap();
    assert_eq!(reader.last().await.unwrap(), Sequence(1));
    hub.append(event(2)).await.unwrap();
    assert_eq!(reader.last().await.unwrap(), Sequence(2));
    let refused = reader.append(event(3)).await;
    assert!(matches!(refused, Err(StorageError::Unavailable { .. })));
    assert!(reader.project(domain::Projection::default()).await.is_err());
}

#[cfg(unix)]
#[test]
fn a_folder_that_a_hub_makes_is_its_owners() {
    use std::os::unix::fs::PermissionsExt;
    let outer = TempDir::new().unwrap();
    let folder = outer.path().join("data");
    drop(Sqlite::open(&folder, clock()).unwrap());
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn an_empty_folder_and_a_newer_file_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let absent = Sqlite::open_to_read(folder.path());
    assert!(matches!(absent, Err(OpenError::Absent { .. })));
    drop(Sqlite::open(folder.path(), clock()).unwrap());
    let file = rusqlite::Connection::open(folder.path().join("state.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let newer = Sqlite::open(folder.path(), clock());
    assert!(matches!(newer, Err(OpenError::Newer { found: 99, known: 2.., .. })));
}

#[tokio::test]
async fn an_event_whose_door_went_away_is_kept_all_the_same() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    {
        let append = store.append(event(1));
        tokio::pin!(append);
        let once = std::future::poll_fn(|context| {
            std::task::Poll::Ready(append.as_mut().poll(context).is_ready())
        });
        once.await;
    }
    drop(store);
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    assert_eq!(store.last().await.unwrap(), Sequence(1));
}

#[tokio::test]
async fn a_page_of_large_events_is_short_and_the_next_one_goes_on() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    for number in 1..=5 {
        let mut large = event(number);
        large.body = vec![b'x'; 5 * 1024 * 1024].into();
        store.append(large).await.unwrap();
    }
    let (mut cursor, mut pages) = (Sequence(0), Vec::new());
    loop {
        let page = store.entries_after(cursor, 256).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = last.sequence;
        pages.push(page.len());
    }
    assert_eq!(pages, [2, 2, 1]);
}

#[tokio::test]
async fn memory_and_file_tell_the_same_of_an_event() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    let mut odd = event(1);
    odd.occurred_at = "2026-11-21T10:00:00.123456789Z".parse().unwrap();
    odd.alias = Some(event_id(77));
    odd.kind = domain::EventKind::UNREADABLE;
    odd.record = Some(domain::RecordKey::new(domain::Entity::Unknown, "a/b\0c"));
    let mut nobodys = event(2);
    (nobodys.tenant, nobodys.record, nobodys.account) = (None, None, None);
    for event in [odd, nobodys, event(3)] {
        store.append(event).await.unwrap();
    }
    let kept = store.entries_after(Sequence(0), 9).await.unwrap();
    assert_eq!(kept.len(), 3);
    let reader = Sqlite::open_to_read(folder.path()).unwrap();
    assert_eq!(kept, reader.entries_after(Sequence(0), 9).await.unwrap());
}

#[tokio::test]
async fn a_realm_is_found_behind_thousands_of_others_and_where_the_journal_was_cut() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    let mut doors = tokio::task::JoinSet::new();
    for number in 1..=2_500 {
        let store = store.clone();
        doors.spawn(async move { store.append(event(number)).await.unwrap() });
    }
    doors.join_all().await;
    let own = tenant("gamma");
    store.append(Event { tenant: Some(own.clone()), ..event(2_501) }).await.unwrap();
    let realm = Realm::Organization(own.organization);
    let looks = async || {
        let (mut cursor, mut looks, mut found) = (Sequence(0), 0, 0);
        loop {
            let part = store.entries_within(&realm, cursor, 10).await.unwrap();
            found += part.entries.len();
            if part.through == cursor {
                return (looks, found);
            }
            (cursor, looks) = (part.through, looks + 1);
        }
    };
    assert_eq!(looks().await, (3, 1));
    let file = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    file.execute("DELETE FROM journal WHERE sequence <= 2000", ()).unwrap();
    assert_eq!(looks().await, (1, 1));
}

#[tokio::test]
async fn a_queue_that_is_full_says_so_and_loses_nothing_that_it_took() {
    let folder = TempDir::new().unwrap();
    let store = Sqlite::open(folder.path(), clock()).unwrap();
    let mut doors = tokio::task::JoinSet::new();
    for number in 1..=24 {
        let store = store.clone();
        doors.spawn(async move {
            let mut large = event(number);
            large.body = vec![b'x'; 4 * 1024 * 1024].into();
            store.append(large).await
        });
    }
    let answers = doors.join_all().await;
    let kept = answers.iter().filter(|answer| answer.is_ok()).count() as u64;
    let refused = answers.iter().filter(|a| matches!(a, Err(StorageError::Overloaded))).count();
    assert_eq!(kept as usize + refused, 24, "an answer that is neither kept nor refused");
    assert_eq!(store.last().await.unwrap(), Sequence(kept));
}

/// The state as a hub left it that knew so many steps.
fn former_state(folder: &Path, steps: usize) -> rusqlite::Connection {
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        let path = folder.join(file);
        assert!(!path.exists() || std::fs::remove_file(path).is_ok());
    }
    let former: &'static Schema = Box::leak(Box::new(schema::STATE.former(steps)));
    connection::open(&folder.join("state.db"), Mode::Write(former)).unwrap()
}

#[tokio::test]
async fn what_died_and_what_waited_in_an_older_format_is_kept() {
    let folder = TempDir::new().unwrap();
    let state = former_state(folder.path(), 2);
    let put = |number: u128, name: &str| {
        let action = action(number, "notion", &format!("lane-{number}"));
        let intent = serde_json::to_string(&action.intent).unwrap();
        let values = (action.id.as_str(), &action.event.as_bytes()[..], action.lane, intent, name);
        let sql =
            "INSERT INTO action (id, event, organization, connection, destination, lane, rule,
                       intent, decided_at, state, failures, look_first)
                   VALUES (?1, ?2, 'org_alpha', 'con_a', 'con_notion', ?3, 'log_activity', ?4, 0,
                       ?5, 3, 0)";
        state.execute(sql, values).unwrap();
    };
    put(1, "dead");
    put(2, "waiting");
    state
        .execute_batch(
            "INSERT INTO attempt VALUES (1, 1, 5, 6, 'retry', 'busy'), (1, 2, 7, 8, 'dead', 'refused');
             INSERT INTO lane VALUES ('con_notion', 'lane-2', 9);",
        )
        .unwrap();
    drop(state);
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    let dead = hub.dead_letters(0, 9).await.unwrap().remove(0);
    assert_eq!((dead.reason.as_str(), dead.attempts), ("refused", 2));
    assert_eq!(dead.died_at.as_microsecond(), 8);
    let notion = ConnectionId::new("notion");
    let claimed = hub.claim(&notion, clock().now(), 9).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].action.event, event_id(2));
}

/// Rows from before shelves are found as before, and by what has come since.
#[tokio::test]
async fn the_mirror_of_an_older_format_is_kept() {
    let folder = TempDir::new().unwrap();
    drop(Sqlite::open(folder.path(), clock()).unwrap());
    let steps = schema::STATE.steps_before("CREATE TABLE shelf");
    let state = former_state(folder.path(), steps);
    let put = |id: &str, deleted: Option<i64>, fields: &str| {
        let sql = "INSERT INTO record (organization, connection, entity, id, version, occurred_at,
                       deleted_at, event, fields, account, first_seen_at, last_seen_at)
                   VALUES (?1, ?2, 'contact', ?3, 2, 5, ?4, ?5, ?6, 'location-1', 1, 5)";
        let owner = tenant("alpha");
        let place = (owner.organization.as_str(), owner.connection.as_str());
        let event = event_id(1);
        let values = (place.0, place.1, id, deleted, &event.as_bytes()[..], fields);
        state.execute(sql, values).unwrap();
    };
    put(
        "c1",
        None,
        r#"{"name":"Ada Byron","email":"Ada@example.com","tags":["vip","vip"],"n":1.50}"#,
    );
    put("gone", Some(7), r#"{"name":"Ada Gone","tags":["vip"]}"#);
    drop(state);
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    let keys = ["c1", "gone"].map(|id| domain::RecordKey::new(domain::Entity::Contact, id));
    let rows = hub.records(&tenant("alpha"), &keys).await.unwrap();
    assert_eq!(
        (rows.len(), rows[0].version, rows[0].account.as_deref()),
        (2, 2, Some("location-1"))
    );
    assert_eq!(rows[0].fields["n"], serde_json::json!(1.5));
    assert!(rows[1].deleted_at.is_some());
    let email = domain::RecordCondition::IsLike("email", "ada@EXAMPLE.com".to_owned());
    let all = domain::RecordQuery::all(tenant("alpha"), domain::Entity::Contact, 9);
    let found = hub.find_records(&domain::RecordQuery { conditions: vec![email], ..all }).await;
    assert_eq!(found.unwrap().records.len(), 1);
    let realm = Realm::Connection(tenant("alpha"));
    let words = domain::WordSearch { realm, words: "ada".to_owned(), entities: vec![], limit: 9 };
    let found = domain::Queries::search(&hub, words).await.unwrap();
    assert_eq!(found.len(), 1, "what is deleted is not found");
    let file = rusqlite::Connection::open(folder.path().join("state.db")).unwrap();
    let tags: i64 = file.query_row("SELECT count(*) FROM tag", (), |row| row.get(0)).unwrap();
    assert_eq!(tags, 1);
}

#[tokio::test]
async fn a_file_of_the_first_format_is_brought_up_by_a_hub_only() {
    let folder = TempDir::new().unwrap();
    drop(Sqlite::open(folder.path(), clock()).unwrap());
    drop(former_state(folder.path(), 1));
    let beside = Sqlite::open_beside(folder.path());
    assert!(matches!(beside, Err(OpenError::Older { found: 1, known: 2.., .. })));
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    hub.put_credential(credential("alpha", "token", "mk_1")).await.unwrap();
    assert!(Sqlite::open_beside(folder.path()).is_ok());
}

#[tokio::test]
async fn credentials_are_changed_beside_a_hub_that_writes() {
    let folder = TempDir::new().unwrap();
    assert!(matches!(Sqlite::open_beside(folder.path()), Err(OpenError::Absent { .. })));
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    let beside = Sqlite::open_beside(folder.path()).unwrap();
    assert!(beside.append(event(1)).await.is_err());
    let put = async |store: &Sqlite, owner: &str| {
        for number in 0..50 {
            let one = credential(owner, &format!("kind-{number}"), "mk_1");
            store.put_credential(one).await.unwrap();
        }
    };
    tokio::join!(put(&hub, "alpha"), put(&beside, "beta"));
    for store in [&hub, &beside] {
        assert_eq!(store.master_key_counts().await.unwrap(), [("mk_1".to_owned(), 100)].into());
    }
}

#[tokio::test]
async fn a_hub_and_processes_beside_it_take_turns() {
    let folder = TempDir::new().unwrap();
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    let first = credential("alpha", "token_pair", "mk_1");
    hub.put_credential(first.clone()).await.unwrap();
    let beside = (0..3).map(|_| Sqlite::open_beside(folder.path()).unwrap());
    let stores: Vec<_> = std::iter::once(hub.clone()).chain(beside).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for (number, store) in stores.into_iter().enumerate() {
        let key = first.key.clone();
        tasks.spawn(async move {
            let mut epochs = Vec::new();
            while epochs.len() < 10 {
                let claim = LeaseClaim {
                    name: "tokens".to_owned(),
                    holder: format!("process {number}"),
                    now: at(0),
                    until: at(12),
                };
                let LeaseReply::Granted(lease) = store.take_lease(claim).await.unwrap() else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let before = store.credential(&key).await.unwrap().unwrap();
                let mut after = before.clone();
                after.stored_at += jiff::SignedDuration::from_secs(1);
                let write = store.put_credential_fenced(after, &lease, before.stored_at);
                assert!(write.await.unwrap(), "nobody else may have written");
                assert!(store.release_lease(&lease).await.unwrap());
                epochs.push(lease.epoch.0);
            }
            epochs
        });
    }
    let mut epochs: Vec<u64> = tasks.join_all().await.into_iter().flatten().collect();
    epochs.sort_unstable();
    assert_eq!(epochs, (1..=40).collect::<Vec<_>>());
    let last = hub.credential(&first.key).await.unwrap().unwrap();
    assert_eq!(last.stored_at, at(3 + 40));
}

#[tokio::test]
async fn damage_is_found_in_either_file() {
    let folder = TempDir::new().unwrap();
    let hub = Sqlite::open(folder.path(), clock()).unwrap();
    for number in 1..=40 {
        hub.append(event(number)).await.unwrap();
    }
    assert_eq!(hub.damage().await.unwrap(), Vec::<String>::new());
    drop(hub);
    for file in ["journal.db", "state.db"] {
        let path = folder.path().join(file);
        // What is still in the log would hide the damage of the file.
        let closing = rusqlite::Connection::open(&path).unwrap();
        closing.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(closing);
        let whole = std::fs::read(&path).unwrap();
        let mut torn = whole.clone();
        let half = torn.len() / 2;
        torn[half..].fill(0xff);
        std::fs::write(&path, torn).unwrap();
        let passes = match Sqlite::open_to_read(folder.path()) {
            Ok(store) => store.damage().await.is_ok_and(|found| found.is_empty()),
            Err(_) => false,
        };
        assert!(!passes, "{file} passes for whole");
        std::fs::write(&path, whole).unwrap();
    }
    assert!(Sqlite::open_to_read(folder.path()).unwrap().damage().await.unwrap().is_empty());
}
