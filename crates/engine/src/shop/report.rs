//! What a run brought about, person by person and in all.

use std::collections::BTreeMap;

use domain::RecordKey;
use policy::shop::LeftOut;
use serde::Serialize;

/// How many failures a report names one by one.
const NAMED: usize = 100;

/// What became of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// The CRM did not know them: the id of the contact.
    Created(String),
    /// The contact got what the shop has: its id.
    Updated(String),
    /// There was nothing to do.
    Unchanged,
    /// They are nobody for the CRM, for this reason.
    Skipped(&'static str),
    /// They could not be brought: what happened and what to do.
    Failed(String),
}

/// One person of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopStep {
    /// The shop's record.
    pub row: RecordKey,
    /// What became of it.
    pub brought: Brought,
    /// What of it could not be taken over.
    pub left_out: Vec<LeftOut>,
}

/// What a run brought about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShopReport {
    /// How many contacts are new.
    pub created: u64,
    /// How many were changed.
    pub updated: u64,
    /// For how many there was nothing to do.
    pub unchanged: u64,
    /// How many are nobody for the CRM, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// How many could not be brought.
    pub failed: u64,
    /// The first of those, with what happened and what to do.
    pub failures: Vec<ShopFailure>,
    /// How many values could not be taken over, by what they are.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Why the run ended before its end, where it did.
    pub stopped: Option<String>,
}

/// Somebody who could not be brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopFailure {
    /// The shop's record, such as `customer/7`.
    pub row: String,
    /// What happened and what to do.
    pub reason: String,
}

impl Brought {
    /// The name in logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Updated(_) => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }
}

impl ShopReport {
    /// Counts a step.
    pub(super) fn add(&mut self, step: ShopStep) {
        for left_out in &step.left_out {
            *self.left_out.entry(left_out.name()).or_default() += 1;
        }
        match step.brought {
            Brought::Created(_) => self.created += 1,
            Brought::Updated(_) => self.updated += 1,
            Brought::Unchanged => self.unchanged += 1,
            Brought::Skipped(reason) => *self.skipped.entry(reason).or_default() += 1,
            Brought::Failed(reason) => {
                self.failed += 1;
                if self.failures.len() < NAMED {
                    self.failures.push(ShopFailure { row: step.row.to_string(), reason });
                }
            }
        }
    }
}
