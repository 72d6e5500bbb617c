//! What counts against the limits of one tenant, and what follows from it: functions of now.
//!
//! A ledger keeps one [`Spent`] for each tenant. All of it is in its fields, so a ledger that
//! processes share stores them, and all ledgers decide alike.

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use super::{Admission, Allowance, News};

/// What the daily limit counts within.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The calls of a day are counted in slots of so many seconds; a slot is free again a day after its
/// last call.
const SLOT_SECONDS: i64 = 300;

/// The shortest pause after throttling, so that a pause at the very end of a window is one.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// How many calls of a window stay free besides what others were seen to take: theirs do not come
/// quite evenly.
const MARGIN: u32 = 1;

/// One call of so many that nobody is known to have made is no sign of others: a call of our own
/// may have been counted late.
const NOISE: u32 = 100;

/// How many more calls others are taken to spend after a call was throttled that was thought to fit.
const SURPRISE: u32 = 3;

/// How many calls may leave before their turn while a tenant is shared with others, so that a late
/// timer costs nothing.
const AHEAD: u32 = 2;

/// What has been spent of one tenant's limits, and what is known about them.
///
/// While nobody else spends, a window may be used up at once. Once replies tell of others, own
/// calls leave evenly over the window: replies then show all along what others take, and room for
/// as many is left to them, because whoever takes all that is left gets others throttled first and
/// itself at the beginning of the next window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// When calls left, in order, during the last two windows.
    pub calls: VecDeque<Timestamp>,
    /// How many calls of others were at least in a window, and when a reply said so: the highest
    /// of the last window first, then the highest after it, and so on.
    pub others: VecDeque<(Timestamp, u32)>,
    /// When a reply last showed less than half of what the one before it showed of others: windows
    /// begin anew where that happens, and slide where it does not.
    pub others_fell: Option<Timestamp>,
    /// How many calls left during the last 24 hours, in slots of five minutes with the moment of
    /// each slot's last call, in order.
    pub day: VecDeque<(Timestamp, u32)>,
    /// How many calls a window allows, where a reply named fewer than was asked by, and when.
    pub lower_limit: Option<(Timestamp, u32)>,
    /// When the next call has its turn, while others spend too.
    pub next_turn: Option<Timestamp>,
    /// Nothing leaves before this: a call was throttled.
    pub paused_until: Option<Timestamp>,
    /// Nothing leaves before this: HighLevel said that the day is used up.
    pub day_over_until: Option<Timestamp>,
}

impl Spent {
    /// Asks for one call at `now`, and counts it where it is granted.
    pub fn reserve(&mut self, allowance: Allowance, now: Timestamp) -> Admission {
        self.forget(allowance, now);
        if let Some(until) = self.day_over_until {
            return Admission::DayOver(until);
        }
        let own_limit = self.own_limit(allowance);
        if let Some(until) = self.wait(allowance, own_limit, now) {
            return Admission::WaitUntil(until.max(later(now, Duration::from_micros(1))));
        }
        if let Some(until) = self.day_is_full(allowance) {
            return Admission::DayOver(until);
        }
        self.count(now);
        match self.day.back_mut().filter(|(last, _)| slot(*last) == slot(now)) {
            Some((last, calls)) => (*last, *calls) = (now.max(*last), calls.saturating_add(1)),
            None => self.day.push_back((now, 1)),
        }
        self.next_turn = self.in_company().then(|| {
            let turn = self.next_turn.map_or(now, |turn| turn.max(now));
            later(turn, self.spacing(allowance, own_limit))
        });
        Admission::Granted
    }

    /// Takes in what a reply at `now` taught.
    pub fn note(&mut self, allowance: Allowance, news: News, now: Timestamp) {
        self.forget(allowance, now);
        match news {
            News::LowerLimit { calls_per_window } => {
                let known = self.lower_limit.map_or(u32::MAX, |(_, limit)| limit);
                self.lower_limit = Some((now, known.min(calls_per_window.max(1))));
            }
            News::Remaining { sent, left } => {
                self.note_delay(allowance, sent, now);
                self.note_others(allowance, sent, left, now);
            }
            News::Throttled { until } => {
                let until = until.unwrap_or_else(|| self.end_of_window(allowance, now));
                let until = until.max(later(now, SHORTEST_PAUSE));
                self.paused_until = self.paused_until.max(Some(until));
                let others = self.others().saturating_add(SURPRISE).min(self.limit(allowance) / 2);
                // It counts for the window after the pause: until then nobody asks.
                self.see(others, until);
            }
            News::DayOver { until } => self.day_over_until = Some(until),
        }
    }

    /// Drops what no longer counts.
    fn forget(&mut self, allowance: Allowance, now: Timestamp) {
        drop_before(&mut self.calls, earlier(now, allowance.window * 2), |call| *call);
        drop_before(&mut self.others, earlier(now, allowance.window), |(seen, _)| *seen);
        let window_ago = earlier(now, allowance.window);
        self.others_fell = self.others_fell.filter(|fell| *fell > window_ago);
        drop_before(&mut self.day, earlier(now, DAY), |(last, _)| *last);
        self.lower_limit = self.lower_limit.filter(|(named, _)| *named > earlier(now, DAY));
        self.paused_until = self.paused_until.filter(|until| now < *until);
        self.day_over_until = self.day_over_until.filter(|until| now < *until);
    }

