//! A snapshot: journal and state as they were together, held while they are copied.
//!
//! Two files have no common moment, so the order counts. The state is held first. Its cursors, and the
//! events that its rows and actions name, were in the journal then: a stage writes only what it has
//! read there. The journal is held after it and has all of that, since it only grows; what it has on
//! top is what the state of the copy has not come to yet, as after any stop. In the other order the
//! copied cursors could be beyond the copied end, and the next events would be skipped.
//!
//! Retention is the one that takes entries away, and takes none that the state needs. An action could
//! be finished and its event go in the moment between the two; then both are held again.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use domain::Sequence;
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{BackupError, Progress, manifest::Facts};
use crate::sqlite::{
    BUDGETS_FILE, JOURNAL_FILE, OpenError, STATE_FILE,
    connection::{self, Mode},
    mirror, outbox,
};

/// How many pages are copied in one step: a MiB.
const STEP_PAGES: i32 = 128;

/// After so many steps the copy is synced: what waits to be written at once would hold up the syncs of
/// the journal, on which acknowledgments wait.
const STEPS_PER_SYNC: u32 = 16;

/// How often both files are held again where an event went in between.
const TRIES: usize = 3;

/// The files of a data folder, each at its moment.
pub(super) struct Snapshot {
    journal: Connection,
    state: Connection,
    budgets: Option<Connection>,
    folder: PathBuf,
}

impl Snapshot {
    /// Holds journal and state. Writers go on; what they write is not seen, and stays in the
    /// write-ahead logs until the snapshot goes.
    pub(super) fn begin(folder: &Path) -> Result<Self, BackupError> {
        Self::begin_around(folder, &mut || {})
    }

    /// The same, with something that happens between the two moments.
    fn begin_around(folder: &Path, between: &mut dyn FnMut()) -> Result<Self, BackupError> {
        let open = |file: &str| {
            let path = folder.join(file);
            match path.exists() {
                true => connection::open(&path, Mode::Read),
                false => Err(OpenError::Absent { folder: folder.to_owned() }),
            }
        };
        let budgets = folder.join(BUDGETS_FILE).exists().then(|| open(BUDGETS_FILE)).transpose()?;
        let (state, journal) = (open(STATE_FILE)?, open(JOURNAL_FILE)?);
        let snapshot = Self { journal, state, budgets, folder: folder.to_owned() };
        for _ in 0..TRIES {
            snapshot.hold(&snapshot.state, STATE_FILE)?;
            between();
            snapshot.hold(&snapshot.journal, JOURNAL_FILE)?;
            let missing = missing_events(&snapshot.journal, &snapshot.state);
            if missing.map_err(|source| BackupError::at(folder, source))? == 0 {
                break;
            }
        }
        Ok(snapshot)
    }

    fn hold(&self, connection: &Connection, file: &str) -> Result<(), BackupError> {
        let again = if connection.is_autocommit() { "" } else { "ROLLBACK;" };
        // The moment is that of the first read.
        let begin = format!("{again} BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1;");
        let held = connection.execute_batch(&begin);
        held.map_err(|source| BackupError::at(&self.folder.join(file), source))
    }

    /// What the snapshot says.
    pub(super) fn facts(&self) -> Result<Facts, BackupError> {
        let path = self.folder.join(STATE_FILE);
        facts(&self.journal, &self.state).map_err(|source| BackupError::at(&path, source))
    }

