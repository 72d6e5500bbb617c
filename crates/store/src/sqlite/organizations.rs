//! Organizations on SQLite.

use domain::{Added, Holdings, Organization, OrganizationId, Organizations, Removal, StorageError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row, worker::Fault};

impl Organizations for Sqlite {
    async fn add_organization(&self, organization: Organization) -> Result<Added, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let sql = "INSERT INTO organization (id, name, created_at) VALUES (?1, ?2, ?3)
                       ON CONFLICT (id) DO NOTHING";
            let created_at = organization.created_at.as_microsecond();
            let row = (organization.id.as_str(), &organization.name, created_at);
            match transaction.prepare_cached(sql)?.execute(row)? {
                0 => Ok(Added::Exists),
                _ => Ok(Added::New),
            }
        };
        self.shared.state.write("add an organization", write).await
    }

    async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, StorageError> {
        let id = id.clone();
        let read = move |connection: &Connection| {
            let sql = "SELECT id, name, created_at FROM organization
                       WHERE id = ?1 AND removed_at IS NULL";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([id.as_str()], organization).optional()?)
        };
        self.shared.state.read("read an organization", read).await
    }

    async fn organizations(&self) -> Result<Vec<Organization>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT id, name, created_at FROM organization
                       WHERE removed_at IS NULL ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], organization)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the organizations", read).await
    }

    async fn remove_organization(
        &self,
        id: &OrganizationId,
        now: Timestamp,
    ) -> Result<Removal, StorageError> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            if !is_there(transaction, &id)? {
                return Ok(Removal::Absent);
            }
            let holdings = holdings(transaction, &id)?;
            if holdings != Holdings::default() {
                return Ok(Removal::Owns(holdings));
            }
            // The row stays, so that the id is not given again.
            transaction
                .prepare_cached("UPDATE organization SET removed_at = ?1 WHERE id = ?2")?
                .execute((now.as_microsecond(), id.as_str()))?;
            Ok(Removal::Removed)
        };
        self.shared.state.write("remove an organization", write).await
    }
}

/// Whether it is there, and not removed.
pub(super) fn is_there(connection: &Connection, id: &OrganizationId) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM organization WHERE id = ?1 AND removed_at IS NULL";
    Ok(connection.prepare_cached(sql)?.exists([id.as_str()])?)
}

fn holdings(connection: &Connection, id: &OrganizationId) -> Result<Holdings, Fault> {
    let sql = "SELECT
        (SELECT count(*) FROM member WHERE organization = ?1),
        (SELECT count(*) FROM connection WHERE organization = ?1),
        (SELECT count(*) FROM api_key WHERE organization = ?1 AND revoked_at IS NULL),
        (SELECT count(*) FROM credential WHERE organization = ?1),
        (SELECT count(*) FROM subscription WHERE organization = ?1)";
    let counts = |row: &Row<'_>| {
        let count = |column: usize| row.get::<_, i64>(column).map(|count| count as u64);
        Ok(Holdings {
            members: count(0)?,
            connections: count(1)?,
            api_keys: count(2)?,
            credentials: count(3)?,
            subscriptions: count(4)?,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([id.as_str()], counts)?)
}

fn organization(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization {
        id: OrganizationId::new(&row.get::<_, String>(0)?),
        name: row.get(1)?,
        created_at: row::timestamp(row, 2)?,
    })
}
