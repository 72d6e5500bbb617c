//! A restore: puts the files of a backup into a new data folder, from which a hub takes up.
//!
//! A file in the folder says that the restore is not finished; while it is there, nothing opens the
//! folder but another restore. It goes last, when everything is checked and on the disk.

use std::{
    fs::{DirBuilder, File},
    io::{Read, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{
    BUDGETS_FILE, BackupError, JOURNAL_FILE, Manifest, OpenError, Progress, STATE_FILE,
    UNFINISHED_FILE,
    backup::{Digest, ManifestFile, sync},
    connection::{self, Mode},
    lock, mirror, outbox, schema,
};

/// The files without which there is nothing to restore.
const NEEDED: [&str; 2] = [JOURNAL_FILE, STATE_FILE];

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// How many actions are not done, and will be looked up before they are.
    pub open_actions: u64,
}

/// Puts a backup into a data folder that holds no hub's data, and checks it there.
///
/// # Errors
/// Where the backup is not whole, the folder is in use, or a disk refuses. The folder is left as it
/// was found.
pub fn restore(
    backup: &Path,
    folder: &Path,
    now: Timestamp,
    progress: &mut dyn FnMut(Progress),
) -> Result<Restored, BackupError> {
    let manifest = Manifest::read(backup)?;
    check_names(backup, &manifest)?;
    // Only its owner needs to see into the folder.
    let made = DirBuilder::new().mode(0o700).recursive(true).create(folder);
    made.map_err(|source| BackupError::at(folder, source))?;
    let _lock = lock(folder)?;
    let unfinished = folder.join(UNFINISHED_FILE);
    if unfinished.exists() {
        clear(folder)?;
    } else if files_of(&NEEDED).any(|file| folder.join(file).exists()) {
        return Err(BackupError::InUse { folder: folder.to_owned() });
    }
    File::create(&unfinished).map_err(|source| BackupError::at(&unfinished, source))?;
    sync(folder)?;
    let restored = fill(backup, folder, &manifest, progress).and_then(|()| prepare(folder, now));
    match restored {
        Ok(open_actions) => {
            remove(&unfinished)?;
            sync(folder)?;
            Ok(Restored { manifest, open_actions })
        }
        Err(error) => {
            clear(folder)?;
            remove(&unfinished)?;
            Err(error)
        }
    }
}

/// A manifest names files of a data folder and nothing else: not what lies outside of it.
fn check_names(backup: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let has = |name: &str| manifest.files.iter().any(|file| file.name == name);
    if let Some(missing) = NEEDED.into_iter().find(|name| !has(name)) {
        return Err(BackupError::broken(backup, format!("its manifest names no {missing}")));
    }
    let unknown = manifest.files.iter().find(|file| known(&file.name).is_none());
    match unknown {
        Some(file) => {
            let problem = format!("its manifest names {:?}, which is no file of a hub", file.name);
            Err(BackupError::broken(backup, problem))
        }
        None => Ok(()),
    }
}

fn known(name: &str) -> Option<&'static str> {
    [JOURNAL_FILE, STATE_FILE, BUDGETS_FILE].into_iter().find(|known| *known == name)
}

/// Removes what a restore that was cut off has written.
fn clear(folder: &Path) -> Result<(), BackupError> {
    files_of(&NEEDED).try_for_each(|file| remove(&folder.join(file)))?;
    sync(folder)
}

