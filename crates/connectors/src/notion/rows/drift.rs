//! Drift: how a table differs from what its mapping says, because people work with it.
//!
//! Drift is tolerated and told: what can still be written is, and nobody's change is taken back.

use std::fmt;

use domain::Finding;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Drift {
    /// A column has another name. It is known by its id, so nothing is lost.
    Renamed { wanted: String, now: String },
    /// A column has another type. Values are written as it takes them, where it takes any.
    Retyped { column: String, wanted: String, now: String, writable: bool },
    /// A column is not there.
    Missing { column: String },
    /// A column has an option that the mapping does not name.
    NewOption { column: String, option: String },
    /// A status lacks an option, and only people can add one.
    NoOption { column: String, option: String },
    /// A value does not fit the column whole.
    Unfit { column: String, kind: String },
    /// Several rows have the same key; the oldest counts.
    Doubled { key: String, rows: usize },
}

impl Drift {
    /// As people are told.
    pub(crate) fn finding(&self) -> Finding {
        let subject = match self {
            Self::Doubled { .. } => "rows",
            _ => "columns",
        };
        Finding::warning(subject, self.to_string(), self.hint())
    }

    /// The one thing to change.
    fn hint(&self) -> String {
        match self {
            Self::Renamed { wanted, .. } => {
                format!("rename it back to `{wanted}`, or give the new name in the mapping file")
            }
            Self::Retyped { wanted, .. } => {
                format!("make it a {wanted} again, or give its type in the mapping file")
            }
            Self::Missing { column } => format!(
                "add `{column}` to the table with `highwire notion init`, or take it out of the \
                 mapping file"
            ),
            Self::NewOption { option, .. } => format!(
                "name `{option}` in the mapping file if it means something in the CRM; else leave it"
            ),
            Self::NoOption { option, .. } => {
                format!("add the option `{option}` to the column in Notion")
            }
            Self::Unfit { .. } => {
                "make the column a text, or shorten the value in the CRM".to_owned()
            }
            Self::Doubled { .. } => "delete the newer rows in Notion".to_owned(),
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed { wanted, now } => {
                write!(formatter, "`{wanted}` is called `{now}` now")
            }
            Self::Retyped { column, wanted, now, writable: true } => {
                write!(formatter, "`{column}` is a {now}, not a {wanted}; it is written as it is")
            }
            Self::Retyped { column, wanted, now, writable: false } => {
                write!(formatter, "`{column}` is a {now}, not a {wanted}; it cannot be written")
            }
            Self::Missing { column } => {
                write!(formatter, "`{column}` is not there; rows do without")
            }
            Self::NewOption { column, option } => {
                write!(formatter, "`{column}` has the option `{option}`, which is not mapped")
            }
            Self::NoOption { column, option } => {
                write!(formatter, "`{column}` has no option `{option}`; rows keep what they have")
            }
            Self::Unfit { column, kind } => {
                write!(formatter, "a value does not fit whole into `{column}`, a {kind}")
            }
            Self::Doubled { key, rows } => {
                write!(formatter, "{rows} rows stand for {key}; the oldest is kept current")
            }
        }
    }
}
