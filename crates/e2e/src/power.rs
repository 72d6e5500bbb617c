//! Simulated power cuts: from a recording of what a hub wrote, the disks that a cut could leave.
//!
//! What was synced is on the disk. Of what was written since, a cut leaves what [`Leaves`] says. The
//! making of a file is taken as durable, and bits do not rot.

mod disk;
mod finding;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

pub use self::{
    disk::{Disk, Leaves},
    finding::{Report, cut_everywhere},
};

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
    /// The hub called a vendor about these events.
    Call(Vec<String>),
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
            b'a' => Step::Promise(named(data).pop().context("an answer without an event")?),
            b'c' => Step::Call(named(data)),
            other => anyhow::bail!("a note of kind {other}"),
        });
        rest = tail;
    }
    Ok(steps)
}

/// The ids of events in what left on a socket, the first one last.
fn named(told: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(told);
    let id = |at: usize| {
        let hex = text[at + 4..].chars().take_while(char::is_ascii_alphanumeric);
        format!("evt_{}", hex.collect::<String>())
    };
    text.rmatch_indices("evt_").map(|(at, _)| id(at)).collect()
}
