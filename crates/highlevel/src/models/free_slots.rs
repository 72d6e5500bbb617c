//! Free slots: when a calendar can be booked, by day.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The free slots of a calendar.
///
/// The texts are as HighLevel wrote them, with the offset of the time zone that was asked for: book
/// with one of them unchanged, since the same moment in another form may be refused
/// (`facts/highlevel.md` 6.3, 10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<String, Value>")]
pub struct FreeSlots {
    /// The slots of each day, `YYYY-MM-DD`, in the order of HighLevel. What the reply says beside
    /// the days, such as `traceId`, is left out.
    pub days: BTreeMap<String, Vec<String>>,
}

impl FreeSlots {
    /// All slots, day after day.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.days.values().flatten().map(String::as_str)
    }
}

impl From<BTreeMap<String, Value>> for FreeSlots {
    fn from(members: BTreeMap<String, Value>) -> Self {
        let day = |(day, value): (String, Value)| {
            let slots = value.get("slots")?.as_array()?;
            let texts = slots.iter().filter_map(Value::as_str).map(str::to_owned);
            Some((day, texts.collect()))
        };
        Self { days: members.into_iter().filter_map(day).collect() }
    }
}
