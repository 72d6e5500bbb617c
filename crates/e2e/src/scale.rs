//! A mirror of many contacts and messages, made up, and how long it takes to read it.
//!
//! The rows go in through the store's own door, as a first load brings them, so that whatever follows
//! a row (indexes, tags, words) is there and has cost what it costs. What comes in as events do is
//! measured beside a small mirror, turn by turn, so that whatever else the machine does meets both.

mod cost;
mod live;
mod maker;
mod questions;
mod segments;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use domain::{Entity, Mirror};
use jiff::Timestamp;
use store::Sqlite;

use self::maker::{BEGIN, Maker};
pub use self::{cost::Cost, live::Live};

/// What the small mirror has, beside which the full one is measured.
const SMALL: (usize, usize) = (2_000, 10_000);

/// How many turns each of the two mirrors gets.
const TURNS: usize = 5;

/// What to fill a mirror with.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many contacts.
    pub contacts: usize,
    /// How many messages.
    pub messages: usize,
    /// What all values follow from.
    pub seed: u64,
}

/// A question and how long its answer took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What was asked.
    pub name: String,
    /// The times, in order.
    pub times: Vec<Duration>,
    /// How much was found.
    pub found: usize,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// How many rows went in; none where the folder had them.
    pub rows: usize,
    /// How long that took.
    pub filled_in: Duration,
    /// What came into the small mirror and into the full one.
    pub live: (Live, Live),
    /// How many rows the full mirror has for its size on the disk.
    pub full_rows: usize,
    /// How many bytes the state has on the disk.
    pub bytes: u64,
    /// What was asked.
    pub taken: Vec<Taken>,
}

impl Taken {
    /// The time within which this part of the answers came.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
    }
}

/// Fills a mirror below a folder and measures it. One that a former run filled there is taken as it is.
///
/// # Errors
/// Where the store fails.
pub async fn measure(folder: &Path, size: Size, tell: impl Fn(&str)) -> Result<Figures> {
    let (contacts, messages) = SMALL;
    let mut small = Maker::new(Size { contacts, messages, ..size });
    let small_store = filled(&folder.join("small"), &mut small, |_| {}).await?;
    let mut maker = Maker::new(size);
    let full = folder.join("full");
    let begun = Instant::now();
    drop(filled(&full, &mut maker, &tell).await?);
    let filled_in = begun.elapsed();
    let bytes = size_of(&full)?;
    tell("filled; asking");
    let store = open(&full)?;
    let mut taken = maker.gets(&store).await?;
    taken.extend(maker.searches(&store).await?);
    taken.extend(segments::ask(&store).await?);
    tell("asked; taking in what comes");
    let mut live = (Live::default(), Live::default());
    for _ in 0..TURNS {
        live.0.add(live::take_in(&mut small, &small_store).await?);
        live.1.add(live::take_in(&mut maker, &store).await?);
    }
    let full_rows = size.contacts + size.messages;
    Ok(Figures { rows: maker.rows_put(), filled_in, live, full_rows, bytes, taken })
}

/// The mirror in a folder, filled where it is not.
async fn filled(folder: &Path, maker: &mut Maker, tell: impl Fn(&str)) -> Result<Sqlite> {
    let store = open(folder)?;
    let counts = store.record_counts().await?;
    let is_there = counts.get(&Entity::Contact).is_some_and(|count| *count > 0);
    maker.fill(&store, is_there, tell).await?;
    Ok(store)
}

fn open(folder: &Path) -> Result<Sqlite> {
    let clock = Arc::new(|| Timestamp::from_microsecond(BEGIN).unwrap_or_default());
    Sqlite::open(folder, clock).context("open the store")
}

fn size_of(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("state.db") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
