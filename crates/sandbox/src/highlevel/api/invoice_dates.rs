//! When the invoices of a schedule are made: once, or again and again by a rule.

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};
use serde_json::Value;

use super::ledger::{number, text};

/// How many dates of a rule are looked at before it counts as having no further one.
const PATIENCE: i64 = 1_000;
/// No invoice is made longer than this before its date.
const MOST_DAYS_BEFORE: f64 = 365.0;

/// When the next invoice of a schedule is due, after so many were made; none where it has ended.
///
/// What names no zone is in that of the location. Dates before `from` have passed: a rule goes on
/// with the first one after it, and a single invoice is due at once.
pub(crate) fn next(
    schedule: &Value,
    made: usize,
    (zone, from): (&TimeZone, Timestamp),
) -> Option<Timestamp> {
    let rule = &schedule["rrule"];
    match rule.is_object() {
        true => Rule::of(rule)?.next(made, (zone, from)),
        false if made == 0 => Some(moment(text(schedule, "executeAt"), zone)?.max(from)),
        false => None,
    }
}

/// A moment, or midnight of a day.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let local = || text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok();
    text.parse().ok().or_else(|| Some(local()?.timestamp()))
}

/// A rule as HighLevel writes it.
struct Rule<'a> {
    given: &'a Value,
    start: DateTime,
    end: Option<DateTime>,
}

impl<'a> Rule<'a> {
    fn of(given: &'a Value) -> Option<Self> {
        let at = |day: &str, time: &str| -> Option<DateTime> {
            let day: Date = text(given, day).get(..10)?.parse().ok()?;
            Some(day.to_datetime(text(given, time).parse().unwrap_or(Time::midnight())))
        };
        let end = at("endDate", "endTime");
        let whole_day = given["endTime"].is_null();
        let end = end.map(|end| if whole_day { end.date().at(23, 59, 59, 0) } else { end });
        Some(Self { given, start: at("startDate", "startTime")?, end })
    }

    fn next(&self, made: usize, (zone, from): (&TimeZone, Timestamp)) -> Option<Timestamp> {
        let count = self.given["count"].as_u64().filter(|count| *count > 0);
        if count.is_some_and(|count| made as u64 >= count) {
            return None;
        }
        let ahead =
            Span::new().days(number(self.given, "daysBefore").clamp(0.0, MOST_DAYS_BEFORE) as i64);
        let near = self.near(from.to_zoned(zone.clone()).datetime());
        for index in near..near.saturating_add(PATIENCE) {
            let Some(date) = self.date(index)? else { continue };
            if self.end.is_some_and(|end| date > end) {
                return None;
            }
            let moment = date.checked_sub(ahead).ok()?.to_zoned(zone.clone()).ok()?.timestamp();
            if date >= self.start && moment >= from {
                return Some(moment);
            }
        }
        None
    }

    /// The number of a date shortly before a moment.
    fn near(&self, from: DateTime) -> i64 {
        let (start, interval) = (self.start, self.interval());
        let months = || {
            let years = i64::from(from.year()) - i64::from(start.year());
            years * 12 + i64::from(from.month()) - i64::from(start.month())
        };
        let seconds = || from.duration_since(start).as_secs();
        let passed = match text(self.given, "intervalType") {
            "yearly" => months() / 12,
            "monthly" => months(),
            "weekly" => seconds() / (7 * 86_400),
            "daily" => seconds() / 86_400,
            "hourly" => seconds() / 3_600,
            "minutely" => seconds() / 60,
            _ => seconds(),
        };
        (passed / interval - 2).max(0)
    }

    fn interval(&self) -> i64 {
        (number(self.given, "interval") as i64).max(1)
    }

    /// The date of a number, counted from 0; none within where its month has no such day.
    fn date(&self, index: i64) -> Option<Option<DateTime>> {
        let steps = index.checked_mul(self.interval())?;
        let span = Span::new();
        let span = match text(self.given, "intervalType") {
            "yearly" => return self.day(steps.checked_mul(12)?),
            "monthly" => return self.day(steps),
            "weekly" => span.try_weeks(steps),
            "daily" => span.try_days(steps),
            "hourly" => span.try_hours(steps),
            "minutely" => span.try_minutes(steps),
            _ => span.try_seconds(steps),
        };
        let first = match text(self.given, "intervalType") {
            "weekly" => self.on_weekday()?,
            _ => self.start,
        };
        Some(Some(first.checked_add(span.ok()?).ok()?))
    }

