//! When HighLevel delivers a webhook again: two rules, of which its documents say both.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Both rules send a throttled webhook again six times, ten minutes apart. The real pause varies
/// by a little; here it does not, so that a test can advance the clock to it.
const THROTTLED_RETRIES: u32 = 6;
const THROTTLED_PAUSE: Duration = Duration::from_secs(10 * 60);

/// Twelve tries in all whose pauses double from two minutes: 2 × (2¹¹ − 1) minutes are 2.8 days,
/// within the documented three.
const PERSISTENT_TRIES: u32 = 12;
const PERSISTENT_FIRST_PAUSE: Duration = Duration::from_secs(2 * 60);

/// The rule by which webhooks are delivered again (`facts/highlevel.md` 7.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryRule {
    /// The older rule: only after 429; every other failure is final.
    #[default]
    OnlyThrottled,
    /// The newer rule: also after a server fault or no reply at all, with growing pauses.
    Persistent,
}

impl RetryRule {
    /// The pause before the next try, after `tries` tries of which the last was answered with
    /// `status` (none where no reply came); none where the webhook is done or given up.
    #[must_use]
    pub fn pause(self, status: Option<u16>, tries: u32) -> Option<Duration> {
        match (status, self) {
            (Some(429), _) => (tries <= THROTTLED_RETRIES).then_some(THROTTLED_PAUSE),
            (None | Some(500..=599), Self::Persistent) => {
                let doublings = 2_u32.saturating_pow(tries.saturating_sub(1));
                (tries < PERSISTENT_TRIES).then_some(PERSISTENT_FIRST_PAUSE * doublings)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(rule: RetryRule, status: Option<u16>) -> Vec<u64> {
        (1..).map_while(|tries| Some(rule.pause(status, tries)?.as_secs())).collect()
    }

    #[test]
    fn throttling_is_met_with_six_tries_more_under_both_rules() {
        for rule in [RetryRule::OnlyThrottled, RetryRule::Persistent] {
            assert_eq!(pauses(rule, Some(429)), [600; 6]);
        }
    }

    #[test]
    fn other_failures_are_final_under_the_older_rule() {
        for status in [None, Some(200), Some(401), Some(413), Some(500), Some(503)] {
            assert_eq!(pauses(RetryRule::OnlyThrottled, status), [0; 0], "{status:?}");
        }
    }

    #[test]
    fn server_faults_and_silence_are_met_for_up_to_three_days_under_the_newer_rule() {
        for status in [None, Some(500), Some(599)] {
            let pauses = pauses(RetryRule::Persistent, status);
            assert_eq!(pauses[..4], [120, 240, 480, 960]);
            assert_eq!(pauses.len(), 11);
            assert!(pauses.iter().sum::<u64>() <= 3 * 24 * 60 * 60);
        }
    }

    #[test]
    fn refusals_are_final_under_the_newer_rule() {
        for status in [200, 204, 302, 400, 401, 404, 413] {
            assert_eq!(pauses(RetryRule::Persistent, Some(status)), [0; 0], "{status}");
        }
    }
}
