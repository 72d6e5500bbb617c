//! How many requests a minute the holder of each key or token has, and what its answers say of it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::Actor;
use jiff::Timestamp;

/// How long a window is, in seconds.
const WINDOW: u32 = 60;

/// How many keys are counted at most; beyond it those whose window is over are forgotten.
const MOST_KEYS: usize = 10_000;

/// The headers of `draft-ietf-httpapi-ratelimit-headers`.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Counts the requests of the holders of keys and tokens.
pub(super) struct Rates {
    /// Per key and window; 0 for any number.
    limit: u32,
    windows: Mutex<BTreeMap<Actor, Window>>,
}

#[derive(Clone, Copy)]
struct Window {
    began: Timestamp,
    count: u32,
}

/// What a key has in its window, after the request that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    limit: u32,
    left: u32,
    /// In how many seconds the window ends: at least 1.
    pub(super) seconds: u32,
    /// Whether the request may go on.
    pub(super) is_admitted: bool,
}

impl Rates {
    /// So many requests for each key in a minute; 0 for any number.
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, windows: Mutex::default() }
    }

    /// Counts one request; none where nothing is limited.
    pub(super) fn spend(&self, holder: &Actor, now: Timestamp) -> Option<Allowance> {
        if self.limit == 0 {
            return None;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST_KEYS {
            windows.retain(|_, window| age(window, now).is_some());
        }
        let window = windows.entry(holder.clone()).or_insert(Window { began: now, count: 0 });
        let age = age(window, now).unwrap_or_else(|| {
            *window = Window { began: now, count: 0 };
            0
        });
        let is_admitted = window.count < self.limit;
        window.count += u32::from(is_admitted);
        let left = self.limit - window.count;
        Some(Allowance { limit: self.limit, left, seconds: WINDOW - age, is_admitted })
    }
}

impl Allowance {
    /// Says it in the headers of an answer.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let Self { limit, left, seconds, .. } = self;
        let policy = format!("\"key\";q={limit};w={WINDOW}");
        let rest = format!("\"key\";r={left};t={seconds}");
        for (name, text) in [(POLICY, policy), (LEFT, rest)] {
            headers.insert(name, HeaderValue::try_from(text).expect("digits fit into a header"));
        }
    }
}

/// How many seconds ago the window began; none where it is over, or the clock went back.
fn age(window: &Window, now: Timestamp) -> Option<u32> {
    let age = now.as_second() - window.began.as_second();
    u32::try_from(age).ok().filter(|age| *age < WINDOW)
}

#[cfg(test)]
mod tests {
    use domain::{ApiKeyId, contract::sample::at};

    use super::*;

    fn holder(random: [u8; 8]) -> Actor {
        Actor::Key(ApiKeyId::from_random(random))
    }

    #[test]
    fn a_key_has_so_many_in_a_minute_and_as_many_again_in_the_next() {
        let (one, other) = (holder([1; 8]), holder([2; 8]));
        let rates = Rates::new(3);
        let admitted = |key: &Actor, second| {
            (0..5).filter(|_| rates.spend(key, at(second)).unwrap().is_admitted).count()
        };
        assert_eq!((admitted(&one, 10), admitted(&one, 69), admitted(&other, 69)), (3, 0, 3));
        assert_eq!(
            (admitted(&one, 70), admitted(&one, 5)),
            (3, 3),
            "also where the clock went back"
        );
        assert_eq!(Rates::new(0).spend(&one, at(0)), None);
    }

    #[test]
    fn an_answer_tells_what_is_left_and_until_when() {
        let rates = Rates::new(2);
        let key = holder([1; 8]);
        let mut headers = HeaderMap::new();
        rates.spend(&key, at(0)).unwrap().tell(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"key\";q=2;w=60");
        assert_eq!(headers["ratelimit"], "\"key\";r=1;t=60");
        rates.spend(&key, at(59)).unwrap().tell(&mut headers);
        assert_eq!(headers["ratelimit"], "\"key\";r=0;t=1");
    }

    #[test]
    fn keys_do_not_pile_up() {
        let rates = Rates::new(1);
        for number in 0..MOST_KEYS as u64 + 10 {
            let key = holder(number.to_be_bytes());
            rates.spend(&key, at(60 * number as i64));
        }
        assert!(rates.windows.lock().unwrap().len() <= MOST_KEYS);
    }
}
