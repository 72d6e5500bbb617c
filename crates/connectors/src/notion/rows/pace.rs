//! Pace: the turns of writes, spread so that a steady stream never comes to the end of the limit.
//!
//! A client that calls as fast as it can uses up its minute in seconds, and then each row waits for the
//! rest of it. At this pace a few writes leave at once, and further ones a moment apart: the longest wait
//! is as long as the rows that wait, and what changes meanwhile is written with them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The part of the limit that may be used at once: one of so many.
const AT_ONCE: u32 = 9;

/// The part of the limit that is left to other calls, such as those of a command: one of so many.
const LEFT: u32 = 9;

/// Whose turn is when.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between two turns of a steady stream.
    interval: SignedDuration,
    /// How far turns may be ahead of the steady stream.
    ahead: SignedDuration,
    /// When the next turn is due in a steady stream.
    due: Timestamp,
}

impl Pace {
    /// The pace for so many calls in any minute.
    pub(super) fn new(per_minute: u32) -> Self {
        let at_once = per_minute / AT_ONCE;
        let steady = per_minute.saturating_sub(at_once + per_minute / LEFT).max(1);
        let interval = SignedDuration::from_mins(1) / i32::try_from(steady).unwrap_or(i32::MAX);
        let ahead = interval * i32::try_from(at_once.saturating_sub(1)).unwrap_or_default();
        Self { interval, ahead, due: Timestamp::MIN }
    }

    /// Takes the next turn, and gives how long it is until then.
    pub(super) fn turn(&mut self, now: Timestamp) -> Duration {
        let due = self.due.max(now);
        self.due = due.saturating_add(self.interval).unwrap_or(due);
        let wait = due.duration_since(now) - self.ahead;
        Duration::try_from(wait).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn a_few_leave_at_once_and_others_a_moment_apart() {
        let mut pace = Pace::new(180);
        let waits: Vec<_> = (0..22).map(|_| pace.turn(at(0)).as_millis()).collect();
        assert!(waits[..20].iter().all(|wait| *wait == 0), "{waits:?}");
        assert_eq!(waits[20..], [428, 857], "140 a minute beside them");
        assert_eq!(pace.turn(at(60_000)).as_millis(), 0, "a rest makes up for it");
    }

    #[test]
    fn no_minute_has_more_turns_than_the_limit_leaves() {
        for limit in [1, 2, 12, 60, 180, 600] {
            let mut pace = Pace::new(limit);
            let (mut now, mut turns) = (0, Vec::new());
            while now < 300_000 {
                let wait = i64::try_from(pace.turn(at(now)).as_millis()).unwrap();
                now += wait + 1;
                turns.push(now);
            }
            for (place, first) in turns.iter().enumerate() {
                let within = turns[place..].iter().take_while(|turn| **turn < first + 60_000);
                let count = u32::try_from(within.count()).unwrap();
                assert!(count <= (limit - limit / LEFT).max(2), "{count} of {limit}");
            }
        }
    }
}
