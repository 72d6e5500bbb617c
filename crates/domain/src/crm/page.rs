//! A page of a list, and a reading: what was read, from where, and how old it is.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What was read, and as of when it is true.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "{T}Reading")]
pub struct Reading<T> {
    /// What was read.
    #[serde(flatten)]
    pub item: T,
    /// As of when it is known. Of the mirror: when the newest event happened that tells of it.
    pub as_of: Timestamp,
    /// From where it was read.
    pub origin: Origin,
}

/// From where something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReadFrom")]
pub enum Origin {
    /// The hub's own copy of the CRM.
    Mirror,
    /// The CRM itself, for this request.
    Vendor,
}

/// Which page of a list is wished for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWish {
    /// How many items at most.
    pub limit: usize,
    /// Where to go on: [`Page::next`] of the page before, of the same search.
    pub cursor: Option<String>,
    /// Whether the CRM itself is asked instead of the mirror.
    pub fresh: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; none at the end. A page may be short, or empty, and not be the last.
    pub next: Option<String>,
}

impl<T> Reading<T> {
    /// What the mirror says.
    #[must_use]
    pub fn of_mirror(item: T, as_of: Timestamp) -> Self {
        Self { item, as_of, origin: Origin::Mirror }
    }

    /// What the CRM said just now.
    #[must_use]
    pub fn of_vendor(item: T, now: Timestamp) -> Self {
        Self { item, as_of: now, origin: Origin::Vendor }
    }
}
