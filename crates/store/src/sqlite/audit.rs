//! The audit on SQLite: a table that is only added to.

use domain::{
    Audit, AuditEntry, AuditId, ConnectionId, NewAudit, OrganizationId, Realm, StorageError,
};
use rusqlite::{Connection, Row, Transaction};

use super::{Sqlite, row};

impl Audit for Sqlite {
    async fn note_audit(&self, entries: Vec<NewAudit>) -> Result<(), StorageError> {
        if entries.is_empty() {
            return Ok(());
        }
        let write = move |transaction: &Transaction<'_>| {
            entries.iter().try_for_each(|entry| note(transaction, entry)).map_err(Into::into)
        };
        self.shared.state.write("note what was done", write).await
    }

    async fn audit(
        &self,
        realm: &Realm,
        acts: &str,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StorageError> {
        let (organization, connection) = match realm {
            Realm::Installation => (None, None),
            Realm::Organization(organization) => (Some(organization), None),
            Realm::Connection(tenant) => (Some(&tenant.organization), Some(&tenant.connection)),
        };
        let organization = organization.map(|one| one.as_str().to_owned());
        let connection = connection.map(|one| one.as_str().to_owned());
        let acts = acts.to_owned();
        let before = before.map_or(i64::MAX, |before| before.0 as i64);
        let read = move |database: &Connection| {
            let owner = match organization.is_some() {
                true => "organization = ?3 AND (?4 IS NULL OR connection = ?4)",
                false => "?3 IS NULL AND ?4 IS NULL",
            };
            let sql = format!(
                "SELECT sequence, at, organization, connection, actor, act, outcome, subject, detail
                 FROM audit
                 WHERE {owner} AND sequence < ?1 AND substr(act, 1, length(?2)) = ?2
                 ORDER BY sequence DESC LIMIT ?5"
            );
            let mut statement = database.prepare_cached(&sql)?;
            let parameters = (before, acts, organization, connection, limit as i64);
            let rows = statement.query_map(parameters, entry)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("read the audit", read).await
    }
}

/// Adds an entry, in the caller's transaction.
pub(super) fn note(transaction: &Transaction<'_>, entry: &NewAudit) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO audit (at, organization, connection, actor, act, outcome, subject, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            entry.at.as_microsecond(),
            entry.organization.as_ref().map(OrganizationId::as_str),
            entry.connection.as_ref().map(ConnectionId::as_str),
            entry.actor.to_string(),
            &entry.act,
            entry.outcome.name(),
            &entry.subject,
            &entry.detail,
        ))?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    Ok(AuditEntry {
        id: AuditId(row.get::<_, i64>(0)? as u64),
        noted: NewAudit {
            at: row::timestamp(row, 1)?,
            organization: text(2)?.as_deref().map(OrganizationId::new),
            connection: text(3)?.as_deref().map(ConnectionId::new),
            actor: row::parsed(row, 4)?,
            act: row.get(5)?,
            outcome: row::parsed(row, 6)?,
            subject: text(7)?,
            detail: text(8)?,
        },
    })
}
