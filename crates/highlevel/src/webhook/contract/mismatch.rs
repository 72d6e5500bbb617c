//! A mismatch: where a body differs from its contract, and how, without any of its content.

use std::fmt;

/// One difference between a body and its contract.
///
/// It can be logged: its words and names come from the schema. Of the body there are only the
/// numbers of places in lists and the types of values, since the values are people's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole body.
    pub pointer: String,
    /// What should be there, in words.
    pub expected: String,
    /// What is there, in words.
    pub found: &'static str,
}

impl Mismatch {
    /// The most that are told of one body.
    pub const MOST: usize = 20;

    pub(super) fn unreadable() -> Self {
        Self {
            pointer: String::new(),
            expected: "JSON, nested at most 127 levels deep".to_owned(),
            found: "something else",
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the body" } else { &self.pointer };
        write!(formatter, "{place}: expected {}, found {}", self.expected, self.found)
    }
}
