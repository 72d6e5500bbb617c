//! Backups: one moment of two files, whole or nothing, and what is restored of them.

use std::fs;

use domain::{
    ActionState, Budgets, ConnectionId, Credentials, Decisions, EventId, Journal, Mirror, Outbox,
    Projection, Retained, Retention, Sequence,
    contract::sample::{action, at, clock, credential, event, event_id, record, tenant},
};
use tempfile::TempDir;

use super::*;
use crate::{Restored, Sqlite, SqliteBudgets, restore};

const AS: (&str, Timestamp) = ("highwire test", Timestamp::UNIX_EPOCH);

fn take(folder: &Path, to: &Path) -> Result<Manifest, BackupError> {
    back_up(folder, to, AS, &mut |_| {})
}

fn put_back(from: &Path, folder: &Path) -> Result<Restored, BackupError> {
    restore(from, folder, at(500), &mut |_| {})
}

/// Appends events and follows them, as a hub does: each makes a contact and an action.
async fn live(store: &Sqlite, events: std::ops::Range<u128>) {
    for number in events {
        store.append(event(number)).await.unwrap();
        let (from, to) = (Sequence(number as u64 - 1), Sequence(number as u64));
        let row = record(&tenant("alpha"), &number.to_string(), number);
        let projection = Projection { from, to, records: vec![row], ..Projection::default() };
        store.project(projection).await.unwrap();
        let actions = vec![action(number, "notion", &number.to_string())];
        store.decide(Decisions { from, to, actions, ..Decisions::default() }).await.unwrap();
    }
}

/// A data folder with so many events, and a backup of it.
async fn backed_up(events: u128) -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let (data, backup) = (folder.path().join("data"), folder.path().join("backup"));
    let store = Sqlite::open(&data, clock()).unwrap();
    live(&store, 1..events + 1).await;
    take(&data, &backup).unwrap();
    (folder, data, backup)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_under_load_belong_together_and_have_all_that_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let store = Sqlite::open(&data, clock()).unwrap();
    let writing = store.clone();
    let mut load = tokio::task::JoinSet::new();
    load.spawn(async move { live(&writing, 1..400).await });
    let mut last = Sequence(0);
    for number in 0..6 {
        let acknowledged = store.last().await.unwrap();
        let (data, to) = (data.clone(), folder.path().join(format!("backup-{number}")));
        let backup = to.clone();
        let taken = tokio::task::spawn_blocking(move || take(&data, &backup)).await.unwrap();
        let facts = taken.unwrap().facts;
        assert!(facts.journaled >= acknowledged && facts.journaled >= last);
        last = facts.journaled;
        let new = folder.path().join(format!("new-{number}"));
        let restored = put_back(&to, &new).unwrap();
        assert_eq!(restored.manifest.facts, facts);
        let copy = Sqlite::open(&new, clock()).unwrap();
        assert_eq!(copy.last().await.unwrap(), facts.journaled);
        let (projected, decided) = (copy.projected().await.unwrap(), copy.decided().await.unwrap());
        assert_eq!((projected, decided), (facts.projected, facts.decided));
        assert!(decided <= projected && projected <= facts.journaled, "a cursor is beyond the end");
        let entries = copy.entries_after(Sequence(0), 1_000).await.unwrap();
        let places: Vec<_> = entries.iter().map(|entry| entry.sequence.0).collect();
        assert_eq!(places, (1..=facts.journaled.0).collect::<Vec<_>>());
        assert_eq!(restored.open_actions, decided.0, "one action for each event that is decided");
    }
    load.join_all().await;
}

