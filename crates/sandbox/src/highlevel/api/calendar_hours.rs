//! When a calendar can be booked at all: open hours, single days, and schedules of people.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde_json::Value;

use super::account::Account;

/// The hours of one person for one calendar.
#[derive(Debug)]
pub(crate) struct Hours<'a> {
    pub(crate) zone: TimeZone,
    source: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    Calendar(&'a Value),
    /// The rules of a schedule.
    Rules(&'a Value),
}

/// The time zone of a location; UTC where it names none that exists.
pub(crate) fn zone(account: &Account) -> TimeZone {
    let name = account.record.get("timezone").and_then(Value::as_str).unwrap_or_default();
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

impl<'a> Hours<'a> {
    /// The schedule of the person for this calendar goes first, then the calendar's own, then its
    /// open hours and single days in the time zone of the location.
    pub(crate) fn of(account: &'a Account, calendar: &'a Value, user: Option<&str>) -> Self {
        let id = calendar["id"].as_str().unwrap_or_default();
        let is_of = |schedule: &&Value| {
            let calendars = schedule["calendarIds"].as_array();
            user.is_some_and(|user| schedule["userId"] == user)
                && calendars.is_some_and(|calendars| calendars.iter().any(|known| known == id))
        };
        let schedules = &account.calendars;
        let personal = schedules.schedules.iter().find(is_of);
        match personal.or_else(|| schedules.own_schedules.get(id)) {
            Some(schedule) => {
                let name = schedule["timezone"].as_str().unwrap_or_default();
                let zone = TimeZone::get(name).unwrap_or_else(|_| zone(account));
                Self { zone, source: Source::Rules(&schedule["rules"]) }
            }
            None => Self { zone: zone(account), source: Source::Calendar(calendar) },
        }
    }

    /// From when until when a day is open.
    pub(crate) fn spans(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        let minutes = match self.source {
            Source::Calendar(calendar) => calendar_minutes(calendar, day),
            Source::Rules(rules) => rule_minutes(rules, day),
        };
        let moment = |minutes: i64| {
            let at = day.to_datetime(Time::midnight()).checked_add(minutes.minutes()).ok()?;
            Some(at.to_zoned(self.zone.clone()).ok()?.timestamp())
        };
        minutes.into_iter().filter_map(|(from, to)| Some((moment(from)?, moment(to)?))).collect()
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// `availabilityType` 1 means single days alone, 0 open hours alone; without it a single day stands
/// in for the open hours of that day.
fn calendar_minutes(calendar: &Value, day: Date) -> Vec<(i64, i64)> {
    let kind = calendar["availabilityType"].as_i64();
    let date = day.to_string();
    let is_day = |one: &&Value| {
        let text = one["date"].as_str().unwrap_or_default();
        text.get(..10) == Some(date.as_str()) && one["deleted"] != true
    };
    let single = items(&calendar["availabilities"]).iter().find(is_day);
    if let Some(single) = single.filter(|_| kind != Some(0)) {
        return items(&single["hours"]).iter().map(hour_minutes).collect();
    }
    if kind == Some(1) {
        return Vec::new();
    }
    let weekday = day.weekday().to_sunday_zero_offset();
    let is_open = |one: &&Value| {
        items(&one["daysOfTheWeek"]).iter().any(|day| day.as_f64() == Some(weekday.into()))
    };
    let open = items(&calendar["openHours"]).iter().filter(is_open);
    open.flat_map(|one| items(&one["hours"])).map(hour_minutes).collect()
}

fn hour_minutes(hours: &Value) -> (i64, i64) {
    let whole = |name: &str| hours[name].as_i64().unwrap_or_default();
    let at = |hour, minute| whole(hour) * 60 + whole(minute);
    (at("openHour", "openMinute"), at("closeHour", "closeMinute"))
}

/// A rule for the date goes before those for the weekday.
fn rule_minutes(rules: &Value, day: Date) -> Vec<(i64, i64)> {
    let date = day.to_string();
    let weekday = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        [usize::try_from(day.weekday().to_sunday_zero_offset()).unwrap_or_default()];
    let of = |kind: &str, name: &str, value: &str| -> Vec<&Value> {
        items(rules).iter().filter(|rule| rule["type"] == kind && rule[name] == value).collect()
    };
    let dated = of("date", "date", &date);
    let found = if dated.is_empty() { of("wday", "day", weekday) } else { dated };
    let intervals = found.into_iter().flat_map(|rule| items(&rule["intervals"]));
    let clock = |text: &Value| {
        let (hour, minute) = text.as_str()?.split_once(':')?;
        Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?)
    };
    intervals.filter_map(|one| Some((clock(&one["from"])?, clock(&one["to"])?))).collect()
}
