//! One list of a run: how far it is, and what became of its records.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Entity;

/// One list of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPart {
    /// Its name, such as `contacts`.
    pub name: String,
    /// What it lists.
    pub entity: Entity,
    /// Whether the account's list was never read to its end before: then what it lists is no news.
    pub is_first: bool,
    /// Only what changed since then is listed; none where all of it is.
    pub since: Option<Timestamp>,
    /// How far it is.
    pub step: PartStep,
    /// Where the next page begins, in the listing's own words; none at the beginning.
    pub cursor: Option<String>,
    /// How many records the vendor says there are, where it does.
    pub total: Option<u64>,
    /// When its first page was asked for.
    pub started_at: Option<Timestamp>,
    /// What became of its records so far.
    pub tally: RunTally,
    /// Why it could not be read to its end.
    pub problem: Option<String>,
}

/// How far a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartStep {
    /// Pages are being read.
    Listing,
    /// Every page was read; what was not listed is looked at one by one, to find what is gone.
    Sweeping,
    /// It was read to its end.
    Done,
    /// It cannot be read.
    Failed,
}

impl PartStep {
    /// Whether there is still something to read.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Listing | Self::Sweeping)
    }

    /// The name in stores and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Listing => "listing",
            Self::Sweeping => "sweeping",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What became of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTally {
    /// Calls that were made.
    pub calls: u64,
    /// Records that were listed.
    pub listed: u64,
    /// Records that the mirror did not have.
    pub created: u64,
    /// Records that the mirror had with other values.
    pub updated: u64,
    /// Records that the vendor no longer has.
    pub deleted: u64,
    /// Records that the mirror had as they are.
    pub unchanged: u64,
    /// Records that changed while they were read; what is told of them meanwhile counts more.
    pub skipped: u64,
    /// Records that could not be read.
    pub failed: u64,
}

impl RunTally {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            listed: self.listed + other.listed,
            created: self.created + other.created,
            updated: self.updated + other.updated,
            deleted: self.deleted + other.deleted,
            unchanged: self.unchanged + other.unchanged,
            skipped: self.skipped + other.skipped,
            failed: self.failed + other.failed,
        }
    }

    /// How many snapshots were written.
    #[must_use]
    pub fn written(self) -> u64 {
        self.created + self.updated + self.deleted
    }

    /// How many of a hundred records could be read; 100 where there were none.
    #[must_use]
    pub fn success_percent(self) -> f64 {
        let tried = self.listed + self.failed;
        if tried == 0 {
            return 100.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no 52 bits")]
        let rate = self.listed as f64 / tried as f64;
        rate * 100.0
    }
}

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// The list.
    pub part: String,
    /// The vendor's id of the record, as far as it is known.
    pub record: String,
    /// Why, in a sentence without the record's values.
    pub reason: String,
}
