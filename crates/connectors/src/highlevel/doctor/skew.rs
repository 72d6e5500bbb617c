//! How far this machine's clock is from HighLevel's: signatures, tokens and limits rest on it.

use domain::{Finding, Verdict};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::Answer;

/// HighLevel tells whole seconds, and calls take time: up to here nothing is wrong.
const CLOSE: SignedDuration = SignedDuration::from_secs(30);

/// What a door and a receiver of signed messages still accept.
const FAR: SignedDuration = SignedDuration::from_mins(5);

/// What an answer says about the clock; none where it names no time.
pub(super) fn finding(answer: &Answer) -> Option<Finding> {
    let told = rfc2822::DateTimeParser::new().parse_timestamp(answer.date()?).ok()?;
    Some(judge(told, answer.sent, answer.received))
}

/// Holds the vendor's time against the two moments between which it was told.
fn judge(told: Timestamp, sent: Timestamp, received: Timestamp) -> Finding {
    let early = sent.duration_since(told);
    let late = told.duration_since(received);
    // Within the call, and the second that the vendor leaves out, nobody can tell.
    let off = early.max(late).max(SignedDuration::ZERO);
    let verdict = match off {
        off if off <= CLOSE => Verdict::Good,
        off if off <= FAR => Verdict::Warning,
        _ => Verdict::Bad,
    };
    let direction = if early > late { "ahead of" } else { "behind" };
    let found = match verdict {
        Verdict::Good => "it agrees with HighLevel's".to_owned(),
        _ => format!("it is {} s {direction} HighLevel's", off.as_secs()),
    };
    let hint = (verdict != Verdict::Good)
        .then(|| "set this machine's clock, by switching on its time synchronization".to_owned());
    Finding { subject: "clock".to_owned(), verdict, found, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_clock_is_close_off_or_far_off() {
        let verdict = |told| judge(at(told), at(1_000), at(1_002)).verdict;
        for (told, expected) in [
            (1_001, Verdict::Good),
            (971, Verdict::Good),
            (969, Verdict::Warning),
            (1_032, Verdict::Good),
            (1_033, Verdict::Warning),
            (699, Verdict::Bad),
            (1_303, Verdict::Bad),
        ] {
            assert_eq!(verdict(told), expected, "{told}");
        }
    }

    #[test]
    fn it_says_in_which_direction() {
        let found = |told| judge(at(told), at(1_000), at(1_000)).found;
        assert_eq!(found(400), "it is 600 s ahead of HighLevel's");
        assert_eq!(found(1_600), "it is 600 s behind HighLevel's");
    }
}