#[tokio::test]
async fn after_a_restore_everything_is_there_and_open_actions_are_looked_up() {
    let (folder, data, backup) = backed_up(5).await;
    let store = Sqlite::open(&data, clock()).unwrap();
    store.put_credential(credential("alpha", "token", "mk_1")).await.unwrap();
    let budgets = SqliteBudgets::open(&data).unwrap();
    let key = domain::BudgetKey { app: "app".to_owned(), tenant: "tenant".to_owned() };
    budgets.change(key, at(0), |budget| budget.next_turn = Some(at(9))).await.unwrap();
    let second = folder.path().join("second");
    let manifest = take(&data, &second).unwrap();
    assert_eq!(manifest.facts.master_keys, [("mk_1".to_owned(), 1)].into());
    assert_eq!(names(&second), ["backup.json", "budgets.db", "journal.db", "state.db"]);
    assert_eq!(names(&backup), ["backup.json", "journal.db", "state.db"]);

    let new = folder.path().join("deep/new");
    let restored = put_back(&second, &new).unwrap();
    assert_eq!((restored.open_actions, &restored.manifest), (5, &manifest));
    let copy = Sqlite::open(&new, clock()).unwrap();
    for number in 1..=5 {
        assert_eq!(copy.entry(event_id(number)).await.unwrap().unwrap().event, event(number));
    }
    assert_eq!(copy.restored_at().await.unwrap(), Some(at(500)));
    let notion = ConnectionId::new("notion");
    let claimed = copy.claim(&notion, at(600), 10).await.unwrap();
    assert!(claimed.len() == 5 && claimed.iter().all(|claimed| claimed.look_first));
    assert_eq!(copy.master_key_counts().await.unwrap(), [("mk_1".to_owned(), 1)].into());
    let key = domain::BudgetKey { app: "app".to_owned(), tenant: "tenant".to_owned() };
    let budgets = SqliteBudgets::open(&new).unwrap();
    let turn = budgets.change(key, at(10), |budget| budget.next_turn).await.unwrap();
    assert_eq!(turn, Some(at(9)));
    assert_eq!(store.restored_at().await.unwrap(), None, "the original is as it was");
}

#[tokio::test]
async fn a_hub_that_is_gone_is_backed_up_too_with_what_stands_in_its_logs() {
    let (folder, data, _) = backed_up(3).await;
    // The files as a kill leaves them: with logs that nobody moved into them.
    let store = Sqlite::open(&data, clock()).unwrap();
    live(&store, 4..6).await;
    let killed = folder.path().join("killed");
    fs::create_dir(&killed).unwrap();
    for name in names(&data) {
        fs::copy(data.join(&name), killed.join(&name)).unwrap();
    }
    let to = folder.path().join("of-the-killed");
    let facts = take(&killed, &to).unwrap().facts;
    assert_eq!((facts.journaled, facts.open_actions), (Sequence(5), 5));
}

#[tokio::test]
async fn what_fails_leaves_nothing_that_looks_whole() {
    let (folder, data, backup) = backed_up(2).await;
    let again = take(&data, &backup);
    assert!(matches!(again, Err(BackupError::Occupied { .. })), "{again:?}");
    let absent = take(&folder.path().join("nowhere"), &folder.path().join("of-nothing"));
    assert!(matches!(absent, Err(BackupError::Open(OpenError::Absent { .. }))), "{absent:?}");
    fs::write(data.join("state.db"), "no database").unwrap();
    let damaged = take(&data, &folder.path().join("of-damage"));
    assert!(matches!(damaged, Err(BackupError::Open(_) | BackupError::Refused { .. })));
    assert_eq!(names(folder.path()), ["backup", "data"], "nothing was left behind");
}

#[tokio::test]
async fn a_leftover_of_a_backup_that_was_cut_off_is_in_nobodys_way() {
    let (folder, data, backup) = backed_up(2).await;
    let leftover = folder.path().join(".next.partial");
    fs::create_dir(&leftover).unwrap();
    fs::write(leftover.join("journal.db"), "half").unwrap();
    fs::create_dir(folder.path().join("next")).unwrap();
    take(&data, &folder.path().join("next")).unwrap();
    assert_eq!(names(folder.path()), ["backup", "data", "next"]);
    assert_eq!(names(&backup), names(&folder.path().join("next")));
}

/// Restores a backup after `spoil`, and tells what is said about it. Nothing may be left of it.
async fn refusal(spoil: impl FnOnce(&Path)) -> String {
    let (folder, _, backup) = backed_up(40).await;
    spoil(&backup);
    let new = folder.path().join("new");
    let refused = put_back(&backup, &new).expect_err("it is taken");
    assert!(names(&new).iter().all(|name| name == "highwire.lock"), "left: {:?}", names(&new));
    assert!(matches!(Sqlite::open_to_read(&new), Err(OpenError::Absent { .. })));
    refused.to_string()
}

