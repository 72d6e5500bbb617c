//! The sandbox's clock: real time plus an offset that tests and users advance.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

/// Tells the time to every simulated vendor that holds a clone of it.
///
/// Where real time comes from is an argument, so that no clock is read in this crate and a test can
/// stop it.
#[derive(Clone)]
pub struct SandboxClock {
    source: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// In milliseconds; shared by all clones.
    offset: Arc<AtomicU64>,
}

impl SandboxClock {
    /// A clock that tells what `source` tells until it is advanced.
    #[must_use]
    pub fn new(source: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self { source, offset: Arc::default() }
    }

    /// The present moment; the last one that can be written down where the offset leads past it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let offset = Duration::from_millis(self.offset.load(Ordering::Relaxed));
        (self.source)().saturating_add(offset).unwrap_or(Timestamp::MAX)
    }

    /// Moves every clone forward, in whole milliseconds.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let moved = |offset: u64| Some(offset.saturating_add(by));
        // `moved` always moves, so there is no failure to look at.
        let _ = self.offset.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
    }
}

impl fmt::Debug for SandboxClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SandboxClock").field(&self.now()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still() -> SandboxClock {
        SandboxClock::new(Arc::new(|| "2026-03-05T12:00:00Z".parse().unwrap()))
    }

    #[test]
    fn it_tells_the_source_until_it_is_advanced() {
        let clock = still();
        assert_eq!(clock.now().to_string(), "2026-03-05T12:00:00Z");
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now().to_string(), "2026-03-05T12:00:01.5Z");
    }

    #[test]
    fn clones_move_together() {
        let clock = still();
        let other = clock.clone();
        clock.advance(Duration::from_secs(60));
        other.advance(Duration::from_secs(60));
        assert_eq!(clock.now().to_string(), "2026-03-05T12:02:00Z");
    }

    #[test]
    fn an_endless_advance_ends_at_the_last_moment() {
        let clock = still();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
