//! Bounds how many deliveries a minute one token brings in, and gathers when keys were used.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::ApiKeyId;
use jiff::Timestamp;

/// How long a window is, in microseconds.
const MINUTE: i64 = 60_000_000;

/// How many names are counted at most; beyond it those of past windows are forgotten.
const MOST_NAMES: usize = 10_000;

/// Counts of the present window, by name, and the newest use of each key. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Meter {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    counts: BTreeMap<String, Window>,
    uses: BTreeMap<ApiKeyId, Timestamp>,
}

struct Window {
    minute: i64,
    count: u32,
}

impl Meter {
    /// Counts one delivery; false where the window has `limit` of them already. Zero is no limit.
    pub(crate) fn admit(&self, name: &str, limit: u32, now: Timestamp) -> bool {
        if limit == 0 {
            return true;
        }
        let minute = now.as_microsecond().div_euclid(MINUTE);
        let counts = &mut self.lock().counts;
        if counts.len() >= MOST_NAMES {
            counts.retain(|_, window| window.minute == minute);
        }
        let window = counts.entry(name.to_owned()).or_insert(Window { minute, count: 0 });
        if window.minute != minute {
            *window = Window { minute, count: 0 };
        }
        let is_admitted = window.count < limit;
        window.count += u32::from(is_admitted);
        is_admitted
    }

    /// Notes that a key was used.
    pub(crate) fn note_use(&self, key: &ApiKeyId, now: Timestamp) {
        let uses = &mut self.lock().uses;
        match uses.get_mut(key) {
            Some(known) => *known = now.max(*known),
            None => {
                uses.insert(key.clone(), now);
            }
        }
    }

    /// The uses since they were last taken.
    pub(crate) fn take_uses(&self) -> BTreeMap<ApiKeyId, Timestamp> {
        std::mem::take(&mut self.lock().uses)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;

    use super::*;

    #[test]
    fn a_minute_takes_so_many_and_the_next_one_as_many_again() {
        let meter = Meter::default();
        let admitted = |name, second| (0..5).filter(|_| meter.admit(name, 3, at(second))).count();
        let start = 60 - at(0).as_second().rem_euclid(60);
        assert_eq!(admitted("one", start), 3);
        assert_eq!(admitted("one", start + 59), 0);
        assert_eq!(admitted("other", start + 59), 3);
        assert_eq!(admitted("one", start + 60), 3);
        assert!((0..100).all(|_| meter.admit("free", 0, at(start))));
    }

    #[test]
    fn names_do_not_pile_up() {
        let meter = Meter::default();
        for number in 0..MOST_NAMES + 10 {
            assert!(meter.admit(&number.to_string(), 1, at(60 * number as i64)));
        }
        assert!(meter.lock().counts.len() <= MOST_NAMES);
    }

    #[test]
    fn the_newest_use_of_each_key_is_taken_once() {
        let meter = Meter::default();
        let key = ApiKeyId::from_random([1; 8]);
        meter.note_use(&key, at(5));
        meter.note_use(&key, at(4));
        assert_eq!(meter.take_uses(), [(key, at(5))].into());
        assert!(meter.take_uses().is_empty());
    }
}
