//! A time as RepairShopr writes it, in one of several forms.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A time, kept as it was written.
///
/// Most are UTC with milliseconds, some have more digits, a space, `UTC` or `+0000`, and some are
/// dates that are written as a midnight (`facts/repairshopr.md` 4, 5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(String);

impl Moment {
    /// Wraps a time as it was written.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment; none where the text is none. A text without an offset is UTC.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        let text = self.0.trim();
        let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
        text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
    }

    /// The day that was written, whatever the offset: for fields that people fill in as dates. To
    /// take such a midnight as a moment makes it the day before in the Americas.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        self.0.trim().get(..10)?.parse().ok()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let expected: Timestamp = "2026-03-05T08:33:21.053Z".parse().unwrap();
        for text in [
            "2026-03-05T08:33:21.053Z",
            "2026-03-05T08:33:21.053000000Z",
            "2026-03-05T08:33:21.053+0000",
            "2026-03-05T02:33:21.053-06:00",
            "2026-03-05 08:33:21.053 UTC",
            " 2026-03-05T08:33:21.053 ",
        ] {
            assert_eq!(Moment::new(text).timestamp(), Some(expected), "{text}");
        }
        for text in ["", "soon", "2026-13-05T08:33:21Z"] {
            assert_eq!(Moment::new(text).timestamp(), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_the_day_that_was_written() {
        let day = |text: &str| Moment::new(text).date().map(|date| date.to_string());
        assert_eq!(day("2027-01-31T00:00:00.000Z").as_deref(), Some("2027-01-31"));
        assert_eq!(day("2027-01-31").as_deref(), Some("2027-01-31"));
        assert_eq!(day("2027-01-31T00:00:00.000-08:00").as_deref(), Some("2027-01-31"));
        assert_eq!(day("31.01.2027"), None);
        assert_eq!(day("éééééé"), None);
    }
}
