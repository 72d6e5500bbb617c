//! Members on SQLite.

use domain::{Added, Member, MemberChange, MemberId, Members, OrganizationId, Role, StorageError};
use rusqlite::{Connection, Row, Transaction};

use super::{Sqlite, organizations, row, worker::Fault};

impl Members for Sqlite {
    async fn add_member(&self, member: Member) -> Result<Added, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            if !organizations::is_there(transaction, &member.organization)? {
                return Ok(Added::NoOrganization);
            }
            let added = transaction
                .prepare_cached(
                    "INSERT INTO member (id, organization, email, name, role, added_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (organization, email) DO NOTHING",
                )?
                .execute((
                    member.id.as_str(),
                    member.organization.as_str(),
                    &member.email,
                    &member.name,
                    member.role.name(),
                    member.added_at.as_microsecond(),
                ))?;
            Ok(if added == 0 { Added::Exists } else { Added::New })
        };
        self.shared.state.write("add a member", write).await
    }

    async fn members(&self, organization: &OrganizationId) -> Result<Vec<Member>, StorageError> {
        let organization = organization.clone();
        let read = move |connection: &Connection| Ok(of(connection, &organization)?);
        self.shared.state.read("list the members", read).await
    }

    async fn set_member_role(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
        role: Role,
    ) -> Result<MemberChange, StorageError> {
        let (organization, id) = (organization.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let losing = losing(transaction, &organization, &id)?;
            let change = match (losing, role) {
                (MemberChange::LastOwner, Role::Owner) => MemberChange::Done,
                (losing, _) => losing,
            };
            if change == MemberChange::Done {
                let sql = "UPDATE member SET role = ?1 WHERE id = ?2";
                transaction.prepare_cached(sql)?.execute((role.name(), id.as_str()))?;
            }
            Ok(change)
        };
        self.shared.state.write("change a member's role", write).await
    }

    async fn remove_member(
        &self,
        organization: &OrganizationId,
        id: &MemberId,
    ) -> Result<MemberChange, StorageError> {
        let (organization, id) = (organization.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let change = losing(transaction, &organization, &id)?;
            if change == MemberChange::Done {
                let sql = "DELETE FROM member WHERE id = ?1";
                transaction.prepare_cached(sql)?.execute([id.as_str()])?;
            }
            Ok(change)
        };
        self.shared.state.write("remove a member", write).await
    }
}

/// Whether the organization has the member, and whether it may lose its role.
fn losing(
    connection: &Connection,
    organization: &OrganizationId,
    id: &MemberId,
) -> Result<MemberChange, Fault> {
    let (own, others): (Vec<_>, Vec<_>) =
        of(connection, organization)?.into_iter().partition(|member| member.id == *id);
    let others: Vec<Role> = others.iter().map(|member| member.role).collect();
    Ok(own
        .first()
        .map_or(MemberChange::Absent, |member| MemberChange::of_losing(member.role, &others)))
}

fn of(connection: &Connection, organization: &OrganizationId) -> rusqlite::Result<Vec<Member>> {
    let sql = "SELECT id, organization, email, name, role, added_at FROM member
               WHERE organization = ?1 ORDER BY email";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([organization.as_str()], member)?.collect()
}

fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: MemberId::new(&row.get::<_, String>(0)?),
        organization: OrganizationId::new(&row.get::<_, String>(1)?),
        email: row.get(2)?,
        name: row.get(3)?,
        role: row::parsed(row, 4)?,
        added_at: row::timestamp(row, 5)?,
    })
}
