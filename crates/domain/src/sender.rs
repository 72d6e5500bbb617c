//! A sender: who pushed a delivery, as its door found out.

use crate::{OrganizationId, Tenant};

/// Who pushed a delivery. It says how far the delivery's word counts: a vendor speaks of every
/// account, whoever holds a key or a secret speaks for its organization and for nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The vendor: its own signature holds.
    Vendor,
    /// Whoever holds a key of this organization.
    Organization(OrganizationId),
    /// Whoever holds a key, a token or a secret of this one connection.
    Connection(Tenant),
}

impl Sender {
    /// The organization that it speaks for; none where it is the vendor.
    #[must_use]
    pub fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Vendor => None,
            Self::Organization(organization) => Some(organization),
            Self::Connection(tenant) => Some(&tenant.organization),
        }
    }
}
