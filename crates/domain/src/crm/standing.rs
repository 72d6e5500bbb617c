//! How a record stands at the CRM itself: what an undo compares, puts back and takes away.

use std::collections::BTreeSet;

use super::{Answer, Behalf};
use crate::{Difference, Fields, RecordKey};

/// A record, and what it hangs on: a note is found by its contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Which record.
    pub key: RecordKey,
    /// What it hangs on, where it hangs on something.
    pub parent: Option<RecordKey>,
}

/// A record as the CRM has it now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its values under the keys of [`Difference::fields`]; null, or left out, where they are empty.
    pub fields: Fields,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// What hangs on it, such as a contact's notes, where that was asked for.
    pub attached: BTreeSet<RecordKey>,
}

/// Records as they stand, for whoever takes changes back. Nothing is read from the mirror.
pub trait CrmStandings: Send + Sync {
    /// How a record stands; none where it is gone. `with_attached` also reads what hangs on it.
    fn standing<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        with_attached: bool,
    ) -> Answer<'a, Option<Standing>>;

    /// Gives a record the values and tags that are after this difference. What is before is noted
    /// as it is told here: the caller has just read it.
    fn restore<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        difference: &'a Difference,
    ) -> Answer<'a, ()>;

    /// Deletes a record that stands like this.
    fn remove<'a>(
        &'a self,
        behalf: &'a Behalf,
        target: &'a Target,
        standing: &'a Standing,
    ) -> Answer<'a, ()>;
}
