//! The limits of one tenant: 100 calls in any 10 seconds and 200,000 a day, as a function of now.

use std::{collections::VecDeque, time::Duration};

use endpoint::{Budget, Reservation};
use jiff::Timestamp;

use super::{Admission, Allowance, News};

/// What the daily limit counts within.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The shortest pause after throttling, so that a pause at the very end of a window is one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// Counts the calls of one tenant, and what replies tell about the calls of others.
#[derive(Debug)]
pub(super) struct Limits {
    burst: Budget,
    daily: Budget,
    limit: usize,
    window: Duration,
    /// When calls left during the last two windows, own and others'.
    recent: VecDeque<Timestamp>,
    /// Nothing leaves before this: a call was throttled.
    paused_until: Option<Timestamp>,
    /// Nothing leaves before this: HighLevel said that the day is used up.
    day_over_until: Option<Timestamp>,
}

impl Limits {
    pub(super) fn new(allowance: Allowance) -> Self {
        let limit = count(allowance.calls_per_window.max(1));
        Self {
            burst: Budget::new(limit, allowance.window),
            daily: Budget::new(count(allowance.calls_per_day.max(1)), DAY),
            limit,
            window: allowance.window,
            recent: VecDeque::new(),
            paused_until: None,
            day_over_until: None,
        }
    }

    /// Asks for one call at `now`.
    pub(super) fn reserve(&mut self, now: Timestamp) -> Admission {
        if let Some(until) = self.day_over_until.filter(|until| now < *until) {
            return Admission::DayOver(until);
        }
        if let Reservation::Wait(wait) = self.burst.reserve(now) {
            return Admission::WaitUntil(later(now, wait));
        }
        if let Reservation::Wait(wait) = self.daily.reserve(now) {
            return Admission::DayOver(later(now, wait));
        }
        let forgotten = earlier(now, self.window * 2);
        while self.recent.front().is_some_and(|first| *first < forgotten) {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        Admission::Granted
    }

    /// Takes in what a reply at `now` taught.
    pub(super) fn note(&mut self, news: News, now: Timestamp) {
        match news {
            News::LowerLimit { calls_per_window } => self.lower_limit(count(calls_per_window)),
            News::Remaining { sent, left } => self.count_others(sent, count(left), now),
            News::Throttled { until } => {
                let until = until.unwrap_or_else(|| self.end_of_window(now));
                let until = until.max(later(now, SHORTEST_PAUSE));
                self.paused_until = self.paused_until.max(Some(until));
                self.burst.pause(until);
            }
            News::DayOver { until } => self.day_over_until = Some(until),
        }
    }

    /// Counts what others spent: other programs with the same token do too.
    ///
    /// HighLevel counted the call that left at `sent` at some moment after that. Whatever else of
    /// ours it counted in the same window left after one window before `sent`.
    fn count_others(&mut self, sent: Timestamp, left: usize, now: Timestamp) {
        let since = earlier(sent, self.window);
        let ours = self.recent.iter().filter(|call| **call > since).count();
        let others = self.limit.saturating_sub(ours).saturating_sub(left);
        for _ in 0..others {
            if self.burst.reserve(now) == Reservation::Granted {
                self.recent.push_back(now);
            }
        }
    }

    /// When the window that holds the earliest recent call is over.
    fn end_of_window(&self, now: Timestamp) -> Timestamp {
        let since = earlier(now, self.window);
        let first = self.recent.iter().find(|call| **call > since);
        later(*first.unwrap_or(&now), self.window)
    }

    fn lower_limit(&mut self, limit: usize) {
        if limit >= self.limit {
            return;
        }
        self.limit = limit.max(1);
        self.burst = Budget::new(self.limit, self.window);
        // Of more calls than fit, the latest count longest.
        let surplus = self.recent.len().saturating_sub(self.limit);
        for call in self.recent.iter().skip(surplus) {
            self.burst.reserve(*call);
        }
        if let Some(until) = self.paused_until {
            self.burst.pause(until);
        }
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

pub(crate) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