    /// So many months after the start, on the day of the month that the rule names.
    fn day(&self, months: i64) -> Option<Option<DateTime>> {
        let start = self.start.date();
        let named = MONTHS.iter().position(|name| *name == text(self.given, "monthOfYear"));
        let first = match named.filter(|_| text(self.given, "intervalType") == "yearly") {
            Some(month) => Date::new(start.year(), i8::try_from(month).ok()? + 1, 1).ok()?,
            None => start.first_of_month(),
        };
        let first = first.checked_add(Span::new().try_months(months).ok()?).ok()?;
        let nth = number(self.given, "numOfWeek") as i8;
        let day = match (weekday(self.given), nth) {
            (Some(weekday), nth) if nth != 0 => first.nth_weekday_of_month(nth, weekday).ok(),
            _ => {
                let given = number(self.given, "dayOfMonth") as i8;
                let wanted = if given == 0 { start.day() } else { given };
                let last = first.days_in_month();
                let day = if wanted < 0 { last } else { wanted.min(last) };
                Date::new(first.year(), first.month(), day).ok()
            }
        };
        Some(day.map(|day| day.to_datetime(self.start.time())))
    }

    /// The start, or the first day after it that is the named day of the week.
    fn on_weekday(&self) -> Option<DateTime> {
        let Some(wanted) = weekday(self.given) else {
            return Some(self.start);
        };
        let days = wanted.since(self.start.weekday());
        self.start.checked_add(Span::new().days(days)).ok()
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn weekday(rule: &Value) -> Option<Weekday> {
    let names = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    let place = names.iter().position(|name| *name == text(rule, "dayOfWeek"))?;
    Weekday::from_monday_one_offset(i8::try_from(place).ok()? + 1).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The first dates of a rule, in UTC.
    fn dates(rule: Value, count: usize) -> Vec<String> {
        let schedule = json!({ "rrule": rule });
        let (zone, mut from) = (TimeZone::UTC, "2026-01-01T00:00:00Z".parse().unwrap());
        let mut found = Vec::new();
        for made in 0..count {
            let Some(next) = next(&schedule, made, (&zone, from)) else { break };
            found.push(next.to_string());
            from = next + Span::new().seconds(1);
        }
        found
    }

    #[test]
    fn a_month_without_the_day_takes_its_last() {
        let rule = json!({
            "intervalType": "monthly", "interval": 1, "startDate": "2026-01-10", "dayOfMonth": 31,
            "startTime": "08:30:00", "endDate": "2026-03-31",
        });
        let expected = ["2026-01-31T08:30:00Z", "2026-02-28T08:30:00Z", "2026-03-31T08:30:00Z"];
        assert_eq!(dates(rule, 5), expected);
    }

    #[test]
    fn weeks_begin_on_the_named_day_and_end_after_their_count() {
        let rule = json!({
            "intervalType": "weekly", "interval": 2, "startDate": "2026-03-04", "dayOfWeek": "mo",
            "count": 2, "daysBefore": 1,
        });
        assert_eq!(dates(rule, 5), ["2026-03-08T00:00:00Z", "2026-03-22T00:00:00Z"]);
    }

    #[test]
    fn the_second_friday_of_a_month_is_found_each_year() {
        let rule = json!({
            "intervalType": "yearly", "interval": 1, "startDate": "2026-02-20",
            "dayOfWeek": "fr", "numOfWeek": 2, "monthOfYear": "feb",
        });
        assert_eq!(dates(rule, 1), ["2027-02-12T00:00:00Z"]);
    }

    #[test]
    fn one_invoice_is_made_at_its_moment_in_the_zone_of_the_location() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let from = "2026-01-01T00:00:00Z".parse().unwrap();
        let schedule = json!({ "executeAt": "2026-03-04T09:00:00" });
        let first = next(&schedule, 0, (&zone, from)).unwrap();
        assert_eq!(first.to_string(), "2026-03-04T14:00:00Z");
        assert_eq!(next(&schedule, 1, (&zone, from)), None);
    }
}
