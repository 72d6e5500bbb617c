//! The mirror on SQLite.

mod find;
pub(super) mod rows;
pub(super) mod texts;

use std::collections::BTreeMap;

use domain::{
    Applied, Change, ConnectionId, Entity, EventId, Lanes, Mirror, OrganizationId, Projection,
    Record, RecordKey, RecordPage, RecordQuery, Sequence, Stop, StorageError, Tenant,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use self::texts::Words;
use super::{Sqlite, connections, lanes, parked, row, worker::Fault};

/// The cursor's name.
pub(super) const STAGE: &str = "mirror";

/// What an event changed. The index has the first bytes of ids, and the planner has to see its words.
const CHANGES_OF: &str =
    "SELECT event, organization, connection, entity, id, applied, version, fields, found FROM change
     WHERE substr(event, 1, 4) = substr(?1, 1, 4) AND event = ?1 ORDER BY rowid";

impl Mirror for Sqlite {
    async fn projected(&self) -> Result<Sequence, StorageError> {
        self.shared.state.read("read the mirror's cursor", |c| Ok(cursor(c, STAGE)?)).await
    }

    async fn projected_ahead(&self) -> Result<Lanes, StorageError> {
        self.shared.state.read("read the mirror's lanes", |c| Ok(lanes::lanes(c, STAGE)?)).await
    }

    async fn project(&self, projection: Projection) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            move_cursor(transaction, STAGE, projection.from, projection.to)?;
            lanes::step(transaction, STAGE, &projection.lanes, projection.from)?;
            let mut words = Words::default();
            for record in &projection.records {
                rows::put(transaction, record, &mut words)?;
            }
            words.write(transaction)?;
            for change in &projection.changes {
                if !rows::is_told_by_its_row(change, &projection.records) {
                    put_change(transaction, change)?;
                }
            }
            for installation in &projection.installations {
                connections::put_installation(transaction, installation)?;
            }
            parked::park(transaction, &projection.parked)?;
            let freed = parked::free(transaction, Stop::Mirror, &projection.freed)?;
            parked::ask_for_decisions(transaction, &freed)?;
            Ok(())
        };
        self.shared.state.write("write the mirror", write).await
    }

    async fn records(
        &self,
        tenant: &Tenant,
        keys: &[RecordKey],
    ) -> Result<Vec<Record>, StorageError> {
        let (tenant, keys) = (tenant.clone(), keys.to_vec());
        let read = move |connection: &Connection| {
            let mut records = Vec::new();
            for key in keys {
                records.extend(record(connection, &tenant, key)?);
            }
            Ok(records)
        };
        self.shared.state.read("read the mirror", read).await
    }

    async fn find_records(&self, query: &RecordQuery) -> Result<RecordPage, StorageError> {
        let query = query.clone();
        let find = move |connection: &Connection| Ok(find::find(connection, &query)?);
        self.shared.state.read("search the mirror", find).await
    }

    async fn changes(&self, events: &[EventId]) -> Result<Vec<Change>, StorageError> {
        let events = events.to_vec();
        let read = move |connection: &Connection| {
            let mut changes = Vec::new();
            for event in events {
                changes.extend(changes_of(connection, event)?);
            }
            Ok(changes)
        };
        self.shared.state.read("read the changes", read).await
    }

    async fn history(
        &self,
        tenant: &Tenant,
        key: &RecordKey,
        limit: usize,
    ) -> Result<Vec<Change>, StorageError> {
        let (tenant, key) = (tenant.clone(), key.clone());
        let read = move |connection: &Connection| {
            let row = record(connection, &tenant, key.clone())?;
            let (mut next, mut history) = (row.map(|row| row.event), Vec::new());
            while let Some(event) = next.filter(|_| history.len() < limit) {
                let made = |change: &Change| {
                    change.tenant == tenant && change.key == key && change.applied.is_news()
                };
                let change = changes_of(connection, event)?.into_iter().find(made);
                next = change.as_ref().and_then(|change| change.found).filter(|one| *one != event);
                history.extend(change);
            }
            Ok(history)
        };
        self.shared.state.read("read a record's history", read).await
    }

    async fn record_counts(&self) -> Result<BTreeMap<Entity, u64>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT entity, sum((SELECT count(*) FROM mirrored INDEXED BY mirrored_change
                     WHERE mirrored.shelf = shelf.number AND deleted_at IS NULL)) AS live
                 FROM shelf GROUP BY entity HAVING live > 0";
            let mut statement = connection.prepare_cached(sql)?;
            let counts = statement
                .query_map([], |row| Ok((row::parsed(row, 0)?, row.get::<_, i64>(1)? as u64)))?;
            Ok(counts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("count the mirror", read).await
    }
}

