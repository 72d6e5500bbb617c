//! A backup: copies of a data folder's files from one moment, in a folder with a manifest.
//!
//! It is made under another name and renamed when all of it is on the disk, so a folder that has the
//! name is whole. The master keys are never part of it: whoever gets a backup must not get the
//! credentials in it.

mod manifest;
mod snapshot;

use std::{
    fs::{DirBuilder, File},
    io::{self, Read},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;

pub use self::manifest::Manifest;
pub(super) use self::manifest::{FORMAT, ManifestFile};
use self::snapshot::Snapshot;
use super::{OpenError, check_finished};

/// How far a copy has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The file that is copied.
    pub file: &'static str,
    /// How many bytes of it are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// Copies a data folder, also while a hub runs on it. `progress` is called after each MiB, on the
/// thread that copies: whoever rests in it leaves the disk and the processor to the hub.
///
/// # Errors
/// Where there is no data folder, where `to` is there already, or where a disk refuses. Nothing is left
/// that looks like a backup.
pub fn back_up(
    folder: &Path,
    to: &Path,
    (program, now): (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, BackupError> {
    check_finished(folder)?;
    let partial = partial(to)?;
    let made = write(folder, &partial, (program, now), progress).and_then(|manifest| {
        std::fs::rename(&partial, to).map_err(|source| BackupError::at(to, source))?;
        sync(parent(to))?;
        Ok(manifest)
    });
    if made.is_err() {
        // What cannot be removed has a name that no restore takes.
        let _ = std::fs::remove_dir_all(&partial);
    }
    made
}

fn write(
    folder: &Path,
    partial: &Path,
    (program, now): (&str, Timestamp),
    progress: &mut dyn FnMut(Progress),
) -> Result<Manifest, BackupError> {
    let leftover = std::fs::remove_dir_all(partial);
    match leftover {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(BackupError::at(partial, source));
        }
        Ok(()) | Err(_) => {}
    }
    // People's data is for the owner only, whatever the caller's umask says.
    let made = DirBuilder::new().mode(0o700).recursive(true).create(partial);
    made.map_err(|source| BackupError::at(partial, source))?;
    let snapshot = Snapshot::begin(folder)?;
    let facts = snapshot.facts()?;
    let mut files = Vec::new();
    for (name, format) in snapshot.copy(partial, progress)? {
        let path = partial.join(name);
        sync(&path)?;
        let (bytes, sha256) = digest(&path, &mut |done, total| {
            progress(Progress { file: name, done, total });
        })?;
        files.push(ManifestFile { name: name.to_owned(), bytes, sha256, format });
    }
    let manifest =
        Manifest { format: FORMAT, program: program.to_owned(), taken_at: now, facts, files };
    manifest.write(partial)?;
    sync(partial)?;
    Ok(manifest)
}

/// Where a backup is made before it has its name: beside it, since a rename stays on one disk.
fn partial(to: &Path) -> Result<PathBuf, BackupError> {
    let occupied = || BackupError::Occupied { path: to.to_owned() };
    let name = to.file_name().ok_or_else(occupied)?.to_string_lossy();
    let empty = std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    if to.symlink_metadata().is_ok() && !empty {
        return Err(occupied());
    }
    let parent = parent(to);
    std::fs::create_dir_all(parent).map_err(|source| BackupError::at(parent, source))?;
    Ok(parent.join(format!(".{name}.partial")))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Waits until a file or folder is on the disk.
pub(super) fn sync(path: &Path) -> Result<(), BackupError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| BackupError::at(path, source))
}

/// The length and the SHA-256 of a file. `progress` is told how many bytes are done, and of how many.
fn digest(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(u64, String), BackupError> {
    let refused = |source| BackupError::at(path, source);
    let mut file = File::open(path).map_err(refused)?;
    let total = file.metadata().map_err(refused)?.len();
    let mut digest = Digest::new();
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        match file.read(&mut buffer).map_err(refused)? {
            0 => return Ok(digest.finish()),
            read => digest.add(&buffer[..read]),
        }
        progress(digest.bytes, total);
    }
}

/// The digest of what was read so far.
pub(super) struct Digest {
    context: Context,
    bytes: u64,
}

impl Digest {
    pub(super) fn new() -> Self {
        Self { context: Context::new(&SHA256), bytes: 0 }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.context.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// The number of bytes, and their SHA-256 in hexadecimal digits.
    pub(super) fn finish(self) -> (u64, String) {
        let hash = self.context.finish();
        (self.bytes, hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Why a backup cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The data folder cannot be read, or the new one cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something is there already.
    #[error("{} is there already; name a folder that is not, so that no backup is overwritten", path.display())]
    Occupied {
        /// The path.
        path: PathBuf,
    },
    /// The folder is no backup, or not a whole one.
    #[error("{} is not a whole backup: {problem}; use another backup", path.display())]
    Broken {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A newer program made the backup.
    #[error(
        "the backup {} has format {found} and this program knows up to {FORMAT}; use the newer program",
        path.display()
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// There are data in the new folder.
    #[error(
        "{} holds a hub's data, which a restore would replace; name an empty or a new folder with \
         --data-dir",
        folder.display()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// SQLite or the file system refused.
    #[error("use {}; check its permissions and the space on its disk", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What was said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BackupError {
    pub(super) fn at(
        path: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Refused { path: path.to_owned(), source: source.into() }
    }

    pub(super) fn broken(path: &Path, problem: impl Into<String>) -> Self {
        Self::Broken { path: path.to_owned(), problem: problem.into() }
    }
}

#[cfg(test)]
mod tests;
