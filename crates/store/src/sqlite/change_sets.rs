//! Change sets on SQLite: one row for each set, and one for each of its writes.

use domain::{
    ChangeSet, ChangeSetId, ChangeSets, ConnectionId, NewChangeSet, OrganizationId, Realm,
    RecordKey, StorageError, Tenant, Write, WriteEnd, WriteIntent, WriteState,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row, worker::Fault};

/// The columns that [`change_set`] reads, in its order.
const COLUMNS: &str =
    "id, organization, connection, actor, title, undoes, begun_at, written_at, writes";

/// The columns that [`write()`] reads, in its order.
const WRITE_COLUMNS: &str = "number, at, actor, act, effect, record, parent, account, difference, \
                             state, ended_at, detail";

/// What a realm sees of the table, by the parameters of its [`owner`].
const WITHIN: &str = "(?1 IS NULL OR organization = ?1) AND (?2 IS NULL OR connection = ?2)";

impl ChangeSets for Sqlite {
    async fn join(&self, set: NewChangeSet) -> Result<ChangeSet, StorageError> {
        let set = ChangeSet::begin(set);
        let write = move |transaction: &Transaction<'_>| {
            let everywhere = owner(&Realm::Installation);
            if let Some(known) = find(transaction, &everywhere, set.id.as_str())? {
                return Ok(known);
            }
            let sql = format!(
                "INSERT INTO change_set ({COLUMNS}, place)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                     (SELECT coalesce(max(place), 0) + 1 FROM change_set))"
            );
            transaction.prepare_cached(&sql)?.execute((
                set.id.as_str(),
                set.tenant.organization.as_str(),
                set.tenant.connection.as_str(),
                set.actor.to_string(),
                &set.title,
                set.undoes.as_ref().map(ChangeSetId::as_str),
                set.begun_at.as_microsecond(),
                set.written_at.as_microsecond(),
                set.writes as i64,
            ))?;
            Ok(set)
        };
        self.shared.state.write("begin a change set", write).await
    }

    async fn intend(
        &self,
        tenant: &Tenant,
        set: &ChangeSetId,
        intent: WriteIntent,
    ) -> Result<Option<u64>, StorageError> {
        let (tenant, set) = (tenant.clone(), set.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE change_set
                 SET writes = writes + 1, written_at = max(written_at, ?1)
                 WHERE id = ?2 AND organization = ?3 AND connection = ?4 RETURNING writes";
            let place = (
                intent.at.as_microsecond(),
                set.as_str(),
                tenant.organization.as_str(),
                tenant.connection.as_str(),
            );
            let number: Option<i64> =
                transaction.prepare_cached(sql)?.query_row(place, |row| row.get(0)).optional()?;
            let Some(number) = number else { return Ok(None) };
            add(transaction, (&set, number), &intent)?;
            Ok(Some(number as u64))
        };
        self.shared.state.write("note what is about to be written", write).await
    }

    async fn conclude(
        &self,
        set: &ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> Result<(), StorageError> {
        let set = set.clone();
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE write SET state = ?1, ended_at = ?2, detail = ?3,
                     record = coalesce(?4, record), difference = coalesce(?5, difference)
                 WHERE change_set = ?6 AND number = ?7 AND ended_at IS NULL";
            transaction.prepare_cached(sql)?.execute((
                end.state.name(),
                end.at.as_microsecond(),
                &end.detail,
                end.record.as_ref().map(ToString::to_string),
                end.difference.as_ref().map(row::to_json).transpose()?,
                set.as_str(),
                number as i64,
            ))?;
            Ok(())
        };
        self.shared.state.write("note how a write ended", write).await
    }

    async fn change_set(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
    ) -> Result<Option<ChangeSet>, StorageError> {
        let (owner, id) = (owner(realm), id.clone());
        let read = move |database: &Connection| Ok(find(database, &owner, id.as_str())?);
        self.shared.state.read("find a change set", read).await
    }

    async fn change_sets(
        &self,
        realm: &Realm,
        before: Option<&ChangeSetId>,
        limit: usize,
    ) -> Result<Vec<ChangeSet>, StorageError> {
        let (owner, before) = (owner(realm), before.cloned());
        let read = move |database: &Connection| {
            let last = match &before {
                None => None,
                Some(id) => match find(database, &owner, id.as_str())? {
                    Some(set) => Some((set.begun_at.as_microsecond(), set.id)),
                    None => return Ok(Vec::new()),
                },
            };
            newest_first(database, &owner, (last, limit))
        };
        self.shared.state.read("list the change sets", read).await
    }

    async fn writes(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Write>, StorageError> {
        let (owner, id) = (owner(realm), id.clone());
        let read = move |database: &Connection| {
            if find(database, &owner, id.as_str())?.is_none() {
                return Ok(Vec::new());
            }
            let sql = format!(
                "SELECT {WRITE_COLUMNS} FROM write WHERE change_set = ?1 AND number > ?2
                 ORDER BY number LIMIT ?3"
            );
            let mut statement = database.prepare_cached(&sql)?;
            let rows = statement.query_map((id.as_str(), after as i64, limit as i64), write)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("read the writes of a change set", read).await
    }

    async fn undos(&self, realm: &Realm, id: &ChangeSetId) -> Result<Vec<ChangeSet>, StorageError> {
        let ((organization, connection), id) = (owner(realm), id.clone());
        let read = move |database: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM change_set WHERE undoes = ?3 AND {WITHIN}
                 ORDER BY begun_at, id"
            );
            let mut statement = database.prepare_cached(&sql)?;
            let rows = statement.query_map((organization, connection, id.as_str()), change_set)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the undos of a change set", read).await
    }
}

