//! What is wrong with a call, and where, in words that say what to change.

use std::fmt;

/// One thing that is wrong with the values of a call or of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `body.items[0].name`, `query.limit` or `path.contactId`.
    pub place: String,
    /// What.
    pub fault: Fault,
}

/// What can be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is required and not there.
    Missing,
    /// There is no such name; `nearest` is the most similar one that is known and not yet used.
    Unknown {
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// It is of another type.
    Type {
        /// What it should be.
        expected: String,
        /// What it is.
        found: &'static str,
    },
    /// It is none of the only values.
    Value {
        /// The value as given.
        given: String,
        /// The value that was probably meant.
        nearest: Option<String>,
        /// All good values.
        allowed: Vec<String>,
    },
    /// It is a text, but not of this format.
    Format {
        /// The format, such as `date-time`.
        format: String,
    },
    /// A number, or the length of a text or list, is outside its limits.
    Range {
        /// The limits in words, such as `at most 500`.
        limit: String,
    },
    /// The generation of the API does not have the operation.
    Generation,
    /// The operation takes no body.
    Body,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match &self.fault {
            Fault::Missing => write!(formatter, "{place} is required: add it"),
            Fault::Unknown { nearest: Some(nearest) } => {
                write!(formatter, "{place} is not known: did you mean `{nearest}`?")
            }
            Fault::Unknown { nearest: None } => {
                write!(formatter, "{place} is not known: leave it out")
            }
            Fault::Type { expected, found } => {
                write!(formatter, "{place} is {found}: give {expected}")
            }
            Fault::Value { given, nearest: Some(nearest), .. } => {
                write!(formatter, "{place} cannot be `{given}`: did you mean `{nearest}`?")
            }
            Fault::Value { given, nearest: None, allowed } => {
                let allowed = allowed.join(", ");
                write!(formatter, "{place} cannot be `{given}`: give one of {allowed}")
            }
            Fault::Format { format } => write!(formatter, "{place} is no {format}: correct it"),
            Fault::Range { limit } => write!(formatter, "{place} is out of range: give {limit}"),
            Fault::Generation => {
                write!(formatter, "{place} lacks this operation: call another generation")
            }
            Fault::Body => write!(formatter, "{place} is not taken: leave it out"),
        }
    }
}
