//! The time zone of each location: HighLevel tells some times as its clocks show them, without an offset.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use endpoint::{Timer, Transport};
use highlevel::{LocationId, models::Moment, resources::GetLocation};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::Connected;

/// How long a zone counts as known, and how long nobody asks again where there is none.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// The zones of all locations.
#[derive(Default)]
pub(super) struct Zones(Mutex<BTreeMap<LocationId, (Timestamp, Option<TimeZone>)>>);

impl Zones {
    /// The zone of a location; none where HighLevel does not tell one.
    pub(super) async fn of<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Option<TimeZone> {
        let known = {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&at.location).cloned()
        };
        if let Some((read_at, zone)) = known
            && now.duration_since(read_at) < LIFE
        {
            return zone;
        }
        let read = at.client.call(&GetLocation { location_id: at.location.clone() }).await;
        if let Err(error) = &read {
            tracing::warn!(%error, "the time zone of a location cannot be read");
        }
        let name = read.ok().and_then(|reply| reply.location.timezone);
        let zone = name.and_then(|name| TimeZone::get(&name).ok());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(at.location.clone(), (now, zone.clone()));
        zone
    }
}

/// A moment with an offset, or as the clocks of a zone show it.
pub(super) fn moment(told: &Moment, zone: Option<&TimeZone>) -> Option<Timestamp> {
    let on_the_clock = || {
        let text = serde_json::to_value(told).ok()?;
        let shown: DateTime = text.as_str()?.parse().ok()?;
        Some(shown.to_zoned(zone?.clone()).ok()?.timestamp())
    };
    told.timestamp().or_else(on_the_clock)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_without_an_offset_is_that_of_the_location() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let told = |text: &str| serde_json::from_value::<Moment>(json!(text)).unwrap();
        let read = |text: &str, zone| moment(&told(text), zone).map(|it| it.to_string());
        let expected = Some("2026-01-05T14:00:00Z".to_owned());
        assert_eq!(read("2026-01-05 09:00:00", Some(&zone)), expected);
        assert_eq!(read("2026-01-05T15:00:00+01:00", Some(&zone)), expected);
        assert_eq!(read("2026-01-05 09:00:00", None), None);
        assert_eq!(read("soon", Some(&zone)), None);
    }
}
