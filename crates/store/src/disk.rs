//! The disk below the data folder: how much room is left, and a file that gives some back at the end.
//!
//! A disk that is full stops the writer in the middle of what it took. So the doors close earlier, at
//! the reserve; and where something else fills the disk further, a file of reserved space is given up,
//! so that what is under way can be finished (`facts/engine.md` 5.1).

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    str::FromStr,
};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// The file of reserved space in the data folder.
const FILE: &str = "space.reserve";

/// How much it reserves, in bytes: some commits, and the log that is moved into its file.
const RESERVED: u64 = 64 * 1024 * 1024;

/// How much free space a disk must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many bytes.
    Bytes(u64),
    /// So many hundredths of the whole disk.
    Percent(u8),
}

/// A text that is not a reserve.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a size: write it as \"512 MB\", \"2 GB\", \"5%\" or \"0\"")]
pub struct ReserveError {
    text: String,
}

/// The disk of a data folder.
pub struct Disk {
    folder: PathBuf,
    reserve: Reserve,
    is_low: bool,
}

/// What a look at the disk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that the hub may still write.
    pub free: u64,
    /// Below this many it is too few.
    pub wanted: u64,
    /// Whether it is too few. Once it is, it needs a tenth more than is wanted to be enough again.
    pub is_low: bool,
}

impl Disk {
    /// The disk below `folder`.
    #[must_use]
    pub fn new(folder: &Path, reserve: Reserve) -> Self {
        Self { folder: folder.to_owned(), reserve, is_low: false }
    }

    /// Looks at the disk, and leaves everything as it is.
    ///
    /// # Errors
    /// Where the disk cannot be asked.
    pub fn space(&self) -> io::Result<Space> {
        let disk = statvfs(&self.folder)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let wanted = self.reserve.of(disk.f_blocks.saturating_mul(disk.f_frsize));
        Ok(Space { free, wanted, is_low: is_low(free, wanted, self.is_low) })
    }

    /// Looks at the disk. Where there is plenty of room, it reserves some; where there is next to none,
    /// it gives that back. A reserve of zero switches all of it off.
    ///
    /// # Errors
    /// Where the disk cannot be asked.
    pub fn look(&mut self) -> io::Result<Space> {
        let Space { free, wanted, is_low } = self.space()?;
        if wanted == 0 {
            return Ok(Space { free, wanted, is_low });
        }
        self.is_low = is_low;
        let path = self.folder.join(FILE);
        match (path.exists(), free) {
            (true, free) if free < RESERVED / 2 => {
                std::fs::remove_file(&path)?;
                tracing::error!(
                    free.bytes = free,
                    "the disk is full; its reserved space is given back so that events under way \
                     can be finished: free some space"
                );
            }
            (false, free) if free > wanted.saturating_add(2 * RESERVED) => {
                // Not every file system can; then there is less to give back.
                if let Err(error) = allocate(&path) {
                    tracing::debug!(%error, "no space on disk could be reserved");
                }
            }
            _ => {}
        }
        Ok(Space { free, wanted, is_low: self.is_low })
    }
}

impl Reserve {
    fn of(self, disk: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => disk / 100 * u64::from(percent),
        }
    }
}

impl FromStr for Reserve {
    type Err = ReserveError;

    fn from_str(text: &str) -> Result<Self, ReserveError> {
        let refused = || ReserveError { text: text.to_owned() };
        let digits = text.trim_start().chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = text.trim_start().split_at(digits);
        let number: u64 = number.parse().map_err(|_| refused())?;
        let unit = match unit.trim().to_ascii_lowercase().as_str() {
            "%" if number <= 100 => return Ok(Self::Percent(number as u8)),
            "" | "b" => 1,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "tb" => 1_000_000_000_000,
            _ => return Err(refused()),
        };
        number.checked_mul(unit).map(Self::Bytes).ok_or_else(refused)
    }
}

fn is_low(free: u64, wanted: u64, was_low: bool) -> bool {
    match was_low {
        true => free < wanted.saturating_add(wanted / 10),
        false => free < wanted,
    }
}

/// Reserves the space; a file that got less is removed again.
fn allocate(path: &Path) -> io::Result<()> {
    let file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    let allocated = fallocate(&file, FallocateFlags::empty(), 0, RESERVED);
    if allocated.is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(allocated?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_a_size_or_a_share() {
        let good = [
            ("512 MB", Reserve::Bytes(512_000_000)),
            ("2gb", Reserve::Bytes(2_000_000_000)),
            ("0", Reserve::Bytes(0)),
            (" 5 %", Reserve::Percent(5)),
            ("100%", Reserve::Percent(100)),
        ];
        for (text, reserve) in good {
            assert_eq!(text.parse::<Reserve>().unwrap(), reserve, "{text}");
        }
        for text in ["", "MB", "-1 MB", "1.5 GB", "101%", "5 MiB", "99999999999 TB"] {
            assert!(text.parse::<Reserve>().is_err(), "{text}");
        }
        assert_eq!(Reserve::Percent(5).of(1_000), 50);
    }

    #[test]
    fn too_few_stays_too_few_until_there_is_a_tenth_more() {
        assert!(!is_low(100, 100, false) && is_low(99, 100, false));
        assert!(is_low(109, 100, true) && !is_low(110, 100, true));
    }

    #[test]
    fn a_disk_that_must_be_empty_is_low_and_one_without_a_reserve_never() {
        let folder = tempfile::tempdir().unwrap();
        let low = Disk::new(folder.path(), Reserve::Bytes(u64::MAX)).look().unwrap();
        assert!(low.is_low && low.free > 0, "{low:?}");
        let off = Disk::new(folder.path(), Reserve::Bytes(0)).look().unwrap();
        assert!(!off.is_low, "{off:?}");
        assert!(!folder.path().join(FILE).exists(), "nothing is reserved where it is not wanted");
    }

    #[test]
    fn space_is_reserved_where_there_is_plenty() {
        let folder = tempfile::tempdir().unwrap();
        let space = Disk::new(folder.path(), Reserve::Bytes(1)).look().unwrap();
        let reserved = std::fs::metadata(folder.path().join(FILE)).map(|file| file.len());
        let plenty = space.free > 3 * RESERVED;
        assert_eq!(reserved.ok(), plenty.then_some(RESERVED), "{space:?}");
    }
}
