//! An operation of HighLevel: what an endpoint says here beyond method, path and body.

use std::fmt;

use endpoint::{Endpoint, Method};
use serde::Serialize;

/// An [`Endpoint`] of HighLevel, with its version, its effect and the scope that it needs.
pub trait HighLevelEndpoint: Endpoint {
    /// The value of its `Version` header, which belongs to the operation and not to the client:
    /// a path of one version answers 404 or 400 to another (`facts/highlevel.md` 1.2).
    const VERSION: Version;
    /// What it does to the account.
    const EFFECT: Effect;
    /// The scope that the token needs. None where HighLevel documents none
    /// (`facts/highlevel.md` 2.4).
    const SCOPE: Option<&'static str>;
    /// Whether the same call twice leaves the account as the same call once. Every read, PUT and
    /// DELETE does; a POST says so itself where it does.
    const REPEATABLE: bool = matches!(Self::EFFECT, Effect::Read)
        || matches!(Self::METHOD, Method::Get | Method::Put | Method::Delete);
    /// Whether a success may have no body at all, which then reads as `null`
    /// (`facts/highlevel.md` 4). Anywhere else an empty success is an error.
    const EMPTY_REPLY: bool = false;
}

/// The published values of the `Version` header (`facts/highlevel.md` 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// `2021-04-15`: calendars and conversations.
    V2021_04_15,
    /// `2021-07-28`: most of the second generation.
    V2021_07_28,
    /// `v3`: the third generation.
    V3,
}

impl Version {
    /// The version as it stands in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2021_04_15 => "2021-04-15",
            Self::V2021_07_28 => "2021-07-28",
            Self::V3 => "v3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What an operation does to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Creates or changes records.
    Write,
    /// Reaches a person: a message, or an automation that may send one.
    Send,
    /// Removes a record.
    Delete,
}

/// The JSON body of an operation.
pub(crate) fn json<B: Serialize>(body: &B) -> Result<Option<Vec<u8>>, serde_json::Error> {
    serde_json::to_vec(body).map(Some)
}

/// Adds a query parameter where there is a value for it.
pub(crate) fn add<V: ToString>(
    query: &mut Vec<(&'static str, String)>,
    name: &'static str,
    value: Option<&V>,
) {
    query.extend(value.map(|value| (name, value.to_string())));
}
