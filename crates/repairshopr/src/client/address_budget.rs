//! The rate budget of one internet address, which all accounts that are called from it share.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use endpoint::{Budget, Reservation};
use jiff::Timestamp;

/// What RepairShopr's rate limit counts within (`facts/repairshopr.md` 9).
const WINDOW: Duration = Duration::from_secs(60);

/// Below the 180 that RepairShopr allows an address in a minute: other programs behind the same
/// address spend from the same limit, and no reply tells what is left.
const CAREFUL: u32 = 150;

/// What a ledger answers, in time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Counts the calls of one internet address, for everybody who calls from it.
///
/// RepairShopr counts whoever calls from an address, so processes of one machine give their clients
/// ledgers that store what they count in one place.
pub trait AddressLedger: Send + Sync {
    /// Asks for one call at `now`, and counts it where it is granted. Asking and counting are one
    /// step: of two that ask for the last call, one gets it.
    fn reserve(&self, now: Timestamp) -> Pending<'_, Reservation>;

    /// Grants nothing before `until`.
    fn pause(&self, until: Timestamp, now: Timestamp) -> Pending<'_, ()>;
}

/// How many calls leave in any 60 seconds from one internet address. Clones share it.
#[derive(Clone)]
pub struct AddressBudget(Arc<dyn AddressLedger>);

/// 150 calls a minute, of the 180 that RepairShopr allows an address.
impl Default for AddressBudget {
    fn default() -> Self {
        Self::new(CAREFUL)
    }
}

impl AddressBudget {
    /// A whole budget of so many calls a minute, at least one, of this process alone.
    #[must_use]
    pub fn new(requests_per_minute: u32) -> Self {
        Self(Arc::new(Alone(Mutex::new(Self::counter(requests_per_minute, [], None)))))
    }

    /// A budget that this ledger counts.
    #[must_use]
    pub fn counted_by(ledger: Arc<dyn AddressLedger>) -> Self {
        Self(ledger)
    }

    /// The count of so many calls a minute, at least one, after these calls and until this pause
    /// ends: what a ledger counts with.
    #[must_use]
    pub fn counter(
        requests_per_minute: u32,
        calls: impl IntoIterator<Item = Timestamp>,
        paused_until: Option<Timestamp>,
    ) -> Budget {
        let limit = usize::try_from(requests_per_minute.max(1)).unwrap_or(usize::MAX);
        Budget::new(limit, WINDOW).after(calls, paused_until)
    }

    pub(super) async fn reserve(&self, now: Timestamp) -> Reservation {
        self.0.reserve(now).await
    }

    pub(super) async fn pause(&self, until: Timestamp, now: Timestamp) {
        self.0.pause(until, now).await;
    }
}

impl fmt::Debug for AddressBudget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("AddressBudget").finish_non_exhaustive()
    }
}

/// The count of a process that shares with nobody.
struct Alone(Mutex<Budget>);

impl Alone {
    /// A budget is whole between any two of its calls, so one that a panic left behind is good.
    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AddressLedger for Alone {
    fn reserve(&self, now: Timestamp) -> Pending<'_, Reservation> {
        Box::pin(std::future::ready(self.budget().reserve(now)))
    }

    fn pause(&self, until: Timestamp, _: Timestamp) -> Pending<'_, ()> {
        self.budget().pause(until);
        Box::pin(std::future::ready(()))
    }
}
