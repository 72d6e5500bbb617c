//! The ledger of calls: who may send when, so that all that count against one limit keep it together.
//!
//! HighLevel counts the calls of one app and tenant, from however many processes they come
//! (`facts/highlevel.md` 3). A client asks its ledger before every call and tells it what replies
//! teach. By default that is a [`MemoryLedger`], which one client and its clones share. Processes
//! that share a limit share a ledger that stores what it counts, a [`Spent`] for each tenant, and
//! give it to every client in [`crate::Settings::ledger`].
//!
//! This counts calls in a sliding window instead of pacing them, as `governor` or `tower`'s limit
//! would: a window may be used up at once, every call of a burst is granted, the bound holds for
//! the vendor's windows wherever they begin, and the state is rows of times that processes can
//! share. Only while replies tell of others who spend of the same limit do calls leave evenly
//! ([`Spent`] says why).

pub mod contract;
mod memory;
pub(crate) mod spent;

use std::{fmt, time::Duration};

use endpoint::Response;
use jiff::Timestamp;

pub use self::{memory::MemoryLedger, spent::Spent};
use crate::{Tenant, auth::Pending};

/// The longest pause that a reply can cause: a garbled header must not stop a client for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What a ledger says when it fails. Calls that it does not grant are not sent.
pub type LedgerError = Box<dyn std::error::Error + Send + Sync>;

/// Counts the calls of each tenant.
///
/// Every moment comes from the caller, whose clock should agree with the others' to well below the
/// margin of the window, a tenth of a second. [`contract::check`] tests an implementation.
pub trait CallLedger: fmt::Debug + Send + Sync {
    /// Asks for one call at `now`, and counts it where it is granted.
    ///
    /// Asking and counting are one step: of two that ask for the last call, one gets it. No stretch
    /// of [`Allowance::window`] may hold more granted calls than allowed, and no 24 hours more than
    /// the day's. A call of the day may count for five minutes longer.
    ///
    /// # Errors
    /// When the ledger cannot say. The call is not sent.
    fn reserve<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        now: Timestamp,
    ) -> Pending<'a, Result<Admission, LedgerError>>;

    /// Takes in what a reply at `now` taught. Nearly every reply teaches something.
    ///
    /// # Errors
    /// When it is not kept. The client goes on: the reply has arrived, and the next question to a
    /// ledger that is broken shows it.
    fn note<'a>(
        &'a self,
        tenant: &'a Tenant,
        allowance: Allowance,
        news: &'a [News],
        now: Timestamp,
    ) -> Pending<'a, Result<(), LedgerError>>;
}

/// How many calls a client's settings allow one tenant. All who share a ledger give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many in any [`Self::window`], at least one.
    pub calls_per_window: u32,
    /// The stretch in which calls are counted, with its margin: 10.1 seconds.
    pub window: Duration,
    /// How many in any 24 hours, at least one.
    pub calls_per_day: u32,
}

/// The answer to a request for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The call may leave at once, and has been counted.
    Granted,
    /// Nothing was counted; ask again at this moment, which is later than now.
    WaitUntil(Timestamp),
    /// The day's calls are used up; ask again at this moment.
    DayOver(Timestamp),
}

/// What a reply taught about the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// A plan or an agency allows fewer calls in a window than was asked by. From now on the lower
    /// number counts; a ledger that is stored may forget it after a day.
    LowerLimit {
        /// How many, at least one.
        calls_per_window: u32,
    },
    /// So many calls were left of a window that counted a call which had left at `sent`. Calls that
    /// the ledger granted after one window before `sent` may be in it; what is missing besides them
    /// and `left` was spent by others at least. For one window from now on, as many calls are left
    /// to them. When HighLevel counted the call itself is not known, so a ledger may count it from
    /// the moment of its reply.
    Remaining {
        /// When the call left.
        sent: Timestamp,
        /// How many were left.
        left: u32,
    },
    /// A call was throttled (429). Nothing leaves before `until`; where that is none, before the
    /// end of the window that began with the first call that counts at that moment. Not for less
    /// than a quarter of a second, and a longer pause that is known stays.
    Throttled {
        /// When calls may leave again, where HighLevel said so.
        until: Option<Timestamp>,
    },
    /// HighLevel said that the day's calls are used up: everybody is told so before `until`.
    DayOver {
        /// When to ask again.
        until: Timestamp,
    },
}

impl News {
    /// What the headers of a reply say to a call that left at `sent` (`facts/highlevel.md` 3). They
    /// only ever lower what is left.
    pub(crate) fn in_headers(
        allowance: Allowance,
        sent: Timestamp,
        headers: &[(String, String)],
    ) -> Vec<Self> {
        let lower = number(headers, "x-ratelimit-max")
            .filter(|max| *max < allowance.calls_per_window)
            .map(|max| Self::LowerLimit { calls_per_window: max.max(1) });
        let remaining = number(headers, "x-ratelimit-remaining");
        let remaining = remaining.map(|left| Self::Remaining { sent, left });
        lower.into_iter().chain(remaining).collect()
    }

    /// What a 429 says; `named` is the wait that HighLevel names.
    pub(crate) fn of_throttling(
        now: Timestamp,
        response: &Response,
        named: Option<Duration>,
    ) -> Self {
        let until = |wait: Duration| spent::later(now, wait.min(LONGEST_PAUSE));
        if !day_is_over(response) {
            return Self::Throttled { until: named.map(until) };
        }
        // In which zone the day ends is not documented (`facts/highlevel.md` 12), but in all but a
        // few it ends at a full hour of UTC: the first call after each finds out.
        let rest = 3600 - now.as_second().rem_euclid(3600);
        let rest = Duration::from_secs(u64::try_from(rest).unwrap_or(3600));
        Self::DayOver { until: until(named.unwrap_or(rest)) }
    }
}

/// Whether a reply says that nothing is left of the day.
pub(crate) fn day_is_over(response: &Response) -> bool {
    number(&response.headers, "x-ratelimit-daily-remaining") == Some(0)
}

fn number(headers: &[(String, String)], header: &str) -> Option<u32> {
    let (_, value) = headers.iter().find(|(name, _)| name == header)?;
    value.trim().parse().ok()
}
