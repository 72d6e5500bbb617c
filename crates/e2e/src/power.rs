//! Simulated power cuts: from a recording of what a hub wrote, the disks that a cut could leave.
//!
//! What was synced is on the disk. Of what was written since, a cut leaves nothing, all, some whole
//! writes, or some sectors. The making of a file is taken as durable, and bits do not rot.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::Random;

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// One step of a recording.
#[derive(Clone, Debug)]
pub enum Step {
    /// Bytes were written at this place.
    Write(String, usize, Vec<u8>),
    /// The file was cut to this length.
    Truncate(String, usize),
    /// Everything written to the file before is on the disk.
    Sync(String),
    /// The file was removed.
    Remove(String),
    /// The hub promised that this event is kept.
    Promise(String),
}

/// Compiles the recorder into `folder` and returns what has to be preloaded.
///
/// # Errors
/// Where there is no C compiler.
pub fn recorder(folder: &Path) -> Result<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/recorder/recorder.c");
    let library = folder.join("recorder.so");
    let status = std::process::Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .args([source, "-ldl", "-lpthread"])
        .status()
        .context("run the C compiler `cc`; install one")?;
    ensure!(status.success(), "the recorder does not compile");
    Ok(library)
}

/// Reads a recording. A last note that was cut off when the process was killed is left out.
///
/// # Errors
/// Where it is not a recording.
pub fn read(log: &Path) -> Result<Vec<Step>> {
    let bytes = std::fs::read(log)?;
    let (mut steps, mut rest) = (Vec::new(), bytes.as_slice());
    while let Some((head, tail)) = rest.split_at_checked(17) {
        let number = |from: usize| {
            u32::from_ne_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]])
        };
        let (path_length, length) = (number(9) as usize, number(13) as usize);
        let mut offset = [0; 8];
        offset.copy_from_slice(&head[1..9]);
        let offset = u64::from_ne_bytes(offset) as usize;
        let Some((path, tail)) = tail.split_at_checked(path_length) else { break };
        let Some((data, tail)) = tail.split_at_checked(length) else { break };
        let path = String::from_utf8_lossy(path).into_owned();
        steps.push(match head[0] {
            b'w' => Step::Write(path, offset, data.to_vec()),
            b't' => Step::Truncate(path, offset),
            b's' => Step::Sync(path),
            b'r' => Step::Remove(path),
            b'a' => Step::Promise(promised(data).context("an answer without an event")?),
            other => anyhow::bail!("a note of kind {other}"),
        });
        rest = tail;
    }
    Ok(steps)
}

fn promised(answer: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(answer);
    let (_, rest) = text.split_once("\"event\":\"")?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// A disk, step by step.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
    /// The events that were promised so far.
    pub promised: BTreeSet<String>,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

enum Pending {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

/// What a cut leaves of the writes since the last sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// None of them.
    Nothing,
    /// All of them.
    Everything,
    /// Some whole writes.
    Writes,
    /// Some sectors.
    Sectors,
}

impl Disk {
    /// Takes one step. With `syncs` off, syncs of the write-ahead logs are ignored: a disk, or a
    /// setting, that does not keep its word.
    pub fn take(&mut self, step: &Step, syncs: bool) {
        match step {
            Step::Write(path, offset, data) => {
                self.file(path).pending.push(Pending::Write(*offset, data.clone()));
            }
            Step::Truncate(path, length) => {
                self.file(path).pending.push(Pending::Truncate(*length))
            }
            Step::Sync(path) if syncs || !path.ends_with("-wal") => {
                let file = self.file(path);
                for pending in std::mem::take(&mut file.pending) {
                    pending.apply(&mut file.durable);
                }
            }
            Step::Sync(_) => {}
            Step::Remove(path) => {
                self.files.remove(path);
            }
            Step::Promise(event) => {
                self.promised.insert(event.clone());
            }
        }
    }

    fn file(&mut self, path: &str) -> &mut File {
        self.files.entry(path.to_owned()).or_default()
    }

    /// Writes what a cut leaves into `folder`. The shared-memory index is no part of the disk.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn cut(&self, leaves: Leaves, random: &mut Random, folder: &Path) -> Result<()> {
        for (path, file) in self.files.iter().filter(|(path, _)| !path.ends_with("-shm")) {
            let mut bytes = file.durable.clone();
            for pending in &file.pending {
                match leaves {
                    Leaves::Nothing => {}
                    Leaves::Everything => pending.apply(&mut bytes),
                    Leaves::Writes if random.once_in(2) => pending.apply(&mut bytes),
                    Leaves::Writes => {}
                    Leaves::Sectors => pending.apply_torn(&mut bytes, random),
                }
            }
            let name = Path::new(path).file_name().context("a file without a name")?;
            std::fs::write(folder.join(name), bytes)?;
        }
        Ok(())
    }
}

impl Pending {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, data) => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(data);
            }
            Self::Truncate(length) => bytes.resize(*length, 0),
        }
    }

    fn apply_torn(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        match self {
            Self::Truncate(_) if random.once_in(2) => self.apply(bytes),
            Self::Truncate(_) => {}
            Self::Write(offset, data) => {
                let mut from = 0;
                while from < data.len() {
                    let to = (((offset + from) / SECTOR + 1) * SECTOR - offset).min(data.len());
                    if random.once_in(2) {
                        Self::Write(offset + from, data[from..to].to_vec()).apply(bytes);
                    }
                    from = to;
                }
            }
        }
    }
}
