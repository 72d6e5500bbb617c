//! The limits against a server that keeps them, in time that is counted and not waited for.

use super::*;

const LIMIT: u32 = 100;
const WINDOW: i64 = 10_000;

const ALLOWANCE: Allowance = Allowance {
    calls_per_window: LIMIT,
    window: Duration::from_millis(10_100),
    calls_per_day: 200_000,
};

/// How a call travels, in milliseconds.
const THERE: i64 = 2;
const BACK: i64 = 3;

fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(1_770_000_000_000 + millisecond).unwrap()
}

/// A server that admits so many calls in a window.
struct Server {
    is_fixed: bool,
    made: VecDeque<i64>,
}

impl Server {
    /// What is left after a call that was admitted.
    fn admit(&mut self, now: i64) -> Option<u32> {
        let over = now - WINDOW;
        if self.is_fixed && self.made.front().is_some_and(|first| *first <= over) {
            self.made.clear();
        }
        while !self.is_fixed && self.made.front().is_some_and(|first| *first <= over) {
            self.made.pop_front();
        }
        let left = LIMIT.checked_sub(u32::try_from(self.made.len()).unwrap() + 1)?;
        self.made.push_back(now);
        Some(left)
    }
}

/// Somebody else with the same limit, who begins at one moment and ends at another.
#[derive(Clone, Copy)]
struct Other {
    every: i64,
    from: i64,
    until: i64,
}

#[derive(Debug, Default)]
struct Outcome {
    milliseconds: i64,
    throttled: u32,
    others_throttled: u32,
    others_sent: u32,
}

/// So many calls by twenty callers, with somebody else in the same limit.
fn run(is_fixed: bool, calls: u32, other: Option<Other>) -> Outcome {
    run_on_a_machine_that_halts(is_fixed, calls, other, 0)
}

/// The same, where callers and server stand still for so many milliseconds now and then.
fn run_on_a_machine_that_halts(
    is_fixed: bool,
    calls: u32,
    other: Option<Other>,
    halt: i64,
) -> Outcome {
    let mut server = Server { is_fixed, made: VecDeque::new() };
    let (mut spent, mut outcome) = (Spent::default(), Outcome::default());
    let mut under_way: VecDeque<(i64, Option<u32>)> = VecDeque::new();
    let (mut done, mut asked_again_at, mut now) = (0, at(0), -30_000);
    let mut in_air: VecDeque<i64> = VecDeque::new();
    while done < calls {
        if let Some(other) = other
            && now >= other.from
            && now < other.until
            && (now - other.from) % other.every == 0
        {
            outcome.others_sent += 1;
            outcome.others_throttled += u32::from(server.admit(now).is_none());
        }
        if now.rem_euclid(7_301) < halt {
            now += 1;
            continue;
        }
        while in_air.front().is_some_and(|sent| sent + THERE <= now) {
            let sent = in_air.pop_front().unwrap();
            under_way.push_back((sent, server.admit(now)));
        }
        while under_way.front().is_some_and(|(sent, _)| sent + THERE + BACK <= now) {
            let (sent, left) = under_way.pop_front().unwrap();
            let remaining = News::Remaining { sent: at(sent), left: left.unwrap_or(0) };
            spent.note(ALLOWANCE, remaining, at(now));
            match left {
                Some(_) => done += 1,
                None => {
                    outcome.throttled += 1;
                    spent.note(ALLOWANCE, News::Throttled { until: None }, at(now));
                }
            }
        }
        while at(now) >= asked_again_at
            && in_air.len() + under_way.len() < 20
            && done + u32::try_from(in_air.len() + under_way.len()).unwrap() < calls
        {
            match spent.reserve(ALLOWANCE, at(now)) {
                Admission::Granted => in_air.push_back(now),
                Admission::WaitUntil(until) => asked_again_at = until,
                Admission::DayOver(_) => panic!("the day is not used up"),
            }
        }
        now += 1;
        assert!(now < 3_600_000, "it ends: {done} done");
    }
    outcome.milliseconds = now;
    outcome
}

#[test]
fn alone_a_limit_is_used_up_and_never_exceeded() {
    for is_fixed in [true, false] {
        let outcome = run(is_fixed, 2_000, None);
        assert_eq!(outcome.throttled, 0);
        assert!(outcome.milliseconds <= 190_000 * 103 / 100, "{outcome:?}");
    }
}

#[test]
fn calls_that_are_counted_late_are_no_others_and_cost_no_window() {
    for is_fixed in [true, false] {
        for halt in [80, 150, 400] {
            let outcome = run_on_a_machine_that_halts(is_fixed, 2_000, None, halt);
            assert_eq!(outcome.throttled, 0, "{is_fixed} {halt}");
            assert!(outcome.milliseconds <= 190_000 * 103 / 100, "{is_fixed} {halt}: {outcome:?}");
        }
    }
}

/// Somebody who spends 30 calls of a window, a little more or less.
fn others() -> impl Iterator<Item = (bool, i64)> {
    [true, false].into_iter().flat_map(|is_fixed| [332, 333, 334].map(|every| (is_fixed, every)))
}

#[test]
fn whoever_spends_before_us_is_left_room_and_the_rest_is_used() {
    for (is_fixed, every) in others() {
        let other = Other { every, from: -20_000, until: i64::MAX };
        let outcome = run(is_fixed, 2_000, Some(other));
        assert!(outcome.throttled <= 3, "{is_fixed} {every}: {outcome:?}");
        assert!(outcome.others_throttled <= outcome.others_sent / 20, "{is_fixed}: {outcome:?}");
        // 70 at once and 70 more in each of the 28 windows that follow.
        assert!(outcome.milliseconds <= 280_000 * 105 / 100, "{is_fixed} {every}: {outcome:?}");
    }
}

#[test]
fn whoever_begins_after_us_is_noticed() {
    for (is_fixed, every) in others() {
        for from in [17, 100, 250, 5_000, 25_000] {
            let outcome = run(is_fixed, 2_000, Some(Other { every, from, until: i64::MAX }));
            assert!(outcome.throttled <= 8, "{is_fixed} {every} {from}: {outcome:?}");
            assert!(outcome.milliseconds <= 280_000 * 105 / 100, "{outcome:?}");
        }
    }
}

#[test]
fn once_others_are_gone_the_whole_limit_is_used_again() {
    for (is_fixed, every) in others() {
        let outcome = run(is_fixed, 2_000, Some(Other { every, from: -20_000, until: 100_000 }));
        // About 700 calls in the first 100 seconds, and 100 in 10 seconds for the other 1,300.
        assert!(outcome.milliseconds <= 100_000 + 140_000, "{is_fixed} {every}: {outcome:?}");
        assert!(outcome.throttled <= 3, "{is_fixed} {every}: {outcome:?}");
    }
}
