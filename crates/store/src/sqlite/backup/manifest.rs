//! The manifest of a backup: what is in it, from when, and what else a restore needs.

use std::{collections::BTreeMap, fs::File, io::Write, path::Path};

use domain::Sequence;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::BackupError;

/// The newest format that this program knows.
pub(in crate::sqlite) const FORMAT: u32 = 1;

/// The manifest's name in the folder.
const FILE: &str = "backup.json";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the backup itself.
    pub format: u32,
    /// The program that made it, with its version.
    pub program: String,
    /// When it was begun: what was acknowledged before is in it.
    pub taken_at: Timestamp,
    /// What its files say.
    #[serde(flatten)]
    pub facts: Facts,
    /// Its files.
    pub files: Vec<ManifestFile>,
}

/// What the files of a backup say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The journal's end.
    pub journaled: Sequence,
    /// How far the mirror reflects it.
    pub projected: Sequence,
    /// How far decisions were taken.
    pub decided: Sequence,
    /// How many actions are not done.
    pub open_actions: u64,
    /// How many credentials each master key wraps. The keys themselves are not in the backup.
    pub master_keys: BTreeMap<String, u64>,
}

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// How many steps its tables have taken.
    pub format: i64,
}

impl Manifest {
    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// Where there is none, where it cannot be read, or where a newer program made it.
    pub fn read(backup: &Path) -> Result<Self, BackupError> {
        let path = backup.join(FILE);
        if !path.exists() {
            return Err(BackupError::broken(backup, format!("there is no {FILE} in it")));
        }
        let text = std::fs::read(&path).map_err(|source| BackupError::at(&path, source))?;
        /// What every format has.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let unreadable = |source: serde_json::Error| {
            let problem = format!("it ends early or was changed (line {})", source.line());
            BackupError::broken(&path, problem)
        };
        let head: Head = serde_json::from_slice(&text).map_err(unreadable)?;
        if head.format > FORMAT {
            return Err(BackupError::Newer { path: backup.to_owned(), found: head.format });
        }
        serde_json::from_slice(&text).map_err(unreadable)
    }

    /// How many bytes its files take.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Writes it, and waits until it is on the disk.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(FILE);
        let refused = |source: std::io::Error| BackupError::at(&path, source);
        let text = serde_json::to_vec_pretty(self).map_err(|e| refused(e.into()))?;
        let mut file = File::create_new(&path).map_err(refused)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(refused)
    }
}
