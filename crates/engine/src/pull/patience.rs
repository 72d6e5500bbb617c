//! When a list cannot be read for a while, then this is how long it is left alone, and when it is given up.

use std::time::Duration;

/// The wait after the first failure; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);
/// How many failures in a row a list is given: about an hour and a half.
const MOST_FAILURES: u32 = 24;

/// How long to wait after so many failures in a row; none where the list is given up.
pub(super) fn wait(failures: u32) -> Option<Duration> {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    (failures < MOST_FAILURES).then_some(doubled.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_left_alone_for_longer_each_time_and_given_up_in_the_end() {
        let waits: Vec<_> = (1..).map_while(wait).collect();
        assert_eq!(waits[0], FIRST);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] <= LONGEST));
        let minutes = waits.iter().sum::<Duration>().as_secs() / 60;
        assert!((60..=120).contains(&minutes), "{minutes} minutes");
    }
}
