//! The settings of what is kept equal with what, and of runs through vendors' lists.

mod application;
mod repairshopr;

use std::path::PathBuf;

use engine::Timetable;
use jiff::{SignedDuration, civil::Time};
use serde::Deserialize;

pub(crate) use self::application::ApplicationSync;
use self::repairshopr::RepairShoprSync;
use crate::failure::Failure;

/// What is kept equal with what, and when the mirror is compared with what vendors list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sync {
    pub(crate) mapping_file: PathBuf,
    pub(crate) poll_seconds: u64,
    pub(crate) every_hours: u32,
    pub(crate) off_peak: String,
    pub(crate) application: ApplicationSync,
    pub(crate) repairshopr: RepairShoprSync,
}

impl Sync {
    /// When runs begin by themselves.
    ///
    /// # Errors
    /// Where the hours cannot be read.
    pub(crate) fn timetable(&self) -> Result<Timetable, Failure> {
        let every = SignedDuration::from_hours(i64::from(self.every_hours));
        Ok(Timetable { every: (!every.is_zero()).then_some(every), window: self.window()? })
    }

    fn window(&self) -> Result<Option<(Time, Time)>, Failure> {
        let text = self.off_peak.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
        let hours = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        let (from, to) = hours.filter(|(from, to)| from != to).ok_or_else(|| {
            Failure::user(
                "use sync.off_peak: it names no hours",
                "give two times of the day in UTC, such as 22:00-05:00, or leave it empty",
            )
        })?;
        Ok(Some((from, to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, layers};

    fn hours(text: &str) -> Sync {
        let settings: Settings = layers::defaults().try_into().unwrap();
        Sync { every_hours: 6, off_peak: text.to_owned(), ..settings.sync }
    }

    #[test]
    fn the_hours_of_runs_are_two_times_of_the_day() {
        assert_eq!(hours(" ").timetable().unwrap().window, None);
        let night = hours("22:00 - 05:30").timetable().unwrap();
        assert_eq!(night.window, Some((Time::constant(22, 0, 0, 0), Time::constant(5, 30, 0, 0))));
        assert_eq!(night.every, Some(SignedDuration::from_hours(6)));
        for odd in ["22:00", "22-5", "25:00-01:00", "05:00-05:00"] {
            assert!(hours(odd).timetable().is_err(), "{odd}");
        }
        assert_eq!(Sync { every_hours: 0, ..hours("") }.timetable().unwrap().every, None);
    }
}
