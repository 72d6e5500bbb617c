//! An alarm that rings at most once a minute, and then says how often it was pulled.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The shortest time between two rings.
const QUIET: Duration = Duration::from_secs(60);

/// Counts what happens too often to be told each time.
#[derive(Default)]
pub(crate) struct Alarm {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rang: Option<Instant>,
    count: u64,
}

impl Alarm {
    /// Counts; where it is time to ring, says how many there were since the last ring.
    pub(crate) fn pull(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.count += 1;
        if state.rang.is_some_and(|rang| now.duration_since(rang) < QUIET) {
            return None;
        }
        state.rang = Some(now);
        Some(std::mem::take(&mut state.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rings_at_once_and_the_next_ring_tells_how_many_there_were() {
        let (alarm, now) = (Alarm::default(), Instant::now());
        assert_eq!(alarm.pull(now), Some(1));
        assert_eq!(alarm.pull(now + Duration::from_secs(1)), None);
        assert_eq!(alarm.pull(now + Duration::from_secs(59)), None);
        assert_eq!(alarm.pull(now + Duration::from_secs(60)), Some(3));
    }
}