fn edit(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    edit(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_backup_that_was_changed_or_cut_is_refused_with_what_is_wrong() {
    let said = refusal(|backup| {
        edit(&backup.join("journal.db"), |bytes| bytes.truncate(bytes.len() - 100));
    });
    let said = said.await;
    assert!(said.contains("journal.db") && said.contains("100 bytes are missing"), "{said}");
    let said = refusal(|backup| edit(&backup.join("state.db"), |bytes| bytes[9_000] ^= 1)).await;
    assert!(said.contains("state.db") && said.contains("SHA-256"), "{said}");
    let said = refusal(|backup| edit(&backup.join("state.db"), |bytes| bytes.push(0))).await;
    assert!(said.contains("SHA-256"), "{said}");
    let said = refusal(|backup| fs::remove_file(backup.join("state.db")).unwrap()).await;
    assert!(said.contains("state.db") && said.contains("missing"), "{said}");
}

#[tokio::test]
async fn bytes_that_fit_the_manifest_and_make_no_database_are_refused() {
    let said = refusal(|backup| {
        let journal = backup.join("journal.db");
        // The second half of the tables is overwritten, and the manifest made to fit.
        edit(&journal, |bytes| {
            let half = bytes.len() / 2;
            bytes[half..].fill(0x5a);
        });
        let mut manifest = Manifest::read(backup).unwrap();
        manifest.files[0].sha256 = digest(&journal, &mut |_, _| {}).unwrap().1;
        fs::remove_file(backup.join("backup.json")).unwrap();
        manifest.write(backup).unwrap();
    });
    let said = said.await;
    assert!(said.contains("is not a whole backup") && said.contains("journal.db"), "{said}");
}

#[tokio::test]
async fn a_state_beyond_its_journal_is_refused() {
    let (_other, _, shorter) = backed_up(1).await;
    let said = refusal(|backup| {
        fs::copy(shorter.join("journal.db"), backup.join("journal.db")).unwrap();
        let mut manifest = Manifest::read(backup).unwrap();
        (manifest.files[0].bytes, manifest.files[0].sha256) =
            digest(&backup.join("journal.db"), &mut |_, _| {}).unwrap();
        fs::remove_file(backup.join("backup.json")).unwrap();
        manifest.write(backup).unwrap();
    });
    let said = said.await;
    assert!(said.contains("state is at 40 of a journal that ends at 1"), "{said}");
}

#[tokio::test]
async fn a_manifest_that_is_cut_newer_or_names_other_files_is_refused() {
    let (folder, _, backup) = backed_up(1).await;
    let new = folder.path().join("new");
    let said = |text: &str| {
        fs::write(backup.join("backup.json"), text).unwrap();
        put_back(&backup, &new).expect_err("it is taken").to_string()
    };
    let whole = fs::read_to_string(backup.join("backup.json")).unwrap();
    assert!(said(&whole[..whole.len() / 2]).contains("it ends early or was changed"));
    assert!(said("{\"format\": 2}").contains("use the newer program"));
    let outside = whole.replace("\"journal.db\"", "\"../journal.db\"");
    assert!(said(&outside).contains("names no journal.db"));
    let more = whole.replace("\"files\": [", "\"files\": [{\"name\": \"../../etc/passwd\", \"bytes\": 1, \"sha256\": \"\", \"format\": 1},");
    assert!(said(&more).contains("no file of a hub"));
    fs::remove_file(backup.join("backup.json")).unwrap();
    let none = put_back(&backup, &new).expect_err("it is taken").to_string();
    assert!(none.contains("there is no backup.json"), "{none}");
    assert!(!new.exists(), "nothing was made");
}

#[tokio::test]
async fn a_folder_with_data_or_a_running_hub_is_refused_and_keeps_what_it_has() {
    let (folder, data, backup) = backed_up(2).await;
    let in_use = put_back(&backup, &data);
    assert!(matches!(in_use, Err(BackupError::InUse { .. })), "{in_use:?}");
    let stale = folder.path().join("stale");
    fs::create_dir(&stale).unwrap();
    fs::write(stale.join("journal.db-wal"), "the log of a journal that is gone").unwrap();
    assert!(matches!(put_back(&backup, &stale), Err(BackupError::InUse { .. })));
    let hub = Sqlite::open(&data, clock()).unwrap();
    let busy = put_back(&backup, &data);
    assert!(matches!(busy, Err(BackupError::Open(OpenError::Busy { .. }))), "{busy:?}");
    assert_eq!(hub.last().await.unwrap(), Sequence(2));
    let keyed = folder.path().join("keyed");
    fs::create_dir(&keyed).unwrap();
    fs::write(keyed.join("master.key"), "a key that was put there first").unwrap();
    put_back(&backup, &keyed).unwrap();
    assert!(names(&keyed).contains(&"master.key".to_owned()));
}

#[tokio::test]
async fn a_restore_that_was_cut_off_is_opened_by_nobody_and_can_be_done_again() {
    let (folder, _, backup) = backed_up(2).await;
    let new = folder.path().join("new");
    fs::create_dir(&new).unwrap();
    fs::write(new.join("restore.unfinished"), "").unwrap();
    fs::copy(backup.join("journal.db"), new.join("journal.db")).unwrap();
    let half =
        |opened: Result<(), OpenError>| matches!(opened, Err(OpenError::HalfRestored { .. }));
    assert!(half(Sqlite::open(&new, clock()).map(drop)));
    assert!(half(Sqlite::open_to_read(&new).map(drop)));
    assert!(half(Sqlite::open_beside(&new).map(drop)));
    assert!(half(SqliteBudgets::open(&new).map(drop)));
    assert!(matches!(take(&new, &folder.path().join("x")), Err(BackupError::Open(_))));
    put_back(&backup, &new).unwrap();
    assert_eq!(Sqlite::open(&new, clock()).unwrap().last().await.unwrap(), Sequence(2));
}

#[tokio::test]
async fn a_file_of_an_earlier_version_shrinks_once_it_was_restored() {
    let (folder, data, _) = backed_up(20).await;
    for file in ["journal.db", "state.db"] {
        let old = rusqlite::Connection::open(data.join(file)).unwrap();
        old.execute_batch("PRAGMA auto_vacuum = none; PRAGMA journal_mode = delete; VACUUM;")
            .unwrap();
    }
    let shrinks = async |folder: &Path| {
        let space = Sqlite::open_to_read(folder).unwrap().space().await.unwrap();
        space.iter().map(|file| file.shrinks).collect::<Vec<_>>()
    };
    drop(Sqlite::open(&data, clock()).unwrap());
    assert_eq!(shrinks(&data).await, [false, false]);
    let backup = folder.path().join("of-old");
    take(&data, &backup).unwrap();
    let new = folder.path().join("new");
    put_back(&backup, &new).unwrap();
    assert_eq!(shrinks(&new).await, [true, true]);
    let copy = Sqlite::open(&new, clock()).unwrap();
    assert_eq!(copy.last().await.unwrap(), Sequence(20));
    let ready = copy.action_counts().await.unwrap();
    assert_eq!(ready.get(&ActionState::Ready), Some(&20));
}

#[tokio::test]
async fn what_retention_took_from_under_a_backup_is_not_needed_in_it() {
    let (folder, data, _) = backed_up(30).await;
    let store = Sqlite::open(&data, clock()).unwrap();
    let all = store.kept_after(Retained::Bytes, 0, 100).await.unwrap();
    store.remove(Retained::Bytes, &all[..10]).await.unwrap();
    let backup = folder.path().join("later");
    take(&data, &backup).unwrap();
    let new = folder.path().join("new");
    put_back(&backup, &new).unwrap();
    let copy = Sqlite::open(&new, clock()).unwrap();
    let dropped = copy.entry(EventId::from_bytes(3_u128.to_be_bytes())).await.unwrap().unwrap();
    assert!(dropped.dropped_bytes.is_some());
}
