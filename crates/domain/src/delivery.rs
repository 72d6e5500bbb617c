//! A delivery: one HTTP request that a vendor pushed to the hub, as raw bytes.

use bytes::Bytes;
use jiff::Timestamp;

use crate::CorrelationId;

/// One pushed request, before anybody has read it.
#[derive(Clone)]
pub struct Delivery {
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body as received; signatures are over these bytes.
    pub body: Bytes,
    /// What its sender calls it, where it says.
    pub correlation: Option<CorrelationId>,
    /// When the door had the whole body.
    pub received_at: Timestamp,
}

impl Delivery {
    /// The value of the header with this lower-case name, where it came exactly once.
    ///
    /// A header that came twice has no value: two readers could take different ones.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether the header came at all, once or more often.
    #[must_use]
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key == name)
    }
}
