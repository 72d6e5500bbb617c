//! A disk, step by step, and the disks that a cut could leave of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result};

use super::Step;
use crate::Random;

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// A disk, step by step.
#[derive(Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
    /// The events that were promised so far.
    pub promised: BTreeSet<String>,
    /// The events that a vendor was called about so far, in order.
    pub called: Vec<String>,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Pending>,
    /// It was removed, which is durable when its folder is synced.
    is_removed: bool,
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
    /// Those until some moment, the last one torn.
    Beginning,
    /// Some whole writes, in any order.
    Writes,
    /// Some sectors.
    Sectors,
    /// The length of the file, and some sectors; the others are zeros where the file grew.
    Lengths,
    /// All of them, but not the length: what grew the file is missing.
    Contents,
}

impl Leaves {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Everything,
        Self::Beginning,
        Self::Writes,
        Self::Sectors,
        Self::Lengths,
        Self::Contents,
    ];
}

impl Disk {
    /// Takes one step.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Write(path, offset, data) => {
                self.file(path).pending.push(Pending::Write(*offset, data.clone()));
            }
            Step::Truncate(path, length) => {
                self.file(path).pending.push(Pending::Truncate(*length));
            }
            Step::Sync(path) => self.sync(path),
            Step::Remove(path) => self.file(path).is_removed = true,
            Step::Promise(event) => {
                self.promised.insert(event.clone());
            }
            Step::Call(events) => self.called.extend(events.iter().cloned()),
        }
    }

    /// Of a file, what was written; of a folder, what was removed from it.
    fn sync(&mut self, path: &str) {
        let Some(file) = self.files.get_mut(path) else {
            let is_inside = |file: &str| Path::new(file).parent() == Some(Path::new(path));
            self.files.retain(|name, file| !(file.is_removed && is_inside(name)));
            return;
        };
        for pending in std::mem::take(&mut file.pending) {
            pending.apply(&mut file.durable);
        }
    }

    /// The file at this path; a new one where the old one was removed.
    fn file(&mut self, path: &str) -> &mut File {
        let file = self.files.entry(path.to_owned()).or_default();
        if file.is_removed {
            *file = File::default();
        }
        file
    }

    /// Writes what a cut leaves into `folder`; without a kind, each file draws its own. The
    /// shared-memory index is no part of the disk.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn cut(&self, kind: Option<Leaves>, random: &mut Random, folder: &Path) -> Result<()> {
        for (path, file) in self.files.iter().filter(|(path, _)| !path.ends_with("-shm")) {
            let kind = kind.unwrap_or_else(|| Leaves::ALL[random.below(Leaves::ALL.len())]);
            if let Some(bytes) = file.after(kind, random) {
                let name = Path::new(path).file_name().context("a file without a name")?;
                std::fs::write(folder.join(name), bytes)?;
            }
        }
        Ok(())
    }
}

impl File {
    /// What a cut leaves of it; none where it is gone.
    fn after(&self, kind: Leaves, random: &mut Random) -> Option<Vec<u8>> {
        let is_gone = match kind {
            Leaves::Nothing => false,
            Leaves::Everything => true,
            _ => random.once_in(2),
        };
        if self.is_removed && is_gone {
            return None;
        }
        let mut bytes = self.durable.clone();
        let whole = match kind {
            Leaves::Beginning => random.below(self.pending.len() + 1),
            Leaves::Nothing => 0,
            _ => self.pending.len(),
        };
        let until = |bytes: &[u8]| {
            let mut length = bytes.len();
            self.pending.iter().for_each(|pending| length = pending.length_after(length));
            length
        };
        if kind == Leaves::Lengths {
            bytes.resize(until(&bytes), 0);
        }
        for pending in &self.pending[..whole] {
            match kind {
                Leaves::Writes if random.once_in(2) => {}
                Leaves::Sectors => pending.apply_torn(&mut bytes, random),
                Leaves::Lengths => pending.apply_within(&mut bytes, random),
                _ => pending.apply(&mut bytes),
            }
        }
        match kind {
            Leaves::Contents => bytes.truncate(self.durable.len()),
            Leaves::Beginning => {
                if let Some(torn) = self.pending.get(whole) {
                    torn.apply_torn(&mut bytes, random);
                }
            }
            _ => {}
        }
        Some(bytes)
    }
}

