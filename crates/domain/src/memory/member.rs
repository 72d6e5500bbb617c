//! Members in memory: a map by organization and address.

use std::collections::BTreeMap;

use super::Memory;
use crate::{Added, Member, MemberChange, MemberId, Members, OrganizationId, Role, StorageError};

#[derive(Default)]
pub(super) struct MemberState {
    rows: BTreeMap<(OrganizationId, String), Member>,
}

impl MemberState {
    /// How many an organization has.
    pub(super) fn of(&self, organization: &OrganizationId) -> u64 {
        self.rows.values().filter(|row| row.organization == *organization).count() as u64
    }

    /// The member, and whether it may lose its role.
    fn losing(&self, organization: &OrganizationId, id: &MemberId) -> Option<MemberChange> {
        let own = || self.rows.values().filter(|row| row.organization == *organization);
        let member = own().find(|row| row.id == *id)?;
        let others: Vec<Role> = own().filter(|row| row.id != *id).map(|row| row.role).collect();
        Some(MemberChange::of_losing(member.role, &others))
    }
}

impl Members for Memory {
    async fn add_member(&self, member: Member) -> Result<Added, StorageError> {
        let mut state = self.lock();
        if !state.organizations.has(&member.organization) {
            return Ok(Added::NoOrganization);
        }
        let key = (member.organization.clone(), member.email.clone());
        if state.members.rows.contains_key(&key) {
            return Ok(Added::Exists);
        }
        state.members.rows.insert(key, member);
        Ok(Added::New)
    }

    async fn members(&self, organization: &OrganizationId) -> Result<Vec<Member>, StorageError> {
        let state = self.lock();
        let own = |row: &&Member| row.organization == *organization;
        Ok(state.members.rows.values().filter(own).cloned().collect())
    }

    async fn set_member_role(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
        role: Role,
    ) -> Result<MemberChange, StorageError> {
        let members = &mut self.lock().members;
        let Some(losing) = members.losing(organization, id) else {
            return Ok(MemberChange::Absent);
        };
        if role != Role::Owner && losing != MemberChange::Done {
            return Ok(losing);
        }
        for row in members.rows.values_mut().filter(|row| row.id == *id) {
            row.role = role;
        }
        Ok(MemberChange::Done)
    }

    async fn remove_member(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
    ) -> Result<MemberChange, StorageError> {
        let members = &mut self.lock().members;
        match members.losing(organization, id) {
            None => Ok(MemberChange::Absent),
            Some(MemberChange::Done) => {
                members.rows.retain(|_, row| row.id != *id);
                Ok(MemberChange::Done)
            }
            Some(refused) => Ok(refused),
        }
    }
}
