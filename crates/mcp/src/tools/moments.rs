//! Moments as people write them: with an offset, or as the clocks of the location show them.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::Value;

use super::calls;
use crate::{ToolError, desk::Desk};

/// A span of time that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// Its first moment.
    pub(crate) from: Timestamp,
    /// Where it ends.
    pub(crate) until: Timestamp,
}

/// The time zone with this name, or else the location's.
///
/// # Errors
/// Where there is no such zone, or the location cannot be read.
pub(crate) async fn zone(desk: &Desk, named: Option<&str>) -> Result<TimeZone, ToolError> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => {
            let call = desk.raw("locations.get-location")?;
            let reply = desk.read(call.with("locationId", calls::location(desk))).await?;
            reply.content()["timezone"].as_str().unwrap_or("UTC").to_owned()
        }
    };
    TimeZone::get(&name).map_err(|_| {
        let fix = "give a name such as Europe/London, or leave it out for the location's own";
        ToolError::argument(format!("there is no time zone `{name}`"), fix)
    })
}

/// The span from one text until another; a day as an end is in it. Without texts it begins now and
/// is so many days long.
///
/// # Errors
/// Where a text is no moment, or the end is not after the beginning.
pub(crate) async fn span(
    desk: &Desk,
    (from, until): (Option<&str>, Option<&str>),
    named: Option<&str>,
    days: i32,
) -> Result<Span, ToolError> {
    let is_local = |text: &str| text.trim().parse::<Timestamp>().is_err();
    let zone = match [from, until].into_iter().flatten().any(is_local) {
        true => zone(desk, named).await?,
        false => TimeZone::UTC,
    };
    let from = from.map(|text| read(text, &zone, false)).transpose()?.unwrap_or(desk.now());
    let until = match until {
        Some(until) => read(until, &zone, true)?,
        None => from.checked_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX),
    };
    match from < until {
        true => Ok(Span { from, until }),
        false => {
            Err(ToolError::argument("the span ends before it begins", "give `until` after `from`"))
        }
    }
}

/// A moment of the vendor, whose lists write some without an offset: RFC 3339 in the zone, where the
/// zone is known, and else as it was.
pub(crate) fn told(moment: &Value, zone: Option<&TimeZone>) -> Value {
    let Some(text) = moment.as_str() else { return moment.clone() };
    let Some(zone) = zone else { return moment.clone() };
    match read(text, zone, false) {
        Ok(moment) => {
            let local = moment.to_zoned(zone.clone());
            local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into()
        }
        Err(_) => moment.clone(),
    }
}

/// Whether a text of the vendor lacks its offset.
pub(crate) fn lacks_offset(moment: &Value) -> bool {
    moment.as_str().is_some_and(|text| text.parse::<Timestamp>().is_err())
}

fn read(text: &str, zone: &TimeZone, is_end: bool) -> Result<Timestamp, ToolError> {
    let text = text.trim();
    let refusal = || {
        let fix = "write it such as 2026-03-09, 2026-03-09T14:00 or 2026-03-09T14:00:00-05:00";
        ToolError::argument(format!("`{text}` is no moment"), fix)
    };
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let is_day = text.len() == 10;
    let local = match text.parse::<Date>() {
        Ok(day) if is_day && is_end => {
            day.tomorrow().map_err(|_| refusal())?.to_datetime(jiff::civil::Time::midnight())
        }
        Ok(day) if is_day => day.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse::<DateTime>().map_err(|_| refusal())?,
    };
    Ok(local.to_zoned(zone.clone()).map_err(|_| refusal())?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, is_end: bool) -> Option<String> {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        read(text, &zone, is_end).ok().map(|at| at.to_string())
    }

    #[test]
    fn what_has_no_offset_is_read_from_the_clocks_of_the_place() {
        assert_eq!(at("2026-03-09T14:00:00+01:00", false).unwrap(), "2026-03-09T13:00:00Z");
        assert_eq!(at("2026-03-09T14:00", false).unwrap(), "2026-03-09T19:00:00Z");
        assert_eq!(at("2026-03-09 14:00:00", false).unwrap(), "2026-03-09T19:00:00Z");
        assert_eq!(at("2026-03-09", false).unwrap(), "2026-03-09T05:00:00Z");
        assert_eq!(at("2026-03-09", true).unwrap(), "2026-03-10T05:00:00Z", "the day is in it");
        assert_eq!(at("tomorrow", false), None);
    }

    #[test]
    fn moments_of_the_vendor_get_their_offset() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let moment = told(&"2026-03-09 14:00:00".into(), Some(&zone));
        assert_eq!(moment, "2026-03-09T14:00:00-05:00");
        assert_eq!(told(&"soon".into(), Some(&zone)), "soon");
        assert!(lacks_offset(&"2026-03-09 14:00:00".into()));
        assert!(!lacks_offset(&"2026-03-09T14:00:00Z".into()));
    }
}
