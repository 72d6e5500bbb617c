//! The tables, as a list of steps: each file knows how many of them it has taken.
//!
//! A step that has been released is never edited; a change of the tables is one more step.

mod audit;
mod budgets;
mod change_sets;
mod connections;
mod first;
mod journal;
mod leases;
mod mirror;
mod outbox;
mod owners;
mod state;
mod subscriptions;
mod sync;

use std::{cmp::Ordering, path::Path};

use rusqlite::{Connection, TransactionBehavior};

pub(super) use self::{budgets::BUDGETS, journal::JOURNAL, state::STATE};
use super::OpenError;

/// The steps of one file.
pub(super) struct Schema {
    /// What the file's writer keeps of it in memory, in KiB.
    pub(super) cache_kib: i64,
    /// The size of a page of a new file. What is changed is written by whole pages.
    pub(super) page_bytes: i64,
    steps: &'static [&'static str],
}

impl Schema {
    /// Takes the steps that the file has not taken, each whole or not at all.
    pub(super) fn bring_up(
        &self,
        path: &Path,
        connection: &mut Connection,
    ) -> Result<(), OpenError> {
        let refused = |source: rusqlite::Error| OpenError::at(path, source);
        let known = self.steps.len() as i64;
        let found: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(refused)?;
        if found > known {
            return Err(OpenError::Newer { path: path.to_owned(), found, known });
        }
        for (index, step) in self.steps.iter().enumerate().skip(found.max(0) as usize) {
            let step_taken = index as i64 + 1;
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(refused)?;
            transaction.execute_batch(step).map_err(refused)?;
            transaction.pragma_update(None, "user_version", step_taken).map_err(refused)?;
            transaction.commit().map_err(refused)?;
        }
        Ok(())
    }

    /// The schema as it was after so many steps.
    #[cfg(test)]
    pub(super) fn former(&self, steps: usize) -> Self {
        Self { cache_kib: self.cache_kib, page_bytes: self.page_bytes, steps: &self.steps[..steps] }
    }

    /// How many steps come before the one with these words.
    #[cfg(test)]
    pub(super) fn steps_before(&self, words: &str) -> usize {
        self.steps.iter().position(|step| step.contains(words)).expect("a step has these words")
    }

    /// Makes sure that the file has taken every step and no other, and takes none.
    pub(super) fn check(&self, path: &Path, connection: &Connection) -> Result<(), OpenError> {
        let refused = |source: rusqlite::Error| OpenError::at(path, source);
        let known = self.steps.len() as i64;
        let found: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(refused)?;
        match found.cmp(&known) {
            Ordering::Equal => Ok(()),
            Ordering::Less => Err(OpenError::Older { path: path.to_owned(), found, known }),
            Ordering::Greater => Err(OpenError::Newer { path: path.to_owned(), found, known }),
        }
    }
}
