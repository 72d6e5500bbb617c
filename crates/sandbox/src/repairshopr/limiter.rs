//! The rate limit: fixed windows of a minute for each address, whatever the key.

use std::{collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;

use super::refusal::Refusal;

/// `facts/repairshopr.md` 9.
const WINDOW_MILLISECONDS: i64 = 60_000;

/// Counts requests. A window begins with the first request after the one before has ended.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: u32,
    windows: BTreeMap<Option<IpAddr>, Window>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// In milliseconds since 1970.
    since: i64,
    counted: u32,
}

impl Limiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self { limit, windows: BTreeMap::new() }
    }

    /// Counts a request of this address.
    ///
    /// # Errors
    /// When its window is full; then it is not counted.
    pub(crate) fn admit(&mut self, peer: Option<IpAddr>, now: Timestamp) -> Result<(), Refusal> {
        let now = now.as_millisecond();
        let window = self.windows.entry(peer).or_default();
        if !(0..WINDOW_MILLISECONDS).contains(&(now - window.since)) {
            *window = Window { since: now, counted: 0 };
        }
        if window.counted >= self.limit {
            return Err(Refusal::limit());
        }
        window.counted += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_770_000_000_000 + millisecond).unwrap()
    }

    #[test]
    fn each_address_has_its_own_minute() {
        let mut limiter = Limiter::new(2);
        let (one, other) = ("10.0.0.1".parse().ok(), "10.0.0.2".parse().ok());
        limiter.admit(one, at(0)).unwrap();
        limiter.admit(one, at(59_000)).unwrap();
        assert_eq!(limiter.admit(one, at(59_999)), Err(Refusal::limit()));
        limiter.admit(other, at(59_999)).unwrap();
        limiter.admit(one, at(60_000)).unwrap();
    }
}