/// Organization and connection of a realm, as far as it has them.
type Owner = (Option<String>, Option<String>);

fn owner(realm: &Realm) -> Owner {
    let text = |id: &OrganizationId| id.as_str().to_owned();
    match realm {
        Realm::Installation => (None, None),
        Realm::Organization(organization) => (Some(text(organization)), None),
        Realm::Connection(tenant) => {
            (Some(text(&tenant.organization)), Some(tenant.connection.as_str().to_owned()))
        }
    }
}

fn find(
    database: &Connection,
    (organization, connection): &Owner,
    id: &str,
) -> rusqlite::Result<Option<ChangeSet>> {
    let sql = format!("SELECT {COLUMNS} FROM change_set WHERE id = ?3 AND {WITHIN}");
    let mut statement = database.prepare_cached(&sql)?;
    statement.query_row((organization, connection, id), change_set).optional()
}

/// The sets of an owner that are older than the last one. Each realm has a statement of its own, so
/// that it goes along the index of its order.
fn newest_first(
    database: &Connection,
    (organization, connection): &Owner,
    (last, limit): (Option<(i64, ChangeSetId)>, usize),
) -> Result<Vec<ChangeSet>, Fault> {
    let within = match (organization, connection) {
        (None, _) => "?1 IS NULL AND ?2 IS NULL",
        (Some(_), None) => "organization = ?1 AND ?2 IS NULL",
        (Some(_), Some(_)) => "organization = ?1 AND connection = ?2",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM change_set WHERE {within} AND (begun_at, id) < (?3, ?4)
         ORDER BY begun_at DESC, id DESC LIMIT ?5"
    );
    let (begun_at, id) = match &last {
        Some((begun_at, id)) => (*begun_at, id.as_str()),
        None => (i64::MAX, ""),
    };
    let mut statement = database.prepare_cached(&sql)?;
    let parameters = (organization, connection, begun_at, id, limit as i64);
    let rows = statement.query_map(parameters, change_set)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn add(
    transaction: &Transaction<'_>,
    (set, number): (&ChangeSetId, i64),
    intent: &WriteIntent,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO write (change_set, number, at, actor, act, effect, record, parent,
             account, difference, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    transaction.prepare_cached(sql)?.execute((
        set.as_str(),
        number,
        intent.at.as_microsecond(),
        intent.actor.to_string(),
        &intent.act,
        intent.effect.name(),
        intent.record.as_ref().map(ToString::to_string),
        intent.parent.as_ref().map(ToString::to_string),
        &intent.account,
        row::to_json(&intent.difference)?,
        WriteState::Intended.name(),
    ))?;
    Ok(())
}

fn change_set(row: &Row<'_>) -> rusqlite::Result<ChangeSet> {
    let text = |column: usize| row.get::<_, String>(column);
    Ok(ChangeSet {
        id: ChangeSetId::new(&text(0)?),
        tenant: Tenant {
            organization: OrganizationId::new(&text(1)?),
            connection: ConnectionId::new(&text(2)?),
        },
        actor: row::parsed(row, 3)?,
        title: text(4)?,
        undoes: row.get::<_, Option<String>>(5)?.as_deref().map(ChangeSetId::new),
        begun_at: row::timestamp(row, 6)?,
        written_at: row::timestamp(row, 7)?,
        writes: row.get::<_, i64>(8)? as u64,
    })
}

fn write(row: &Row<'_>) -> rusqlite::Result<Write> {
    let key = |column: usize| -> rusqlite::Result<Option<RecordKey>> {
        Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(row::record_key))
    };
    Ok(Write {
        number: row.get::<_, i64>(0)? as u64,
        intent: WriteIntent {
            at: row::timestamp(row, 1)?,
            actor: row::parsed(row, 2)?,
            act: row.get(3)?,
            effect: row::parsed(row, 4)?,
            record: key(5)?,
            parent: key(6)?,
            account: row.get(7)?,
            difference: row::json(row, 8)?,
        },
        state: row::parsed(row, 9)?,
        ended_at: row::optional_timestamp(row, 10)?,
        detail: row.get(11)?,
    })
}
