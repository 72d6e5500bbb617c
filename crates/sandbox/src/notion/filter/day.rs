//! Conditions on dates: compared with a moment, or within a span around today.

use jiff::{Span, Timestamp, ToSpan, civil::Date};

use crate::notion::{
    date::{Moment, day_of},
    field::Field,
    refusal::Refusal,
};

/// A condition on a date whose relative words have been resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DayTest {
    Equals(Moment),
    Before(Moment),
    After(Moment),
    OnOrBefore(Moment),
    OnOrAfter(Moment),
    /// Both days included.
    Within(Date, Date),
}

impl DayTest {
    /// # Errors
    /// When there is no such operator, or its operand is no date.
    pub(super) fn parse(name: &str, operand: &Field, now: Timestamp) -> Result<Self, Refusal> {
        let today = day_of(now);
        if let Some((first, last)) = span(name, today) {
            operand.only(&[])?;
            return Ok(Self::Within(first, last));
        }
        let compare = match name {
            "equals" => Self::Equals,
            "before" => Self::Before,
            "after" => Self::After,
            "on_or_before" => Self::OnOrBefore,
            "on_or_after" => Self::OnOrAfter,
            _ => return Err(operand.should_be("not present")),
        };
        let word = operand.string()?;
        let moment = relative(word, today).map(Moment::Day).or_else(|| Moment::parse(word));
        let moment = moment.ok_or_else(|| operand.should_be("a valid ISO 8601 date string"))?;
        Ok(compare(moment))
    }

    /// Whether it holds of a date. Against a day, days are compared; against a moment, moments.
    pub(super) fn holds(self, value: Moment) -> bool {
        let order = |wanted: Moment| match wanted {
            Moment::Day(day) => value.day().cmp(&day),
            Moment::Instant(instant, _) => value.instant().cmp(&instant),
        };
        match self {
            Self::Equals(wanted) => order(wanted).is_eq(),
            Self::Before(wanted) => order(wanted).is_lt(),
            Self::After(wanted) => order(wanted).is_gt(),
            Self::OnOrBefore(wanted) => order(wanted).is_le(),
            Self::OnOrAfter(wanted) => order(wanted).is_ge(),
            Self::Within(first, last) => (first..=last).contains(&value.day()),
        }
    }
}

fn moved(day: Date, by: Span) -> Date {
    day.saturating_add(by)
}

fn relative(word: &str, today: Date) -> Option<Date> {
    Some(match word {
        "today" => today,
        "tomorrow" => moved(today, 1.day()),
        "yesterday" => moved(today, (-1).day()),
        "one_week_ago" => moved(today, (-1).week()),
        "one_week_from_now" => moved(today, 1.week()),
        "one_month_ago" => moved(today, (-1).month()),
        "one_month_from_now" => moved(today, 1.month()),
        _ => return None,
    })
}

fn span(name: &str, today: Date) -> Option<(Date, Date)> {
    Some(match name {
        "past_week" => (moved(today, (-1).week()), today),
        "past_month" => (moved(today, (-1).month()), today),
        "past_year" => (moved(today, (-1).year()), today),
        "next_week" => (today, moved(today, 1.week())),
        "next_month" => (today, moved(today, 1.month())),
        "next_year" => (today, moved(today, 1.year())),
        "this_week" => {
            // From Sunday to Saturday.
            let since_sunday = i64::from(today.weekday().to_sunday_zero_offset());
            let sunday = moved(today, (-since_sunday).days());
            (sunday, moved(sunday, 6.days()))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A Thursday.
    const NOW: &str = "2026-03-05T12:00:00Z";

    fn holds(test: Value, value: &str) -> bool {
        let field = Field::body(&test);
        let (name, operand) = field.entries().unwrap().remove(0);
        let test = DayTest::parse(name, &operand, NOW.parse().unwrap()).unwrap();
        test.holds(Moment::parse(value).unwrap())
    }

    #[test]
    fn days_are_compared_with_days_and_moments_with_moments() {
        for (test, value, expected) in [
            (json!({ "equals": "2026-03-05" }), "2026-03-05T23:59:00Z", true),
            (json!({ "equals": "2026-03-05T10:00:00Z" }), "2026-03-05T11:00:00+01:00", true),
            (json!({ "before": "2026-03-05" }), "2026-03-05T00:00:00Z", false),
            (json!({ "before": "2026-03-05T10:00:00Z" }), "2026-03-05", true),
            (json!({ "after": "2026-03-05T10:00:00Z" }), "2026-03-05T10:01:00Z", true),
            (json!({ "on_or_after": "2026-03-05T10:00:00Z" }), "2026-03-05T10:00:00Z", true),
            (json!({ "on_or_before": "today" }), "2026-03-05T23:00:00Z", true),
            (json!({ "equals": "one_month_ago" }), "2026-02-05", true),
        ] {
            assert_eq!(holds(test.clone(), value), expected, "{test} {value}");
        }
    }

    #[test]
    fn spans_lie_around_today() {
        for (name, first, last) in [
            ("this_week", "2026-03-01", "2026-03-07"),
            ("past_week", "2026-02-26", "2026-03-05"),
            ("past_month", "2026-02-05", "2026-03-05"),
            ("past_year", "2025-03-05", "2026-03-05"),
            ("next_week", "2026-03-05", "2026-03-12"),
            ("next_month", "2026-03-05", "2026-04-05"),
            ("next_year", "2026-03-05", "2027-03-05"),
        ] {
            let within = |day: Date| holds(json!({ name: {} }), &day.to_string());
            let (first, last): (Date, Date) = (first.parse().unwrap(), last.parse().unwrap());
            assert!(within(first) && within(last), "{name}");
            assert!(!within(moved(first, (-1).day())) && !within(moved(last, 1.day())), "{name}");
        }
    }
}
