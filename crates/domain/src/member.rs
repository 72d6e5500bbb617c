//! A member: a person of an organization, with a role.

use std::{fmt, future::Future};

use jiff::Timestamp;

use crate::{Added, MemberId, OrganizationId, Role, StorageError};

/// A person of an organization.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The organization.
    pub organization: OrganizationId,
    /// The e-mail address, in small letters: one person is one member of an organization.
    pub email: String,
    /// What people call the person; may be empty.
    pub name: String,
    /// One of [`Role::OF_MEMBERS`].
    pub role: Role,
    /// When the person was added.
    pub added_at: Timestamp,
}

/// Without name and address, which are a person's data.
impl fmt::Debug for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Member")
            .field("id", &self.id)
            .field("organization", &self.organization)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// What became of a change of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// It was made.
    Done,
    /// The organization has no such member.
    Absent,
    /// It would leave the other members without an owner, so it was not made.
    LastOwner,
}

impl MemberChange {
    /// Whether a member of this role may lose it beside members with these roles: while there are
    /// others, an owner stays.
    #[must_use]
    pub fn of_losing(role: Role, others: &[Role]) -> Self {
        let is_needed = !others.is_empty() && !others.contains(&Role::Owner);
        match role {
            Role::Owner if is_needed => Self::LastOwner,
            _ => Self::Done,
        }
    }
}

/// Keeps members.
pub trait Members {
    /// Adds a member; it [`Added::Exists`] where the organization has one with the address.
    fn add_member(
        &self,
        member: Member,
    ) -> impl Future<Output = Result<Added, StorageError>> + Send;

    /// The members of an organization, in order of their addresses.
    fn members(
        &self,
        organization: &OrganizationId,
    ) -> impl Future<Output = Result<Vec<Member>, StorageError>> + Send;

    /// Gives a member of this organization another role.
    fn set_member_role(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
        role: Role,
    ) -> impl Future<Output = Result<MemberChange, StorageError>> + Send;

    /// Removes a member of this organization.
    fn remove_member(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
    ) -> impl Future<Output = Result<MemberChange, StorageError>> + Send;
}
