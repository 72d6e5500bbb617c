//! When an action failed by its own fault, then this is how long it waits, and when it is given up.

use std::time::Duration;

/// The wait after the first failure; each further one is [`FACTOR`] times as long.
const FIRST: Duration = Duration::from_secs(5);
/// How much longer each wait is than the one before.
const FACTOR: u32 = 3;
/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
/// By which part of itself a wait is longer or shorter, so that what failed together does not come
/// back together.
const SPREAD: f64 = 0.2;

/// How long an action waits that failed `failures` times before this time; none where its waits are
/// used up. Without their jitter all waits of one series add up to `give_up_after`
/// (`facts/engine.md` 5.6).
///
/// `random` is a number from 0 to 1.
pub(crate) fn wait(failures: u32, give_up_after: Duration, random: f64) -> Option<Duration> {
    let (mut wait, mut waited) = (FIRST, Duration::ZERO);
    for _ in 0..failures {
        waited += wait;
        if waited >= give_up_after {
            return None;
        }
        wait = (wait * FACTOR).min(LONGEST);
    }
    let left = give_up_after.checked_sub(waited).filter(|left| !left.is_zero())?;
    let factor = 1.0 + SPREAD * (2.0 * random.clamp(0.0, 1.0) - 1.0);
    Some(wait.min(left).mul_f64(factor))
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::vec,
        prelude::{prop_assert, proptest},
    };

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn series(give_up_after: Duration, random: impl Fn(u32) -> f64) -> Vec<Duration> {
        let waits = (0..).map_while(|failures| wait(failures, give_up_after, random(failures)));
        waits.collect()
    }

    #[test]
    fn the_waits_of_a_day_grow_from_seconds_to_hours() {
        let waits: Vec<_> = series(DAY, |_| 0.5).iter().map(Duration::as_secs).collect();
        let expected = [5, 15, 45, 135, 405, 1_215, 3_645, 10_935, 21_600, 21_600, 21_600, 5_200];
        assert_eq!(waits, expected);
        assert_eq!(waits.iter().sum::<u64>(), DAY.as_secs());
    }

    #[test]
    fn without_time_there_is_no_second_try() {
        assert_eq!(wait(0, Duration::ZERO, 0.5), None);
    }

    proptest! {
        #[test]
        fn a_series_ends_within_a_fifth_of_its_time(
            randoms in vec(0.0_f64..=1.0, 64),
            hours in 1_u64..=96,
        ) {
            let time = Duration::from_secs(hours * 60 * 60);
            let waits = series(time, |failures| randoms[failures as usize]);
            let total: Duration = waits.iter().sum();
            prop_assert!(total >= time.mul_f64(0.799) && total <= time.mul_f64(1.201));
            prop_assert!(waits[0] >= Duration::from_secs(4) && waits[0] <= Duration::from_secs(6));
            prop_assert!(waits.iter().all(|wait| *wait <= LONGEST.mul_f64(1.201)));
            prop_assert!(waits.len() < 30, "{} attempts", waits.len());
        }

        #[test]
        fn a_wait_is_within_a_fifth_of_its_plan_for_any_number(
            failures in 0_u32..200,
            random in proptest::num::f64::ANY,
            seconds in 0_u64..1_000_000,
        ) {
            let time = Duration::from_secs(seconds);
            let random = if random.is_nan() { 0.5 } else { random };
            let (planned, spread) = (wait(failures, time, 0.5), wait(failures, time, random));
            prop_assert!(planned.is_some() == spread.is_some());
            if let (Some(planned), Some(spread)) = (planned, spread) {
                prop_assert!(spread >= planned.mul_f64(0.799) && spread <= planned.mul_f64(1.201));
            }
        }
    }
}