impl Pending {
    fn length_after(&self, length: usize) -> usize {
        match self {
            Self::Write(offset, data) => length.max(offset + data.len()),
            Self::Truncate(length) => *length,
        }
    }

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

    /// Some of its sectors, or a change of length by chance.
    fn apply_torn(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        match self {
            Self::Truncate(_) if random.once_in(2) => self.apply(bytes),
            Self::Truncate(_) => {}
            Self::Write(..) => {
                for sector in self.sectors().filter(|_| random.once_in(2)) {
                    sector.apply(bytes);
                }
            }
        }
    }

    /// Some of its sectors, as far as they lie within the file.
    fn apply_within(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let length = bytes.len();
        for sector in self.sectors().filter(|_| random.once_in(2)) {
            sector.apply(bytes);
        }
        bytes.truncate(length);
    }

    /// A write, sector by sector of the disk; a change of length has none.
    fn sectors(&self) -> impl Iterator<Item = Self> + '_ {
        let (offset, data) = match self {
            Self::Write(offset, data) => (*offset, data.as_slice()),
            Self::Truncate(_) => (0, &[][..]),
        };
        let mut from = 0;
        std::iter::from_fn(move || {
            let to = (((offset + from) / SECTOR + 1) * SECTOR - offset).min(data.len());
            let sector =
                (from < data.len()).then(|| Self::Write(offset + from, data[from..to].to_vec()));
            from = to;
            sector
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "data/file";

    /// Synced with ones, then overwritten with twos from the middle to beyond the end.
    fn disk() -> Disk {
        let mut disk = Disk::default();
        disk.take(&Step::Write(PATH.to_owned(), 0, vec![1; 2 * SECTOR]));
        disk.take(&Step::Sync(PATH.to_owned()));
        disk.take(&Step::Write(PATH.to_owned(), SECTOR, vec![2; 2 * SECTOR]));
        disk
    }

    fn left(kind: Leaves, seed: u64) -> Vec<u8> {
        disk().files[PATH].after(kind, &mut Random::new(seed)).unwrap()
    }

    #[test]
    fn what_was_synced_stays_and_what_was_not_may() {
        let (one, two, zero) = ([1; SECTOR], [2; SECTOR], [0; SECTOR]);
        assert_eq!(left(Leaves::Nothing, 1), [one, one].concat());
        assert_eq!(left(Leaves::Everything, 1), [one, two, two].concat());
        assert_eq!(left(Leaves::Contents, 1), [one, two].concat());
        let seen = |kind| (0..200).map(|seed| left(kind, seed)).collect::<BTreeSet<_>>();
        let torn = BTreeSet::from([
            [one, one].concat(),
            [one, two].concat(),
            [one, one, two].concat(),
            [one, two, two].concat(),
        ]);
        // A torn write beyond the end leaves no gap before it: the ones are the old content.
        assert_eq!(seen(Leaves::Sectors), torn);
        assert_eq!(seen(Leaves::Beginning), torn);
        assert_eq!(seen(Leaves::Writes), [[one, one].concat(), [one, two, two].concat()].into());
        let lengths: BTreeSet<_> =
            [[one, one, zero], [one, two, zero], [one, one, two], [one, two, two]]
                .into_iter()
                .map(|sectors| sectors.concat())
                .collect();
        assert_eq!(seen(Leaves::Lengths), lengths);
    }

    #[test]
    fn a_removed_file_may_come_back_and_a_new_one_begins_empty() {
        let mut disk = disk();
        disk.take(&Step::Remove(PATH.to_owned()));
        let mut random = Random::new(1);
        assert!(disk.files[PATH].after(Leaves::Everything, &mut random).is_none());
        assert!(disk.files[PATH].after(Leaves::Nothing, &mut random).is_some());
        disk.take(&Step::Write(PATH.to_owned(), 0, vec![3]));
        assert_eq!(disk.files[PATH].after(Leaves::Nothing, &mut random), Some(Vec::new()));
        assert_eq!(disk.files[PATH].after(Leaves::Everything, &mut random), Some(vec![3]));
        disk.take(&Step::Remove(PATH.to_owned()));
        disk.take(&Step::Sync("data".to_owned()));
        assert!(disk.files.is_empty(), "the folder was synced");
    }
}
