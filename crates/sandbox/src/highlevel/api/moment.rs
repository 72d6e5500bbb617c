//! Moments as HighLevel writes them: ISO 8601 with milliseconds, or milliseconds since 1970.

use jiff::Timestamp;

/// With exactly three digits of a second's fraction.
pub(crate) fn iso(moment: Timestamp) -> String {
    format!("{moment:.3}")
}
