//! Dates as Notion stores them: a day, or a minute with an offset.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    fmt::temporal::Pieces,
    tz::{Offset, TimeZone},
};
use serde_json::{Value, json};

use super::{field::Field, refusal::Refusal};

/// A moment of a date property or of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Day(Date),
    /// With the offset that it was written with; UTC where it was written without.
    Instant(Timestamp, Offset),
}

impl Moment {
    /// Reads an ISO 8601 date or date and time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        let Some(time) = pieces.time() else {
            return (text.len() == 10).then_some(Self::Day(pieces.date()));
        };
        let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
        let at = DateTime::from_parts(pieces.date(), time);
        let instant = offset.to_timestamp(at).ok()?;
        Some(Self::Instant(instant, offset))
    }

    pub(crate) fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant, _) => day_of(instant),
        }
    }

    /// The moment itself; a day begins at midnight UTC.
    pub(crate) fn instant(self) -> Timestamp {
        match self {
            Self::Instant(instant, _) => instant,
            Self::Day(day) => {
                let midnight = day.to_datetime(Time::midnight());
                Offset::UTC.to_timestamp(midnight).unwrap_or(Timestamp::MIN)
            }
        }
    }
}

/// The day of a moment in UTC.
pub(crate) fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// A moment as pages show when they were created and edited: its minute (`facts/notion.md` 0).
pub(crate) fn minute(instant: Timestamp) -> Timestamp {
    let seconds = instant.as_second().div_euclid(60) * 60;
    Timestamp::from_second(seconds).unwrap_or(instant)
}

/// The same, as it is written.
pub(crate) fn minute_text(instant: Timestamp) -> String {
    format!("{:.3}", minute(instant))
}

/// Reads the value of a date property and stores it as it is read back, to the minute.
///
/// # Errors
/// When it is no date, or names a time zone beside an offset.
pub(crate) fn write(field: &Field) -> Result<Value, Refusal> {
    field.only(&["start", "end", "time_zone"])?;
    let zone = match field.key("time_zone").filled() {
        Some(zone) => Some(zone.string()?),
        None => None,
    };
    let start = moment(&field.key("start"), zone)?;
    let end = match field.key("end").filled() {
        Some(end) => json!(moment(&end, zone)?),
        None => Value::Null,
    };
    Ok(json!({ "start": start, "end": end, "time_zone": zone }))
}

fn moment(field: &Field, zone: Option<&str>) -> Result<String, Refusal> {
    let text = field.string()?;
    let parsed = Moment::parse(text);
    let moment = parsed.ok_or_else(|| field.should_be("a valid ISO 8601 date string"))?;
    let Moment::Instant(instant, offset) = moment else {
        return Ok(text.to_owned());
    };
    let local = offset.to_datetime(instant).strftime("%Y-%m-%dT%H:%M:00.000").to_string();
    if zone.is_none() {
        return Ok(format!("{local}{}", offset_text(offset)));
    }
    let has_offset = Pieces::parse(text).is_ok_and(|pieces| pieces.offset().is_some());
    if has_offset {
        return Err(field.should_be("without an offset beside a time_zone"));
    }
    Ok(local)
}

fn offset_text(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: Value) -> Result<Value, String> {
        write(&Field::body(&value)).map_err(|refusal| refusal.message)
    }

    #[test]
    fn a_day_stays_a_day_and_a_moment_loses_its_seconds() {
        let start = |text: &str| written(json!({ "start": text })).unwrap()["start"].clone();
        assert_eq!(start("2026-12-01"), "2026-12-01");
        assert_eq!(start("2026-12-01T10:20:30Z"), "2026-12-01T10:20:00.000+00:00");
        assert_eq!(start("2026-12-01T10:20:30.5-03:30"), "2026-12-01T10:20:00.000-03:30");
        assert_eq!(start("2026-12-01T10:20"), "2026-12-01T10:20:00.000+00:00");
    }

    #[test]
    fn a_time_zone_stands_for_an_offset() {
        let stored = written(
            json!({ "start": "2026-12-01T10:00:00", "end": "2026-12-02", "time_zone": "Europe/Berlin" }),
        );
        let expected = json!({ "start": "2026-12-01T10:00:00.000", "end": "2026-12-02", "time_zone": "Europe/Berlin" });
        assert_eq!(stored.unwrap(), expected);
        let both = json!({ "start": "2026-12-01T10:00:00Z", "time_zone": "Europe/Berlin" });
        assert!(written(both).unwrap_err().contains("beside a time_zone"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for wrong in ["", "tomorrow", "2026-13-01", "12/01/2026", "2026-12", "20261201"] {
            let message = written(json!({ "start": wrong })).unwrap_err();
            assert!(
                message.contains("body.start should be a valid ISO 8601 date string"),
                "{message}"
            );
        }
        assert!(written(json!({})).unwrap_err().contains("body.start should be defined"));
        assert!(
            written(json!({ "start": "2026-12-01", "to": 1 })).unwrap_err().contains("body.to")
        );
    }

    #[test]
    fn moments_are_shown_to_the_minute() {
        let at: Timestamp = "2026-12-01T10:20:59.999Z".parse().unwrap();
        assert_eq!(minute_text(at), "2026-12-01T10:20:00.000Z");
    }
}