/// Databases with the files that SQLite keeps beside them: the log of another database would be taken
/// for the restored one's.
fn files_of(databases: &[&'static str]) -> impl Iterator<Item = String> {
    let suffixes = ["", "-wal", "-shm", "-journal"];
    databases.iter().flat_map(move |file| suffixes.map(|suffix| format!("{file}{suffix}")))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(BackupError::at(path, source))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn fill(
    backup: &Path,
    folder: &Path,
    manifest: &Manifest,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), BackupError> {
    for file in &manifest.files {
        let Some(name) = known(&file.name) else { continue };
        let to = folder.join(name);
        if name == BUDGETS_FILE && to.exists() {
            // What calls have spent since the backup counts for more.
            continue;
        }
        files_of(&[name]).try_for_each(|file| remove(&folder.join(file)))?;
        copy(&backup.join(name), &to, (name, file), progress)?;
    }
    Ok(())
}

/// Copies a file, and checks the bytes that were written and not others.
fn copy(
    from: &Path,
    to: &Path,
    (name, expected): (&'static str, &ManifestFile),
    progress: &mut dyn FnMut(Progress),
) -> Result<(), BackupError> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(BackupError::broken(from, "the file is missing"));
        }
        Err(error) => return Err(BackupError::at(from, error)),
    };
    let refused = |source: std::io::Error| BackupError::at(to, source);
    let mut target = File::create(to).map_err(refused)?;
    let (mut digest, mut buffer, mut done) = (Digest::new(), vec![0; 1024 * 1024], 0);
    loop {
        let read = source.read(&mut buffer).map_err(|source| BackupError::at(from, source))?;
        if read == 0 {
            break;
        }
        digest.add(&buffer[..read]);
        target.write_all(&buffer[..read]).map_err(refused)?;
        done += read as u64;
        progress(Progress { file: name, done, total: expected.bytes });
    }
    target.sync_all().map_err(refused)?;
    match digest.finish() {
        (bytes, _) if bytes < expected.bytes => {
            let missing = expected.bytes - bytes;
            Err(BackupError::broken(from, format!("{missing} bytes are missing at its end")))
        }
        (bytes, sha256) if bytes != expected.bytes || sha256 != expected.sha256 => {
            let problem = "its bytes are not those that the manifest has the SHA-256 of";
            Err(BackupError::broken(from, problem))
        }
        _ => Ok(()),
    }
}

/// Checks what was copied, brings it to this program's format, and marks it as restored. Returns how
/// many actions are open.
fn prepare(folder: &Path, now: Timestamp) -> Result<u64, BackupError> {
    let (journal, state) = (folder.join(JOURNAL_FILE), folder.join(STATE_FILE));
    check_whole(&journal)?;
    check_whole(&state)?;
    let journal = open(journal, Mode::Write(&schema::JOURNAL))?;
    let mut state = open(state, Mode::Write(&schema::STATE))?;
    check_pair(folder, &journal.connection, &state.connection)?;
    let marked = mark(&mut state.connection, now);
    let open_actions = marked.map_err(|source| BackupError::at(&state.path, source))?;
    for file in [journal, state] {
        file.close()?;
    }
    Ok(open_actions)
}

fn check_whole(path: &Path) -> Result<(), BackupError> {
    let check = || {
        let access = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(path, access)?;
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0))
    };
    match check() {
        Ok(said) if said == "ok" => Ok(()),
        Ok(said) => {
            let problem = said.lines().next().unwrap_or("it is damaged").to_owned();
            Err(BackupError::broken(path, problem))
        }
        Err(source) => Err(BackupError::broken(path, source.to_string())),
    }
}

/// The cursors of a state may not be beyond the end of its journal: what comes next would be skipped.
fn check_pair(folder: &Path, journal: &Connection, state: &Connection) -> Result<(), BackupError> {
    let read = || {
        let last = "SELECT coalesce(max(sequence), 0) FROM journal";
        let last: i64 = journal.query_row(last, [], |row| row.get(0))?;
        let projected = mirror::cursor(state, mirror::STAGE)?;
        let decided = mirror::cursor(state, outbox::STAGE)?;
        Ok((last as u64, projected.0.max(decided.0)))
    };
    match read().map_err(|source: rusqlite::Error| BackupError::at(folder, source))? {
        (last, cursor) if cursor > last => {
            let problem = format!("its state is at {cursor} of a journal that ends at {last}");
            Err(BackupError::broken(folder, problem))
        }
        _ => Ok(()),
    }
}

fn mark(state: &mut Connection, now: Timestamp) -> rusqlite::Result<u64> {
    let transaction = state.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let marked = outbox::mark_restored(&transaction, now)?;
    transaction.commit()?;
    Ok(marked)
}

/// A restored file that is open.
struct Restoring {
    path: PathBuf,
    connection: Connection,
}

fn open(path: PathBuf, mode: Mode) -> Result<Restoring, OpenError> {
    let connection = connection::open(&path, mode)?;
    Ok(Restoring { path, connection })
}

impl Restoring {
    /// Makes a file anew that was made without the setting that lets it shrink, and closes it: what is
    /// in its log is moved into it then.
    fn close(self) -> Result<(), BackupError> {
        let Self { path, connection } = self;
        let finish = || {
            let setting: i64 =
                connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
            match setting {
                0 => connection.execute_batch("PRAGMA auto_vacuum = incremental; VACUUM;"),
                _ => Ok(()),
            }
        };
        finish().map_err(|source: rusqlite::Error| BackupError::at(&path, source))?;
        connection.close().map_err(|(_, source)| BackupError::at(&path, source))?;
        sync(&path)
    }
}
