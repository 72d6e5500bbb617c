//! The people of an organization.

use domain::{Added, Member, MemberChange, MemberId, OrganizationId, Role, Storage, StorageError};

use super::{Administration, Refused};

/// The longest e-mail address, in bytes.
const LONGEST_ADDRESS: usize = 254;

/// Who is to be a member.
pub struct NewMember {
    /// The id, freshly drawn.
    pub id: MemberId,
    /// The organization.
    pub organization: OrganizationId,
    /// The e-mail address, as somebody typed it.
    pub email: String,
    /// What people call the person; may be empty.
    pub name: String,
    /// One of [`Role::OF_MEMBERS`].
    pub role: Role,
}

impl<S: Storage> Administration<'_, S> {
    /// The members of an organization, in order of their addresses.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn members(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<Member>, StorageError> {
        self.store.members(organization).await
    }

    /// Adds a person.
    ///
    /// # Errors
    /// Where the address is none, or a member has it.
    pub async fn add_member(&self, new: NewMember) -> Result<Member, Refused> {
        let NewMember { id, organization, email, name, role } = new;
        let email = address(&email).ok_or(Refused::NoAddress)?;
        let member = Member { id, organization, email, name, role, added_at: self.now };
        match self.store.add_member(member.clone()).await? {
            Added::New => {
                let act = ("member.added", member.id.as_str());
                self.note(Some(&member.organization), act, None).await?;
                Ok(member)
            }
            Added::Exists => Err(Refused::AddressTaken(member.organization)),
            Added::NoOrganization => Err(Refused::NoOrganization(member.organization)),
        }
    }

    /// The member with this id or address.
    ///
    /// # Errors
    /// Where the organization has none.
    pub async fn find_member(
        &self,
        organization: &OrganizationId,
        text: &str,
    ) -> Result<Member, Refused> {
        let text = text.trim();
        let members = self.store.members(organization).await?;
        let is_meant =
            |member: &Member| member.id.as_str() == text || member.email == text.to_lowercase();
        members.into_iter().find(is_meant).ok_or(Refused::NoMember)
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// Where the organization has no such member, or others would be left without an owner.
    pub async fn set_member_role(
        &self,
        organization: &OrganizationId,
        (id, role): (&MemberId, Role),
    ) -> Result<(), Refused> {
        let change = self.store.set_member_role(organization, id, role).await?;
        self.changed(organization, ("member.changed", id), change).await
    }

    /// Removes a member.
    ///
    /// # Errors
    /// As [`Self::set_member_role`].
    pub async fn remove_member(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
    ) -> Result<(), Refused> {
        let change = self.store.remove_member(organization, id).await?;
        self.changed(organization, ("member.removed", id), change).await
    }

    async fn changed(
        &self,
        organization: &OrganizationId,
        (act, id): (&str, &MemberId),
        change: MemberChange,
    ) -> Result<(), Refused> {
        match change {
            MemberChange::Done => {
                Ok(self.note(Some(organization), (act, id.as_str()), None).await?)
            }
            MemberChange::Absent => Err(Refused::NoMember),
            MemberChange::LastOwner => Err(Refused::LastOwner),
        }
    }
}

/// The address in the form in which it is compared. Only its bearer can say whether it is right.
fn address(text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    let (name, host) = address.split_once('@')?;
    let is_whole = !name.is_empty() && !host.is_empty() && !host.contains('@');
    let is_plain = !address.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    (is_whole && is_plain && address.len() <= LONGEST_ADDRESS).then_some(address)
}
