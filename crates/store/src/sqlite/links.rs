//! Links and conflicts on SQLite.

use domain::{FieldConflict, Link, LinkEnd, Links, OrganizationId, StorageError, SyncConflict};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row};

/// The columns that [`link`] reads, in its order.
const COLUMNS: &str = "id, organization, mapping, record, row, agreed, row_fields, row_at, spelled, \
     standing, synced_at, revision";

/// The columns that [`conflict`] reads, in its order.
const CONFLICT_COLUMNS: &str = "id, organization, mapping, record, row, field, at";

impl Links for Sqlite {
    async fn link(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        end: LinkEnd<'_>,
    ) -> Result<Option<Link>, StorageError> {
        let (column, id) = match end {
            LinkEnd::Record(id) => ("record", id.to_owned()),
            LinkEnd::Row(id) => ("row", id.to_owned()),
        };
        let (organization, mapping) = (organization.clone(), mapping.to_owned());
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM link
                 WHERE organization = ?1 AND mapping = ?2 AND {column} = ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row((organization.as_str(), &mapping, &id), link).optional()?)
        };
        self.shared.state.read("find a link", read).await
    }

    async fn put_link(
        &self,
        link: Link,
        conflicts: Vec<(FieldConflict, Timestamp)>,
    ) -> Result<Option<Link>, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let Some(id) = put(transaction, &link)? else { return Ok(None) };
            for (field, at) in &conflicts {
                note(transaction, &link, field, *at)?;
            }
            let revision = link.revision + 1;
            Ok(Some(Link { id: Some(id), revision, ..link.clone() }))
        };
        self.shared.state.write("store a link", write).await
    }

    async fn links(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Link>, StorageError> {
        let (organization, mapping) = (organization.clone(), mapping.to_owned());
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM link
                 WHERE organization = ?1 AND mapping = ?2 AND id > ?3 ORDER BY id LIMIT ?4"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let which = (organization.as_str(), &mapping, after as i64, limit as i64);
            let links = statement.query_map(which, link)?;
            Ok(links.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the links", read).await
    }

    async fn conflicts(
        &self,
        organization: &OrganizationId,
        mapping: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<SyncConflict>, StorageError> {
        let (organization, mapping) = (organization.clone(), mapping.map(str::to_owned));
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {CONFLICT_COLUMNS} FROM sync_conflict
                 WHERE organization = ?1 AND (?2 IS NULL OR mapping = ?2) AND id < ?3
                 ORDER BY id DESC LIMIT ?4"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let before = before.map_or(i64::MAX, |before| before as i64);
            let which = (organization.as_str(), &mapping, before, limit as i64);
            let conflicts = statement.query_map(which, conflict)?;
            Ok(conflicts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the conflicts", read).await
    }
}

/// Writes a link and gives its number; none where its base is old, or an end of it is taken.
fn put(transaction: &Transaction<'_>, link: &Link) -> rusqlite::Result<Option<u64>> {
    if is_taken(transaction, link)? {
        return Ok(None);
    }
    let known = match link.id {
        Some(id) => transaction
            .prepare_cached("SELECT revision FROM link WHERE id = ?1 AND organization = ?2")?
            .query_row((id as i64, link.organization.as_str()), |row| row.get(0))
            .optional()?
            .map(|revision: i64| revision as u64),
        None => Some(0),
    };
    if known != Some(link.revision) {
        return Ok(None);
    }
    transaction
        .prepare_cached(
            "INSERT INTO link (id, organization, mapping, record, row, agreed, row_fields, row_at,
                 spelled, standing, synced_at, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (id) DO UPDATE SET record = excluded.record, row = excluded.row,
                 agreed = excluded.agreed, row_fields = excluded.row_fields,
                 row_at = excluded.row_at, spelled = excluded.spelled,
                 standing = excluded.standing, synced_at = excluded.synced_at,
                 revision = excluded.revision",
        )?
        .execute((
            link.id.map(|id| id as i64),
            link.organization.as_str(),
            &link.mapping,
            &link.record,
            &link.row,
            row::to_json(&link.agreed)?,
            row::to_json(&link.row_fields)?,
            link.row_at.map(|at| at.as_microsecond()),
            row::to_json(&link.spelled)?,
            row::to_json(&link.standing)?,
            link.synced_at.map(|at| at.as_microsecond()),
            link.revision as i64 + 1,
        ))?;
    Ok(Some(link.id.unwrap_or(transaction.last_insert_rowid() as u64)))
}

/// Whether another link of the mapping has the link's record or row.
fn is_taken(transaction: &Transaction<'_>, link: &Link) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM link WHERE organization = ?1 AND mapping = ?2
                 AND (record = ?3 OR row = ?4) AND id IS NOT ?5)",
        )?
        .query_row(
            (
                link.organization.as_str(),
                &link.mapping,
                &link.record,
                &link.row,
                link.id.map(|id| id as i64),
            ),
            |row| row.get(0),
        )
}

fn note(
    transaction: &Transaction<'_>,
    link: &Link,
    field: &FieldConflict,
    at: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO sync_conflict (organization, mapping, record, row, field, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            link.organization.as_str(),
            &link.mapping,
            &link.record,
            &link.row,
            row::to_json(field)?,
            at.as_microsecond(),
        ))?;
    Ok(())
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    Ok(Link {
        id: Some(row.get::<_, i64>(0)? as u64),
        organization: OrganizationId::new(&row.get::<_, String>(1)?),
        mapping: row.get(2)?,
        record: row.get(3)?,
        row: row.get(4)?,
        agreed: row::json(row, 5)?,
        row_fields: row::json(row, 6)?,
        row_at: row::optional_timestamp(row, 7)?,
        spelled: row::json(row, 8)?,
        standing: row::json(row, 9)?,
        synced_at: row::optional_timestamp(row, 10)?,
        revision: row.get::<_, i64>(11)? as u64,
    })
}

fn conflict(row: &Row<'_>) -> rusqlite::Result<SyncConflict> {
    Ok(SyncConflict {
        id: row.get::<_, i64>(0)? as u64,
        organization: OrganizationId::new(&row.get::<_, String>(1)?),
        mapping: row.get(2)?,
        record: row.get(3)?,
        row: row.get(4)?,
        field: row::json(row, 5)?,
        at: row::timestamp(row, 6)?,
    })
}
