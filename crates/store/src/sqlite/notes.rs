//! What each stage is about to handle, in a small file that outlives the process and no power cut.
//!
//! The file is written before each stretch and never synced, so it is kept apart from the database,
//! whose every commit is. Each stop has a record of fixed size; one that does not add up is none.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{Sequence, Stop};

/// How many places a record has: those of a whole stretch.
const PLACES: usize = 512;

/// A check of what follows, the tries, the number of places, and the places.
const RECORD: usize = 8 * (3 + PLACES);

/// Where the check of an empty record begins, so that it is not zero.
const SALT: u64 = 0x6869_6768_7769_7265;

/// The file.
pub(super) struct Notes(Mutex<File>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Note {
    tries: u64,
    places: Vec<Sequence>,
}

impl Notes {
    /// Opens the file, making it where it is missing.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Self(Mutex::new(file)))
    }

    /// Notes that a stop is about to handle what is at these places, and returns how often it has
    /// begun there. Takes microseconds, since nothing waits for the disk.
    pub(super) fn begin(&self, stop: Stop, places: &[Sequence]) -> io::Result<u32> {
        let mut file = self.lock();
        let known = read(&mut file, stop)?;
        let again = !places.is_empty() && known.places.first() == places.first();
        let tries = if again { known.tries + 1 } else { 1 };
        let places = places[..places.len().min(PLACES)].to_vec();
        file.seek(place(stop))?;
        file.write_all(&Note { tries, places }.record())?;
        Ok(u32::try_from(tries).unwrap_or(u32::MAX))
    }

    /// What a stop noted last; nothing where its record does not add up.
    pub(super) fn begun(&self, stop: Stop) -> io::Result<Vec<Sequence>> {
        Ok(read(&mut self.lock(), stop)?.places)
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(stop: Stop) -> SeekFrom {
    SeekFrom::Start(stop as u64 * RECORD as u64)
}

fn read(file: &mut File, stop: Stop) -> io::Result<Note> {
    file.seek(place(stop))?;
    let mut record = Vec::with_capacity(RECORD);
    file.take(RECORD as u64).read_to_end(&mut record)?;
    Ok(Note::read(&record).unwrap_or_default())
}

impl Note {
    /// Reads a record; the file may end inside of the last one.
    fn read(record: &[u8]) -> Option<Self> {
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let mut numbers = record.as_chunks::<8>().0.iter().map(number);
        let (found, tries, count) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let count = usize::try_from(count).ok().filter(|count| *count <= PLACES)?;
        let places: Vec<_> = numbers.take(count).map(Sequence).collect();
        let note = Self { tries, places };
        (note.places.len() == count && found == note.check()).then_some(note)
    }

    fn record(&self) -> Vec<u8> {
        let head = [self.check(), self.tries, self.places.len() as u64];
        let places = self.places.iter().map(|place| place.0);
        head.into_iter().chain(places).flat_map(u64::to_le_bytes).collect()
    }

    fn check(&self) -> u64 {
        let numbers = self.places.iter().map(|place| place.0);
        let mix = |sum: u64, number: u64| (sum.rotate_left(7) ^ number).wrapping_mul(SALT | 1);
        [self.tries, self.places.len() as u64].into_iter().chain(numbers).fold(SALT, mix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_outlives_its_process_and_a_broken_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        let places = [Sequence(3), Sequence(9)];
        let begin = || Notes::open(&path).unwrap().begin(Stop::Decide, &places).unwrap();
        let begun = || Notes::open(&path).unwrap().begun(Stop::Decide).unwrap();
        assert_eq!((begin(), begin(), begin()), (1, 2, 3));
        assert_eq!(begun(), places);
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!((begun(), begin()), (vec![], 1));
        std::fs::write(&path, "short").unwrap();
        assert_eq!((begun(), begin()), (vec![], 1));
    }
}
