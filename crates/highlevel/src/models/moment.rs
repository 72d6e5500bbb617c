//! A moment as HighLevel writes it: a text, or a number of milliseconds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A date and time of a record, kept exactly as it came (`facts/highlevel.md` 9.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(Value);

impl Moment {
    /// The moment; none where it is neither ISO 8601 with an offset nor milliseconds since 1970.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        match &self.0 {
            Value::String(text) => match text.parse::<i64>() {
                Ok(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
                Err(_) => text.parse().ok(),
            },
            Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
            _ => None,
        }
    }
}