    fn limit(&self, allowance: Allowance) -> u32 {
        let limit = allowance.calls_per_window.max(1);
        self.lower_limit.map_or(limit, |(_, lower)| lower.min(limit))
    }

    /// How many calls others spend in a window, as far as replies show.
    fn others(&self) -> u32 {
        self.others.front().map_or(0, |(_, calls)| *calls)
    }

    fn in_company(&self) -> bool {
        self.others() > 0
    }

    /// How many own calls a window has room for. One is always tried: what others spent is a
    /// guess, and only a reply corrects it.
    fn own_limit(&self, allowance: Allowance) -> u32 {
        let others = self.others().saturating_add(if self.in_company() { MARGIN } else { 0 });
        self.limit(allowance).saturating_sub(others).max(1)
    }

    /// How far apart calls leave in company. The margin of the window is for windows that begin
    /// anew; where they slide, calls that are spread do not need it.
    fn spacing(&self, allowance: Allowance, own_limit: u32) -> Duration {
        let window = allowance.window / own_limit;
        if self.is_sliding() { window * 100 / 101 } else { window }
    }

    /// Whether others spend, and windows do not begin anew as far as replies show.
    fn is_sliding(&self) -> bool {
        self.in_company() && self.others_fell.is_none()
    }

    /// Until when a call has to wait, for whatever reason.
    fn wait(&self, allowance: Allowance, own_limit: u32, now: Timestamp) -> Option<Timestamp> {
        let since = earlier(now, allowance.window);
        // The latest calls that fill a window: the first of them has to leave it.
        let fitting = own_limit.saturating_add(u32::from(self.is_sliding()));
        let first = self.calls.len().checked_sub(count(fitting));
        let first = first.and_then(|place| self.calls.get(place)).filter(|call| **call > since);
        let window = first.map(|call| later(*call, allowance.window));
        let turn = self.next_turn.filter(|_| self.in_company());
        let ahead = self.spacing(allowance, own_limit) * AHEAD;
        let turn = turn.map(|turn| earlier(turn, ahead));
        [window, turn.filter(|turn| now < *turn), self.paused_until].into_iter().flatten().max()
    }

    /// When a slot of the day is free again, where the day is used up.
    fn day_is_full(&self, allowance: Allowance) -> Option<Timestamp> {
        let spent = self.day.iter().fold(0_u32, |sum, (_, calls)| sum.saturating_add(*calls));
        let (last, _) = self.day.front().filter(|_| spent >= allowance.calls_per_day.max(1))?;
        Some(later(*last, DAY))
    }

    /// HighLevel counted a call at some moment before its reply came, perhaps at the last: over a
    /// new connection, or from a busy machine. From then on it counts for a whole window, so calls
    /// that leave after that find room however long they travel. The margin of the window, a
    /// hundredth of it, covers what a reply takes mostly.
    fn note_delay(&mut self, allowance: Allowance, sent: Timestamp, now: Timestamp) {
        let took = Duration::try_from(now.duration_since(sent)).unwrap_or_default();
        let delay = took.saturating_sub(allowance.window / 101);
        let place = self.calls.partition_point(|call| *call < sent);
        if delay.is_zero() || self.calls.get(place) != Some(&sent) {
            return;
        }
        self.calls.remove(place);
        self.count(later(sent, delay));
    }

    /// Moments come a little out of order: processes wait for each other.
    fn count(&mut self, call: Timestamp) {
        let place = self.calls.partition_point(|other| *other <= call);
        self.calls.insert(place, call);
    }

    /// HighLevel counted the call that left at `sent` at some moment after that. Whatever else of
    /// ours it counted in the same window left after one window before `sent`.
    fn note_others(&mut self, allowance: Allowance, sent: Timestamp, left: u32, now: Timestamp) {
        let since = earlier(sent, allowance.window);
        let ours = self.calls.iter().rev().take_while(|call| **call > since).count();
        let ours = u32::try_from(ours).unwrap_or(u32::MAX);
        let seen = self.limit(allowance).saturating_sub(ours).saturating_sub(left);
        let is_new = left > self.limit(allowance) / 2;
        if is_new && self.others.back().is_some_and(|(_, before)| seen < before / 2) {
            self.others_fell = Some(now);
        }
        if seen > self.limit(allowance) / NOISE {
            self.see(seen, now);
        }
    }

    fn see(&mut self, seen: u32, now: Timestamp) {
        while self.others.back().is_some_and(|(_, calls)| *calls <= seen) {
            self.others.pop_back();
        }
        self.others.push_back((now, seen));
    }

    /// When the window is over that replies saw beginning, or else the one that holds the earliest
    /// recent call.
    fn end_of_window(&self, allowance: Allowance, now: Timestamp) -> Timestamp {
        if let Some(began) = self.others_fell {
            return later(began, allowance.window);
        }
        let since = earlier(now, allowance.window);
        let first = self.calls.iter().find(|call| **call > since);
        later(*first.unwrap_or(&now), allowance.window)
    }
}

fn drop_before<V>(values: &mut VecDeque<V>, end: Timestamp, at: impl Fn(&V) -> Timestamp) {
    while values.front().is_some_and(|first| at(first) <= end) {
        values.pop_front();
    }
}

fn slot(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(SLOT_SECONDS)
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
