//! A tenant: the location or the company whose data and rate budget a call uses.

use std::fmt;

use crate::{CompanyId, LocationId};

/// Whose data a call reads or writes. HighLevel counts calls and issues tokens per tenant
/// (`facts/highlevel.md` 2, 3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tenant {
    /// One location.
    Location(LocationId),
    /// An agency as a whole.
    Company(CompanyId),
}

impl From<LocationId> for Tenant {
    fn from(id: LocationId) -> Self {
        Self::Location(id)
    }
}

impl From<CompanyId> for Tenant {
    fn from(id: CompanyId) -> Self {
        Self::Company(id)
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Location(id) => write!(formatter, "location {id}"),
            Self::Company(id) => write!(formatter, "company {id}"),
        }
    }
}