    /// Copies the files into a folder, the journal first, since its log grows fastest meanwhile. Returns
    /// their names and formats.
    pub(super) fn copy(
        self,
        to: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<(&'static str, i64)>, BackupError> {
        let mut formats = Vec::new();
        let budgets = self.budgets.map(|budgets| (BUDGETS_FILE, budgets));
        let files = [(JOURNAL_FILE, self.journal), (STATE_FILE, self.state)];
        for (file, from) in files.into_iter().chain(budgets) {
            let path = to.join(file);
            let copied = copy(file, &from, &path, progress);
            formats.push((file, copied.map_err(|source| BackupError::at(&path, source))?));
        }
        Ok(formats)
    }
}

/// What two files say that belong together.
fn facts(journal: &Connection, state: &Connection) -> rusqlite::Result<Facts> {
    let count = |sql: &str| state.query_row(sql, [], |row| row.get::<_, i64>(0));
    let mut keys =
        state.prepare("SELECT master_key, count(*) FROM credential GROUP BY master_key")?;
    let master_keys = keys.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
    Ok(Facts {
        journaled: last(journal)?,
        projected: mirror::cursor(state, mirror::STAGE)?,
        decided: mirror::cursor(state, outbox::STAGE)?,
        open_actions: count("SELECT count(*) FROM action WHERE state NOT IN ('done', 'dropped')")?
            as u64,
        master_keys: master_keys.collect::<rusqlite::Result<_>>()?,
    })
}

fn last(journal: &Connection) -> rusqlite::Result<Sequence> {
    let sql = "SELECT coalesce(max(sequence), 0) FROM journal";
    journal.query_row(sql, [], |row| Ok(Sequence(row.get::<_, i64>(0)? as u64)))
}

/// How many events of open actions the journal does not have.
fn missing_events(journal: &Connection, state: &Connection) -> rusqlite::Result<u64> {
    let mut open = state
        .prepare("SELECT DISTINCT event FROM action WHERE state NOT IN ('done', 'dropped')")?;
    let mut known = journal.prepare("SELECT EXISTS (SELECT 1 FROM journal WHERE id = ?1)")?;
    let (mut events, mut missing) = (open.query([])?, 0);
    while let Some(row) = events.next()? {
        let event: Vec<u8> = row.get(0)?;
        let is_known: bool = known.query_row([event], |row| row.get(0))?;
        missing += u64::from(!is_known);
    }
    Ok(missing)
}

/// Copies one file page by page into a file that needs no log beside it. Returns its format.
fn copy(
    file: &'static str,
    from: &Connection,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut to = Connection::open_with_flags(path, access)?;
    // A copy that is cut off is thrown away, and one that is whole is synced as a file.
    to.pragma_update(None, "journal_mode", "off")?;
    to.pragma_update(None, "synchronous", "off")?;
    let page: i64 = from.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let synced = File::open(path)?;
    {
        let backup = Backup::new(from, &mut to)?;
        for number in 1_u32.. {
            if number.is_multiple_of(STEPS_PER_SYNC) {
                synced.sync_data()?;
            }
            let step = backup.step(STEP_PAGES)?;
            let pages = backup.progress();
            let bytes = |pages: i32| i64::from(pages) as u64 * page as u64;
            let (total, left) = (bytes(pages.pagecount), bytes(pages.remaining));
            progress(Progress { file, done: total - left, total });
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Nobody else knows the copy, and the original is held.
                _ => return Err("another program uses the copy that is being made".into()),
            }
        }
    }
    // The copied pages say that there is a write-ahead log.
    to.pragma_update(None, "journal_mode", "delete")?;
    Ok(to.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use domain::{
        Decisions, Journal, Mirror, Outbox, Projection,
        contract::sample::{action, clock, event},
    };
    use tempfile::TempDir;

    use super::*;
    use crate::Sqlite;

    /// A data folder of a hub that has stopped, with three events, each decided to one action.
    async fn stopped() -> TempDir {
        let folder = TempDir::new().unwrap();
        let store = Sqlite::open(folder.path(), clock()).unwrap();
        let (to, mut actions) = (Sequence(3), Vec::new());
        for number in 1..=3 {
            store.append(event(number)).await.unwrap();
            actions.push(action(number, "notion", "a"));
        }
        store.project(Projection { to, ..Projection::default() }).await.unwrap();
        store.decide(Decisions { to, actions, ..Decisions::default() }).await.unwrap();
        folder
    }

    fn change(folder: &Path, file: &str, sql: &str) {
        let connection = Connection::open(folder.join(file)).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    #[tokio::test]
    async fn what_is_decided_between_the_two_moments_is_not_in_the_state() {
        let folder = stopped().await;
        let folder = folder.path();
        let copy = "INSERT INTO journal SELECT 4, randomblob(16), source, origin, organization,
             connection, kind, vendor_type, record, account, webhook_id, occurred_at, received_at,
             journaled_at, body, correlation FROM journal WHERE sequence = 3";
        let mut between = || {
            change(folder, JOURNAL_FILE, copy);
            change(folder, STATE_FILE, "UPDATE cursor SET sequence = 4");
        };
        let facts = Snapshot::begin_around(folder, &mut between).unwrap().facts().unwrap();
        assert_eq!((facts.decided, facts.projected), (Sequence(3), Sequence(3)));
        assert_eq!(facts.journaled, Sequence(4), "the cursors are not beyond the end");
    }

    #[tokio::test]
    async fn an_event_that_goes_between_the_two_moments_is_needed_by_nothing() {
        let folder = stopped().await;
        let folder = folder.path();
        let mut between = || {
            change(folder, STATE_FILE, "UPDATE action SET state = 'done' WHERE sequence = 1");
            change(folder, JOURNAL_FILE, "DELETE FROM journal WHERE sequence = 1");
        };
        let snapshot = Snapshot::begin_around(folder, &mut between).unwrap();
        assert_eq!(missing_events(&snapshot.journal, &snapshot.state).unwrap(), 0);
        assert_eq!(snapshot.facts().unwrap().open_actions, 2);
    }
}
