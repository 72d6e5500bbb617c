//! Opens the data folder: one process writes, any number read.

mod api_keys;
mod audit;
mod backup;
mod budgets;
mod change_sets;
mod connection;
mod connections;
mod consents;
mod credentials;
mod cut_off;
mod damage;
mod journal;
mod lanes;
mod leases;
mod links;
mod log;
mod members;
mod mirror;
mod notes;
mod notifications;
mod organizations;
mod outbox;
mod parked;
mod profiles;
mod quarantine;
mod queries;
mod recent;
mod repeatable_requests;
mod replays;
mod restore;
mod retention;
mod row;
mod schema;
mod subscriptions;
mod sync_runs;
mod watermarks;
mod worker;
mod writer;

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use domain::{Clock, StorageError};
use tokio::sync::Semaphore;

pub use self::{
    backup::{BackupError, Manifest, Progress, back_up},
    budgets::SqliteBudgets,
    cut_off::{Commit, CutOff},
    restore::{Restored, restore},
};
use self::{
    connection::Mode, cut_off::Power, log::Log, notes::Notes, recent::Recent, worker::Worker,
    writer::JournalWriter,
};

/// The journal's file in the data folder.
const JOURNAL_FILE: &str = "journal.db";
/// The file of mirror, outbox, credentials and their owners in the data folder.
const STATE_FILE: &str = "state.db";
/// The file of the budgets in the data folder.
const BUDGETS_FILE: &str = "budgets.db";
/// The file that stands in a data folder while a backup is put into it.
const UNFINISHED_FILE: &str = "restore.unfinished";
/// The file of what each stage is about to handle, in the data folder.
const NOTES_FILE: &str = "stages.notes";
/// The file whose lock says that a hub runs on the data folder.
const LOCK_FILE: &str = "highwire.lock";

/// The pause between two checkpoints of the state. Nobody waits for its commits as for those of the
/// journal, and a longer pause moves the pages that many commits touch less often.
const STATE_CHECKPOINT_PAUSE: Duration = Duration::from_secs(1);

/// A data folder. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

