//! A realm: how far somebody's sight and hand go.

use crate::{OrganizationId, Tenant};

/// What of the hub is somebody's to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Realm {
    /// Everything, also what belongs to nobody.
    Installation,
    /// What one organization owns.
    Organization(OrganizationId),
    /// What came by one connection of an organization.
    Connection(Tenant),
}

impl Realm {
    /// Whether what has this owner is inside; none stands for what belongs to nobody.
    #[must_use]
    pub fn holds(&self, owner: Option<&Tenant>) -> bool {
        match (self, owner) {
            (Self::Installation, _) => true,
            (Self::Organization(own), Some(owner)) => *own == owner.organization,
            (Self::Connection(own), Some(owner)) => own == owner,
            (Self::Organization(_) | Self::Connection(_), None) => false,
        }
    }

    /// Whose realm it is; none where it is the whole installation.
    #[must_use]
    pub fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Installation => None,
            Self::Organization(organization) => Some(organization),
            Self::Connection(tenant) => Some(&tenant.organization),
        }
    }
}
