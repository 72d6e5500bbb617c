//! The rate limits per app and resource: a burst and a day (`facts/highlevel.md` 3).

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// How many requests an app may make for one location or company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests in one window.
    pub burst: u32,
    /// The length of a window, in milliseconds.
    pub interval_milliseconds: u32,
    /// Requests in one day, which begins at midnight UTC.
    pub daily: u32,
    /// When a window begins.
    pub window: Window,
}

/// When a window of the burst limit begins. HighLevel does not say which one it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// With the first request after the window before has ended; then it is empty at once.
    #[default]
    Fixed,
    /// At every moment: each request is free again one interval after it was made.
    Sliding,
}

/// 100 in 10 s and 200,000 a day, in fixed windows.
impl Default for RateLimits {
    fn default() -> Self {
        Self { burst: 100, interval_milliseconds: 10_000, daily: 200_000, window: Window::Fixed }
    }
}

impl RateLimits {
    /// What a sandbox agency of HighLevel's own is given: 25 in 10 s and 10,000 a day.
    #[must_use]
    pub fn sandbox_agency() -> Self {
        Self { burst: 25, daily: 10_000, ..Self::default() }
    }

    /// How many locations an agency of these limits may have: HighLevel's own sandbox agencies have
    /// two.
    pub(crate) fn location_limit(&self) -> Option<usize> {
        let sandbox = Self::sandbox_agency();
        ((self.burst, self.daily) == (sandbox.burst, sandbox.daily)).then_some(2)
    }

    /// No limit that a test would meet.
    #[must_use]
    pub fn generous() -> Self {
        Self { burst: 1_000_000, daily: 1_000_000_000, ..Self::default() }
    }
}

/// What the five headers of an answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) limits: RateLimits,
    pub(crate) remaining: u32,
    pub(crate) daily_remaining: u32,
    pub(crate) admitted: bool,
}

/// Counts requests by app and resource.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: RateLimits,
    counts: HashMap<(String, String), Count>,
}

/// Somebody else who spends of the same budget, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spender {
    calls: u32,
    /// The time between one spending and the next, in milliseconds; not 0.
    every: i64,
}

#[derive(Debug, Default)]
struct Count {
    /// Who else spends, and when next, in milliseconds since 1970.
    spender: Option<(Spender, i64)>,
    /// When the requests of the window were made, in milliseconds since 1970.
    made: VecDeque<i64>,
    day: i64,
    today: u32,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, counts: HashMap::new() }
    }

    /// Counts a request, unless there is no room for it.
    pub(crate) fn admit(&mut self, app: &str, resource: &str, now: Timestamp) -> Budget {
        let key = (app.to_owned(), resource.to_owned());
        let count = self.counts.entry(key).or_default();
        count.spend_due(self.limits, now.as_millisecond());
        count.admit(self.limits, now.as_millisecond())
    }

    /// Counts requests of somebody else, as many of them as there is room for; with a time between
    /// them, again and again from now on. Returns how many were counted at once.
    pub(crate) fn spend(
        &mut self,
        (app, resource): (&str, &str),
        calls: u32,
        every: Option<i64>,
        now: Timestamp,
    ) -> u32 {
        let count = self.counts.entry((app.to_owned(), resource.to_owned())).or_default();
        let now = now.as_millisecond();
        count.spend_due(self.limits, now);
        let every = every.filter(|every| *every > 0);
        count.spender = every.map(|every| (Spender { calls, every }, now.saturating_add(every)));
        count.spend(self.limits, calls, now)
    }
}

impl Count {
    fn spend(&mut self, limits: RateLimits, calls: u32, at: i64) -> u32 {
        let spent = (0..calls).take_while(|_| self.admit(limits, at).admitted).count();
        u32::try_from(spent).unwrap_or(calls)
    }

    /// Makes up for what the other spender has spent since the last request. What lies more than a
    /// day back no longer counts.
    fn spend_due(&mut self, limits: RateLimits, now: i64) {
        while let Some((spender, due)) = self.spender.filter(|(_, due)| *due <= now) {
            let due = due.max(now - DAY);
            self.spend(limits, spender.calls, due);
            self.spender = Some((spender, due.saturating_add(spender.every)));
        }
    }