/// In the order in which they are dropped: writers first, the lock last.
struct Shared {
    writer: Option<JournalWriter>,
    recent: Arc<Recent>,
    journal: Worker,
    /// Reads the journal for retention, whose long looks nobody else waits for.
    survey: Worker,
    state: Worker,
    /// The turns of queries, which have connections of their own.
    queries: Arc<Semaphore>,
    folder: PathBuf,
    /// Only a hub has stages.
    notes: Option<Notes>,
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens a data folder for a hub, making it where it is missing.
    ///
    /// # Errors
    /// Where another hub runs on it, where its files are damaged or newer than this program, or
    /// where the disk refuses.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_to_write(folder, (clock, Power::default()), Mode::Write)
    }

    /// Opens a data folder as [`Self::open`] does, but with commits that do not wait for the disk
    /// (`synchronous=NORMAL`), so that a power cut loses events which were acknowledged. Only the
    /// trial of power cuts may call it, to see that it finds them; clippy refuses every other call.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_unsynced(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_to_write(folder, (clock, Power::default()), Mode::WriteUnsynced)
    }

    /// Opens a data folder as [`Self::open`] does, to be cut off at a commit: from there on everything
    /// fails, as if the process had ended. Only the trial of crashes may call it; clippy refuses every
    /// other call.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_to_be_cut_off(
        folder: &Path,
        clock: Arc<dyn Clock>,
        plan: Arc<dyn CutOff>,
    ) -> Result<Self, OpenError> {
        Self::open_to_write(folder, (clock, Power::until(plan)), Mode::Write)
    }

    fn open_to_write(
        folder: &Path,
        (clock, power): (Arc<dyn Clock>, Power),
        mode: fn(&'static schema::Schema) -> Mode,
    ) -> Result<Self, OpenError> {
        make(folder).map_err(|source| OpenError::at(folder, source))?;
        let lock = lock(folder)?;
        check_finished(folder)?;
        let journal = folder.join(JOURNAL_FILE);
        let state = folder.join(STATE_FILE);
        let write_journal = connection::open(&journal, mode(&schema::JOURNAL))?;
        let checkpoint = connection::open(&journal, Mode::Checkpoint)?;
        let write_state = connection::open(&state, mode(&schema::STATE))?;
        let checkpoint_state = connection::open(&state, Mode::Checkpoint)?;
        let state_log = Log::new(STATE_CHECKPOINT_PAUSE);
        let path = folder.join(NOTES_FILE);
        let notes = Notes::open(&path).map_err(|source| OpenError::at(&path, source))?;
        let recent = Arc::<Recent>::default();
        let connections = writer::Connections { write: write_journal, checkpoint };
        let shared = Shared {
            writer: Some(JournalWriter::start(
                connections,
                (clock, power.clone()),
                Arc::clone(&recent),
            )),
            recent,
            queries: queries::turns(),
            journal: Worker::start(
                "journal-reader",
                connection::open(&journal, Mode::Read)?,
                power.clone(),
            ),
            survey: Worker::start(
                "journal-survey",
                connection::open(&journal, Mode::Read)?,
                power.clone(),
            ),
            state: Worker::start_to_write(
                "state",
                (write_state, checkpoint_state),
                (state_log, power),
            ),
            folder: folder.to_owned(),
            notes: Some(notes),
            _lock: Some(lock),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Whether a hub runs on a data folder, at this moment.
    #[must_use]
    pub fn is_held(folder: &Path) -> bool {
        // A shared lock is let go of at once: a hub that starts at this very moment is told that
        // another runs, as it is while any other command looks.
        let file = File::open(folder.join(LOCK_FILE));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Opens a data folder to look at it, also while a hub runs on it. Every write is refused.
    ///
    /// # Errors
    /// Where there is no data folder, or its files cannot be read.
    pub fn open_to_read(folder: &Path) -> Result<Self, OpenError> {
        Self::open_present(folder, Mode::Read)
    }

    /// Opens a data folder for short changes of its state, also while a hub runs on it. Nothing can
    /// be added to the journal, and the files keep the format that they have.
    ///
    /// # Errors
    /// Where there is no data folder, or the format of its state is older or newer than this
    /// program's.
    pub fn open_beside(folder: &Path) -> Result<Self, OpenError> {
        Self::open_present(folder, Mode::WriteBeside(&schema::STATE))
    }

    fn open_present(folder: &Path, state: Mode) -> Result<Self, OpenError> {
        check_finished(folder)?;
        let open = |file: &str, mode: Mode| {
            let path = folder.join(file);
            match path.exists() {
                true => connection::open(&path, mode),
                false => Err(OpenError::Absent { folder: folder.to_owned() }),
            }
        };
        let shared = Shared {
            writer: None,
            recent: Arc::default(),
            queries: queries::turns(),
            journal: Worker::start(
                "journal-reader",
                open(JOURNAL_FILE, Mode::Read)?,
                Power::default(),
            ),
            survey: Worker::start(
                "journal-survey",
                open(JOURNAL_FILE, Mode::Read)?,
                Power::default(),
            ),
            state: Worker::start("state-beside", open(STATE_FILE, state)?, Power::default()),
            folder: folder.to_owned(),
            notes: None,
            _lock: None,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Who writes the journal's file; only a hub has one.
    fn writer(&self) -> Result<&JournalWriter, StorageError> {
        self.shared.writer.as_ref().ok_or_else(|| {
            StorageError::unavailable("write the journal", "the data folder is open beside a hub")
        })
    }
}

/// Makes the data folder for its owner only, since what lies in it is people's data. One that is there
/// keeps the rights that somebody gave it.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Refuses a folder into which a backup was put only in part.
fn check_finished(folder: &Path) -> Result<(), OpenError> {
    match folder.join(UNFINISHED_FILE).exists() {
        true => Err(OpenError::HalfRestored { folder: folder.to_owned() }),
        false => Ok(()),
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| OpenError::at(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(OpenError::at(&path, source)),
    }
}

/// Why a data folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A hub runs on it.
    #[error(
        "another hub runs on the data folder {}; stop it first, take over from it with \
         --take-over, or start this one with another --data-dir",
        folder.display()
    )]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// A restore was cut off in it.
    #[error(
        "a restore into {} was cut off, so its files are not whole; run `highwire restore` with the \
         same backup and folder again",
        folder.display()
    )]
    HalfRestored {
        /// The folder.
        folder: PathBuf,
    },
    /// There is nothing to read.
    #[error(
        "there is no hub's data in {}; name its folder with --data-dir, or start a hub with \
         `highwire up`",
        folder.display()
    )]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer program wrote the file.
    #[error(
        "{} has format {found} and this program knows up to {known}; use the newer \
         program",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// An older program wrote the file.
    #[error(
        "{} has format {found} and this program needs {known}; start the hub once with this \
         program, with `highwire up`",
        path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format that this program has.
        known: i64,
    },
    /// The disk does not keep what is written.
    #[error(
        "{} does not take the setting {setting}, without which an acknowledged event could \
         be lost; move the data folder to a local disk",
        path.display()
    )]
    NotDurable {
        /// The file.
        path: PathBuf,
        /// The setting that SQLite did not take.
        setting: &'static str,
    },
    /// SQLite or the file system refused.
    #[error("open {}; check its permissions and the space on its disk", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What was said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    fn at(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Refused { path: path.to_owned(), source: source.into() }
    }
}

#[cfg(test)]
mod tests;
