//! How a client behaves: where HighLevel is, its limits, and when to repeat and to stop.

use std::{sync::Arc, time::Duration};

use crate::ledger::{Allowance, CallLedger};

/// How a client reaches HighLevel and how patient it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where HighLevel is.
    pub base_url: String,
    /// How many calls leave in any [`Self::window`] for one tenant, at least one. HighLevel allows
    /// 100, and a sandbox agency 25 (`facts/highlevel.md` 3); replies that name a lower number
    /// lower it.
    pub requests_per_window: u32,
    /// The stretch of time in which calls are counted: 10 seconds.
    pub window: Duration,
    /// Added to the window, because calls arrive in other distances than they leave.
    pub window_margin: Duration,
    /// How many calls leave in any 24 hours for one tenant, at least one. HighLevel allows 200,000.
    pub requests_per_day: u32,
    /// How often a call is repeated after the connection or HighLevel failed: after 0.5, 1 and then
    /// 2 seconds each, give or take a fifth.
    pub retries: u32,
    /// How often one call is repeated after it was throttled (429); none for any number of times.
    pub throttle_retries: Option<u32>,
    /// How long after its first attempt the last one may leave, for whatever reason it is repeated
    /// and however long it waits for its turn; none for ever. Waiting for the budget before the
    /// first attempt does not count, and an attempt that is under way is the transport's to end.
    pub patience: Option<Duration>,
    /// How many attempts in a row that HighLevel did not answer, or answered with a fault of its
    /// own (5xx), stop all calls for one tenant; none never. A client has one host, so host and
    /// tenant are what is stopped.
    pub breaker_failures: Option<u32>,
    /// How long calls are stopped. Then one is let through, and its answer decides for all.
    pub breaker_rest: Duration,
    /// Counts the calls that leave. None counts those of this client, its clones, and its clients
    /// for other tenants; processes that share a limit share a ledger.
    pub ledger: Option<Arc<dyn CallLedger>>,
    /// Decides how repetitions spread. Give each process another one.
    pub jitter_seed: u64,
}

impl Default for Settings {
    /// HighLevel itself with its documented limits; three repetitions after failures, as many as
    /// it takes after throttling, within five minutes; a minute of rest after five failures.
    fn default() -> Self {
        Self {
            base_url: "https://services.leadconnectorhq.com".to_owned(),
            requests_per_window: 100,
            window: Duration::from_secs(10),
            window_margin: Duration::from_millis(100),
            requests_per_day: 200_000,
            retries: 3,
            throttle_retries: None,
            patience: Some(Duration::from_secs(300)),
            breaker_failures: Some(5),
            breaker_rest: Duration::from_secs(60),
            ledger: None,
            jitter_seed: 0,
        }
    }
}

impl Settings {
    /// What the ledger is asked by.
    pub(super) fn allowance(&self) -> Allowance {
        Allowance {
            calls_per_window: self.requests_per_window.max(1),
            window: self.window.saturating_add(self.window_margin),
            calls_per_day: self.requests_per_day.max(1),
        }
    }
}