    fn admit(&mut self, limits: RateLimits, now: i64) -> Budget {
        self.forget(limits, now);
        let used = u32::try_from(self.made.len()).unwrap_or(u32::MAX);
        let admitted = used < limits.burst && self.today < limits.daily;
        if admitted {
            self.made.push_back(now);
            self.today += 1;
        }
        Budget {
            limits,
            remaining: limits.burst.saturating_sub(used + u32::from(admitted)),
            daily_remaining: limits.daily.saturating_sub(self.today),
            admitted,
        }
    }

    fn forget(&mut self, limits: RateLimits, now: i64) {
        let day = now.div_euclid(DAY);
        if day != self.day {
            (self.day, self.today) = (day, 0);
        }
        let over = now - i64::from(limits.interval_milliseconds);
        match limits.window {
            Window::Fixed if self.made.front().is_some_and(|first| *first <= over) => {
                self.made.clear();
            }
            Window::Fixed => {}
            Window::Sliding => {
                while self.made.front().is_some_and(|first| *first <= over) {
                    self.made.pop_front();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(1_770_000_000_000 + millisecond).unwrap()
    }

    fn admitted(window: Window, moments: &[i64]) -> Vec<bool> {
        let limits = RateLimits { burst: 2, window, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        moments.iter().map(|moment| limiter.admit("a", "l", at(*moment)).admitted).collect()
    }

    #[test]
    fn a_fixed_window_is_empty_at_once() {
        let moments = [0, 9_000, 9_999, 10_000, 10_001, 10_002];
        assert_eq!(admitted(Window::Fixed, &moments), [true, true, false, true, true, false]);
    }

    #[test]
    fn a_sliding_window_frees_each_request_in_its_turn() {
        let moments = [0, 9_000, 9_999, 10_000, 10_001, 19_000];
        assert_eq!(admitted(Window::Sliding, &moments), [true, true, false, true, false, true]);
    }

    #[test]
    fn headers_tell_what_is_left_and_the_day_ends_at_midnight() {
        let limits = RateLimits { daily: 2, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        let first = limiter.admit("a", "l", at(0));
        assert_eq!((first.remaining, first.daily_remaining, first.admitted), (99, 1, true));
        limiter.admit("a", "l", at(1));
        let full = limiter.admit("a", "l", at(60_000));
        assert_eq!((full.remaining, full.daily_remaining, full.admitted), (100, 0, false));
        assert!(limiter.admit("a", "l", at(DAY)).admitted);
    }

    #[test]
    fn somebody_else_spends_once_or_again_and_again() {
        let limits = RateLimits { burst: 10, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        assert_eq!(limiter.spend(("a", "l"), 4, None, at(0)), 4);
        assert_eq!(limiter.admit("a", "l", at(1)).remaining, 5);
        assert_eq!(limiter.spend(("a", "l"), 40, None, at(2)), 5);
        assert!(!limiter.admit("a", "l", at(3)).admitted);
        assert_eq!(limiter.spend(("a", "l"), 3, Some(10_000), at(10_000)), 3);
        assert_eq!(limiter.admit("a", "l", at(10_001)).remaining, 6);
        assert_eq!(limiter.admit("a", "l", at(40_000)).remaining, 6);
        assert_eq!(limiter.spend(("a", "l"), 0, None, at(50_000)), 0);
        assert_eq!(limiter.admit("a", "l", at(60_000)).remaining, 9);
    }

    #[test]
    fn only_a_sandbox_agency_is_limited_in_its_locations() {
        assert_eq!(RateLimits::sandbox_agency().location_limit(), Some(2));
        assert_eq!(RateLimits::default().location_limit(), None);
    }

    #[test]
    fn apps_and_resources_are_counted_apart() {
        let limits = RateLimits { burst: 1, ..RateLimits::default() };
        let mut limiter = Limiter::new(limits);
        for (app, resource) in [("a", "l"), ("a", "m"), ("b", "l")] {
            assert!(limiter.admit(app, resource, at(0)).admitted);
        }
        assert!(!limiter.admit("a", "l", at(1)).admitted);
    }
}
