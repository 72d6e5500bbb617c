//! One request that has passed the door, as the operations get it.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    keys::Key,
    record::{Record, record},
    refusal::Refusal,
};

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    /// What its path names, in order.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Empty where there is none.
    pub(crate) body: Record,
    pub(crate) key: Key,
    pub(crate) now: Timestamp,
    pub(crate) subdomain: String,
    /// Whether pages are as long as the documentation says.
    pub(crate) strict_spec: bool,
}

impl Call {
    /// A parameter of the query; the last one where it stands more than once.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(known, _)| known == name);
        found.next_back().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All values of a list in the query, such as `id[]`.
    pub(crate) fn parameters(&self, name: &str) -> Vec<&str> {
        let found = self.query.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The id that the path names.
    ///
    /// # Errors
    /// When it names none.
    pub(crate) fn id(&self) -> Result<u64, Refusal> {
        let id = self.segments.first().and_then(|segment| segment.parse().ok());
        id.ok_or_else(Refusal::not_found)
    }

    /// The moment of the request, as records show it.
    pub(crate) fn written_now(&self) -> Value {
        written(self.now)
    }
}

/// A moment as records show it: UTC with milliseconds.
pub(crate) fn written(moment: Timestamp) -> Value {
    Value::String(format!("{moment:.3}"))
}

/// Reads a body; none is an empty object.
///
/// # Errors
/// When it is no object.
pub(crate) fn read_body(body: &[u8]) -> Result<Record, Refusal> {
    if body.is_empty() {
        return Ok(Record::new());
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(record(value)),
        _ => Err(Refusal::of_fault(400, Some("There was a problem in the JSON you submitted."))),
    }
}
