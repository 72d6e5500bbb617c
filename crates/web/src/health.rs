//! The hub's health: whether it can keep events now, and if not, for which reasons.
//!
//! A reason is told once when it comes and once when it goes, however many requests meet it. Some hold
//! until they are lifted; those that only a failed request can show lapse after a while without one,
//! so that a hub which nobody sends to any more finds back to health.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// How long a reason lasts that is seen only in failures, after the last of them.
const LAPSE: Duration = Duration::from_secs(10);

/// Why events cannot be kept now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The data folder is not open yet.
    Starting,
    /// The hub is about to end.
    Stopping,
    /// The disk has less free space than its reserve.
    DiskLow,
    /// The store refused an event.
    StoreFailing,
    /// An event did not become durable in time.
    StoreSlow,
    /// More events are waiting for the store than it may hold in memory.
    Overloaded,
    /// The bodies of all requests together are as large as they may be.
    BodiesFull,
}

/// The state of health. Clones share it.
#[derive(Clone)]
pub struct Health {
    inner: Arc<Inner>,
}

struct Inner {
    origin: Instant,
    /// One bit per reason that holds.
    holding: AtomicU32,
    /// When each was last seen, in milliseconds since `origin`.
    seen: [AtomicU64; Reason::ALL.len()],
}

impl Reason {
    const ALL: [Self; 7] = [
        Self::Starting,
        Self::Stopping,
        Self::DiskLow,
        Self::StoreFailing,
        Self::StoreSlow,
        Self::Overloaded,
        Self::BodiesFull,
    ];

    /// The name in metrics, logs and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::DiskLow => "disk_low",
            Self::StoreFailing => "store_failing",
            Self::StoreSlow => "store_slow",
            Self::Overloaded => "overloaded",
            Self::BodiesFull => "bodies_full",
        }
    }

    /// What it means, and what to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Starting => {
                "the data folder is not open yet; wait for the line that says it is up"
            }
            Self::Stopping => "the hub is stopping; start it again, or look at its successor",
            Self::DiskLow => {
                "the disk of the data folder has less free space than server.disk_reserve; free some"
            }
            Self::StoreFailing => "the store refuses events; check the disk and the data folder",
            Self::StoreSlow => {
                "events take too long to become durable; check what else uses the disk"
            }
            Self::Overloaded => "more events come in than the disk takes; find who sends them",
            Self::BodiesFull => {
                "open requests hold as much as server.body_megabytes allows; find who sends them"
            }
        }
    }

    /// Whether it is seen only in failures, and so lapses.
    fn lapses(self) -> bool {
        match self {
            Self::Starting | Self::Stopping | Self::DiskLow => false,
            Self::StoreFailing | Self::StoreSlow | Self::Overloaded | Self::BodiesFull => true,
        }
    }

    /// Part of every hub's life, and nobody's trouble.
    fn is_expected(self) -> bool {
        matches!(self, Self::Starting | Self::Stopping)
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Health {
    /// The health of a hub that is starting.
    pub(crate) fn starting(now: Instant) -> Self {
        let inner = Inner {
            origin: now,
            holding: AtomicU32::new(Reason::Starting.bit()),
            seen: Default::default(),
        };
        let health = Self { inner: Arc::new(inner) };
        health.publish(Reason::Starting, true);
        health
    }

    /// Notes that a reason holds.
    pub fn raise(&self, reason: Reason, now: Instant) {
        let since = now.saturating_duration_since(self.inner.origin).as_millis();
        let seen = &self.inner.seen[reason as usize];
        seen.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
        let before = self.inner.holding.fetch_or(reason.bit(), Ordering::AcqRel);
        if before & reason.bit() != 0 {
            return;
        }
        self.publish(reason, true);
        match reason.is_expected() {
            true => tracing::debug!(reason = reason.name(), "no events are kept for now"),
            false => {
                let hint = reason.hint();
                tracing::error!(reason = reason.name(), hint, "events cannot be kept");
            }
        }
    }

    /// Notes that a reason holds no more.
    pub fn lift(&self, reason: Reason) {
        let before = self.inner.holding.fetch_and(!reason.bit(), Ordering::AcqRel);
        if before & reason.bit() == 0 {
            return;
        }
        self.publish(reason, false);
        if !reason.is_expected() {
            let ready = self.is_ready();
            tracing::warn!(
                reason = reason.name(),
                ready,
                "a reason against keeping events is gone"
            );
        }
    }

    /// Whether a reason holds.
    #[must_use]
    pub fn has(&self, reason: Reason) -> bool {
        self.inner.holding.load(Ordering::Acquire) & reason.bit() != 0
    }

    /// Whether none holds.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.inner.holding.load(Ordering::Acquire) == 0
    }

    /// Those that hold, in the order in which they are declared.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        Reason::ALL.into_iter().filter(|reason| self.has(*reason)).collect()
    }

    /// Lifts what nobody has met for a while.
    pub(crate) fn lapse(&self, now: Instant) {
        for reason in self.reasons().into_iter().filter(|reason| reason.lapses()) {
            let seen = self.inner.seen[reason as usize].load(Ordering::Relaxed);
            let seen = self.inner.origin + Duration::from_millis(seen);
            if now.saturating_duration_since(seen) >= LAPSE {
                self.lift(reason);
            }
        }
    }

    fn publish(&self, reason: Reason, holds: bool) {
        let number = |yes: bool| if yes { 1.0 } else { 0.0 };
        metrics::gauge!("highwire_health").set(number(self.is_ready()));
        metrics::gauge!("highwire_health_reason", "reason" => reason.name()).set(number(holds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_standing_reason_holds_until_it_is_lifted() {
        let health = Health::starting(Instant::now());
        assert_eq!(health.reasons(), [Reason::Starting]);
        health.raise(Reason::DiskLow, Instant::now());
        health.lift(Reason::Starting);
        health.lapse(Instant::now() + LAPSE * 100);
        assert_eq!(health.reasons(), [Reason::DiskLow]);
        health.lift(Reason::DiskLow);
        assert!(health.is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn what_failures_show_lapses_after_the_last_of_them() {
        let health = Health::starting(Instant::now());
        health.lift(Reason::Starting);
        let first = Instant::now();
        health.raise(Reason::Overloaded, first);
        let last = first + Duration::from_secs(6);
        health.raise(Reason::Overloaded, last);
        health.lapse(first + LAPSE);
        assert!(health.has(Reason::Overloaded), "it was seen again since");
        health.lapse(last + LAPSE);
        assert!(health.is_ready());
    }

    #[test]
    fn every_reason_has_its_own_bit_and_name() {
        let bits = Reason::ALL.iter().fold(0, |bits, reason| bits | reason.bit());
        assert_eq!(bits.count_ones() as usize, Reason::ALL.len());
        let mut names = Reason::ALL.map(Reason::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
