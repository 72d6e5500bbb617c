//! The limits of one tenant: 100 calls in any 10 seconds and 200,000 a day, as a function of now.

use std::{collections::VecDeque, time::Duration};

use endpoint::{Budget, Reservation, Response};
use jiff::Timestamp;

use super::Settings;

/// What the daily limit counts within.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The longest pause that a reply can cause: a garbled header must not stop the client for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

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
    /// Nothing leaves before this: HighLevel said that the day is used up.
    day_over_until: Option<Timestamp>,
}

/// The answer to a request for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// The call may leave, and has been counted.
    Granted,
    /// Ask again after this long.
    Wait(Duration),
    /// The day's calls are used up; ask again at this moment.
    DayOver(Timestamp),
}

impl Limits {
    pub(super) fn new(settings: &Settings) -> Self {
        let limit = count(settings.requests_per_window.max(1));
        let window = settings.window.saturating_add(settings.window_margin);
        Self {
            burst: Budget::new(limit, window),
            daily: Budget::new(count(settings.requests_per_day.max(1)), DAY),
            limit,
            window,
            recent: VecDeque::new(),
            day_over_until: None,
        }
    }

    /// Asks for one call at `now`.
    pub(super) fn reserve(&mut self, now: Timestamp) -> Admission {
        if let Some(until) = self.day_over_until.filter(|until| now < *until) {
            return Admission::DayOver(until);
        }
        if let Reservation::Wait(wait) = self.burst.reserve(now) {
            return Admission::Wait(wait);
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

    /// Learns from the headers of a reply at `now` to a call that left at `sent`.
    ///
    /// They only ever lower what is left: other programs with the same token spend too, and some
    /// plans allow less (`facts/highlevel.md` 3).
    pub(super) fn learn(&mut self, sent: Timestamp, now: Timestamp, response: &Response) {
        if let Some(max) = number(response, "x-ratelimit-max").filter(|max| *max < self.limit) {
            self.lower_limit(max.max(1));
        }
        let Some(remaining) = number(response, "x-ratelimit-remaining") else {
            return;
        };
        // HighLevel counted this call at some moment after it left. Whatever else of ours it
        // counted in the same window left after this:
        let since = earlier(sent, self.window);
        let ours = self.recent.iter().filter(|call| **call > since).count();
        let others = self.limit.saturating_sub(ours).saturating_sub(remaining);
        for _ in 0..others {
            if self.burst.reserve(now) == Reservation::Granted {
                self.recent.push_back(now);
            }
        }
    }

    /// Pauses after a 429: for as long as HighLevel says, or for the rest of the window.
    pub(super) fn throttled(
        &mut self,
        now: Timestamp,
        response: &Response,
        named: Option<Duration>,
    ) {
        if day_is_over(response) {
            // In which zone the day ends is not documented (`facts/highlevel.md` 12), but in all
            // but a few it ends at a full hour of UTC: the first call after each finds out.
            let hour = 3600 - now.as_second().rem_euclid(3600);
            let rest = Duration::from_secs(u64::try_from(hour).unwrap_or(3600));
            self.day_over_until = Some(later(now, named.unwrap_or(rest).min(LONGEST_PAUSE)));
            return;
        }
        let until = match named {
            Some(wait) => later(now, wait.min(LONGEST_PAUSE)),
            None => self.end_of_window(now),
        };
        self.burst.pause(until.max(later(now, SHORTEST_PAUSE)));
    }

    /// When the window that holds the earliest recent call is over.
    fn end_of_window(&self, now: Timestamp) -> Timestamp {
        let since = earlier(now, self.window);
        let first = self.recent.iter().find(|call| **call > since);
        later(*first.unwrap_or(&now), self.window)
    }

    fn lower_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.burst = Budget::new(limit, self.window);
        for call in &self.recent {
            self.burst.reserve(*call);
        }
    }
}

/// Whether a reply says that nothing is left of the day.
pub(crate) fn day_is_over(response: &Response) -> bool {
    number(response, "x-ratelimit-daily-remaining") == Some(0)
}

fn number(response: &Response, header: &str) -> Option<usize> {
    response.header(header)?.trim().parse().ok()
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

pub(super) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
