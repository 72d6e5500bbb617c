//! What has been spent of a vendor's limits, kept where all who spend of one limit find it.

use std::future::Future;

use jiff::Timestamp;

use crate::StorageError;

/// Names one limit of a vendor, whoever uses it: two organizations with the same app at the same
/// tenant share it, as do all processes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetKey {
    /// What the vendor counts by besides the tenant, such as `highlevel/private`.
    pub app: String,
    /// Whose calls it counts, such as `location ve9EPM428h8vShlRW1KT`.
    pub tenant: String,
}

/// What has been spent of one limit, and what replies said about it. What each means, and which
/// calls follow, is the vendor's client's to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// When calls left, in order, for as long as they count against the short limit.
    pub calls: Vec<Timestamp>,
    /// How many calls of others were seen, and when.
    pub others: Vec<(Timestamp, u32)>,
    /// When the calls of others were seen to fall.
    pub others_fell: Option<Timestamp>,
    /// How many calls left during the last day, in slots with the moment of each one's last call.
    pub day: Vec<(Timestamp, u32)>,
    /// A lower limit than the usual one, and when a reply named it.
    pub lower_limit: Option<(Timestamp, u32)>,
    /// When the next call has its turn, where calls are spread.
    pub next_turn: Option<Timestamp>,
    /// Nothing leaves before this.
    pub paused_until: Option<Timestamp>,
    /// The day's calls are used up until this.
    pub day_over_until: Option<Timestamp>,
}

/// Keeps budgets for processes that spend of the same limits.
pub trait Budgets: Send + Sync {
    /// Changes one budget, which is empty at first, and gives what the change gave.
    ///
    /// Changes of one budget are made one after the other, in whichever process: each sees all
    /// that came before it. What is kept may be lost where the machine loses power, since nothing
    /// that was spent counts for longer than the limit lasts; it survives every process. Dropping
    /// the future does not take the change back. A budget that nobody has changed for two days
    /// before `now` may be forgotten.
    fn change<V: Send + 'static>(
        &self,
        key: BudgetKey,
        now: Timestamp,
        change: impl FnOnce(&mut Budget) -> V + Send + 'static,
    ) -> impl Future<Output = Result<V, StorageError>> + Send;
}