/// Where a stage's cursor stands.
pub(super) fn cursor(connection: &Connection, stage: &str) -> rusqlite::Result<Sequence> {
    connection
        .prepare_cached("SELECT sequence FROM cursor WHERE stage = ?1")?
        .query_row([stage], |row| row::sequence(row, 0))
}

/// Moves a cursor inside the caller's transaction, or fails where it stands elsewhere.
pub(super) fn move_cursor(
    transaction: &Transaction<'_>,
    stage: &str,
    from: Sequence,
    to: Sequence,
) -> Result<(), Fault> {
    let moved = transaction
        .prepare_cached("UPDATE cursor SET sequence = ?1 WHERE stage = ?2 AND sequence = ?3")?
        .execute((to.0 as i64, stage, from.0 as i64))?;
    match moved {
        1 => Ok(()),
        _ => Err(Fault::Moved { expected: from, found: cursor(transaction, stage)? }),
    }
}

fn put_change(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO change (event, organization, connection, entity, id, applied, version,
                 fields, found)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            &change.event.as_bytes()[..],
            change.tenant.organization.as_str(),
            change.tenant.connection.as_str(),
            change.key.entity.name(),
            &change.key.id,
            change.applied.name(),
            change.version as i64,
            row::to_json(&change.fields)?,
            change.found.as_ref().map(|found| &found.as_bytes()[..]),
        ))?;
    Ok(())
}

/// The row of a tenant with this key.
pub(super) fn record(
    connection: &Connection,
    tenant: &Tenant,
    key: RecordKey,
) -> rusqlite::Result<Option<Record>> {
    let mut statement = connection.prepare_cached(
        "SELECT version, occurred_at, deleted_at, event, fields, account, origin, first_seen_at,
             last_seen_at FROM record
         WHERE organization = ?1 AND connection = ?2 AND entity = ?3 AND id = ?4",
    )?;
    let place = (
        tenant.organization.as_str(),
        tenant.connection.as_str(),
        key.entity.name(),
        key.id.as_str(),
    );
    let read = |row: &Row<'_>| {
        Ok(Record {
            tenant: tenant.clone(),
            key: key.clone(),
            version: row.get::<_, i64>(0)? as u64,
            occurred_at: row::timestamp(row, 1)?,
            deleted_at: row::optional_timestamp(row, 2)?,
            event: row::event_id(row, 3)?,
            fields: row::json(row, 4)?,
            account: row.get(5)?,
            origin: row::parsed(row, 6)?,
            first_seen_at: row::timestamp(row, 7)?,
            last_seen_at: row::timestamp(row, 8)?,
        })
    };
    statement.query_row(place, read).optional()
}

/// What an event changed.
fn changes_of(connection: &Connection, event: EventId) -> rusqlite::Result<Vec<Change>> {
    let id = &event.as_bytes()[..];
    let mut changes: Vec<Change> = connection
        .prepare_cached(CHANGES_OF)?
        .query_map([id], change)?
        .collect::<rusqlite::Result<_>>()?;
    for told in rows::told_by_rows(connection, id)? {
        if !changes.contains(&told) {
            changes.push(told);
        }
    }
    Ok(changes)
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        event: row::event_id(row, 0)?,
        tenant: Tenant {
            organization: OrganizationId::new(&row.get::<_, String>(1)?),
            connection: ConnectionId::new(&row.get::<_, String>(2)?),
        },
        key: RecordKey::new(row::parsed::<Entity>(row, 3)?, row.get::<_, String>(4)?),
        applied: applied(&row.get::<_, String>(5)?),
        version: row.get::<_, i64>(6)? as u64,
        fields: row::json(row, 7)?,
        found: row.get::<_, Option<[u8; 16]>>(8)?.map(EventId::from_bytes),
    })
}

/// A name that this build does not know reads as no change.
fn applied(name: &str) -> Applied {
    [Applied::Created, Applied::Updated, Applied::Deleted, Applied::Stale]
        .into_iter()
        .find(|applied| applied.name() == name)
        .unwrap_or(Applied::Unchanged)
}

#[cfg(test)]
mod tests {
    use crate::sqlite::{
        connection::{Mode, open},
        schema::STATE,
    };

    #[test]
    fn what_an_event_changed_is_found_by_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("state.db"), Mode::Write(&STATE)).unwrap();
        for (sql, index) in
            [(super::CHANGES_OF, "change_event"), (super::rows::TOLD_BY_ROWS, "mirrored_first")]
        {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.query_map([[0; 16]], |row| row.get::<_, String>(3)).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
        }
    }
}
