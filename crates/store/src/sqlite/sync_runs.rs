//! Sync runs on SQLite: a row for each run, and one for each id that an open run saw.

use domain::{
    Entity, KEPT_RUNS, Record, RecordKey, RunQuery, RunScope, RunState, RunStep, StorageError,
    SyncRun, SyncRunId, SyncRuns, Unseen,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, named_params};

use super::{Sqlite, leases, mirror, row};

/// The condition on the columns that name a run's lists.
const OF_SCOPE: &str = "vendor = ?1 AND organization = ?2 AND connection = ?3 AND account IS ?4";

impl SyncRuns for Sqlite {
    async fn add_run(&self, run: SyncRun) -> Result<SyncRun, StorageError> {
        let write = move |transaction: &Transaction<'_>| Ok(add(transaction, run)?);
        self.shared.state.write("add a sync run", write).await
    }

    async fn run(&self, id: &SyncRunId) -> Result<Option<SyncRun>, StorageError> {
        let id = id.clone();
        let read = move |connection: &Connection| Ok(find(connection, &id)?);
        self.shared.state.read("find a sync run", read).await
    }

    async fn runs(&self, query: RunQuery) -> Result<Vec<SyncRun>, StorageError> {
        let read = move |connection: &Connection| {
            let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
            let own = query.organization.as_ref().map(|own| own.as_str());
            let Some(scope) = &query.scope else {
                let sql = "WHERE ?1 IS NULL OR organization = ?1 ORDER BY sequence DESC LIMIT ?2";
                return Ok(all(connection, sql, (own, limit))?);
            };
            let sql = format!(
                "WHERE {OF_SCOPE} AND (?5 IS NULL OR organization = ?5)
                 ORDER BY sequence DESC LIMIT ?6"
            );
            let (vendor, organization, id, account) = place(scope);
            let parameters = (vendor, organization, id, account, own, limit);
            Ok(all(connection, &sql, parameters)?)
        };
        self.shared.state.read("list the sync runs", read).await
    }

    async fn open_runs(&self) -> Result<Vec<SyncRun>, StorageError> {
        let read = |connection: &Connection| {
            Ok(all(connection, "WHERE is_open = 1 ORDER BY sequence", ())?)
        };
        self.shared.state.read("list the open sync runs", read).await
    }

    async fn step_run(&self, step: RunStep) -> Result<bool, StorageError> {
        let write = move |transaction: &Transaction<'_>| Ok(take_step(transaction, &step)?);
        self.shared.state.write("go on with a sync run", write).await
    }

    async fn unseen(&self, unseen: Unseen) -> Result<Vec<Record>, StorageError> {
        let read = move |connection: &Connection| {
            let keys = unseen_keys(connection, &unseen)?;
            let mut records = Vec::new();
            for key in keys {
                records.extend(mirror::record(connection, &unseen.scope.tenant, key)?);
            }
            Ok(records)
        };
        self.shared.state.read("find what a sync run did not see", read).await
    }

    async fn forget_seen(&self, limit: usize) -> Result<usize, StorageError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM sync_seen WHERE (run, entity, id) IN (
                 SELECT run, entity, id FROM sync_seen WHERE run NOT IN (
                     SELECT id FROM sync_run WHERE is_open = 1) LIMIT ?1)";
            Ok(transaction.prepare_cached(sql)?.execute([limit])?)
        };
        self.shared.state.write("forget what sync runs saw", write).await
    }
}

fn place(scope: &RunScope) -> (&str, &str, &str, Option<&str>) {
    let RunScope { vendor, tenant, account } = scope;
    (vendor, tenant.organization.as_str(), tenant.connection.as_str(), account.as_deref())
}

fn add(transaction: &Transaction<'_>, run: SyncRun) -> rusqlite::Result<SyncRun> {
    let sql = format!("WHERE {OF_SCOPE} AND is_open = 1");
    if let Some(mut open) = all(transaction, &sql, place(&run.scope))?.pop() {
        if run.full && open.state == RunState::Asked && !open.full {
            open.full = true;
            put(transaction, &open)?;
        }
        return Ok(open);
    }
    put(transaction, &run)?;
    let sql = format!(
        "DELETE FROM sync_run WHERE sequence IN (
             SELECT sequence FROM sync_run WHERE {OF_SCOPE} AND is_open = 0
             ORDER BY sequence DESC LIMIT -1 OFFSET ?5)"
    );
    let (vendor, organization, connection, account) = place(&run.scope);
    let kept = KEPT_RUNS as i64;
    let parameters = (vendor, organization, connection, account, kept);
    transaction.prepare_cached(&sql)?.execute(parameters)?;
    Ok(run)
}

fn put(transaction: &Transaction<'_>, run: &SyncRun) -> rusqlite::Result<()> {
    let (vendor, organization, connection, account) = place(&run.scope);
    transaction
        .prepare_cached(
            "INSERT INTO sync_run (id, vendor, organization, connection, account, is_open, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, content = excluded.content",
        )?
        .execute((
            run.id.as_str(),
            vendor,
            organization,
            connection,
            account,
            run.state.is_open(),
            row::to_json(run)?,
        ))?;
    Ok(())
}

fn find(connection: &Connection, id: &SyncRunId) -> rusqlite::Result<Option<SyncRun>> {
    Ok(all(connection, "WHERE id = ?1", [id.as_str()])?.pop())
}

fn all(
    connection: &Connection,
    wanted: &str,
    parameters: impl Params,
) -> rusqlite::Result<Vec<SyncRun>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT content FROM sync_run {wanted}"))?;
    let runs = statement.query_map(parameters, |row| row::json(row, 0))?;
    runs.collect()
}

fn take_step(transaction: &Transaction<'_>, step: &RunStep) -> rusqlite::Result<bool> {
    let RunStep { lease, run, seen } = step;
    let is_open: Option<bool> = transaction
        .prepare_cached("SELECT is_open FROM sync_run WHERE id = ?1")?
        .query_row([run.id.as_str()], |row| row.get(0))
        .optional()?;
    if is_open != Some(true) || !leases::is_held(transaction, lease)? {
        return Ok(false);
    }
    if let Some((entity, ids)) = seen {
        let mut statement = transaction.prepare_cached(
            "INSERT OR IGNORE INTO sync_seen (run, entity, id) VALUES (?1, ?2, ?3)",
        )?;
        for id in ids {
            statement.execute((run.id.as_str(), entity.name(), id))?;
        }
    }
    put(transaction, run)?;
    Ok(true)
}

fn unseen_keys(connection: &Connection, unseen: &Unseen) -> rusqlite::Result<Vec<RecordKey>> {
    let Unseen { run, scope, entity, quiet_since, after, limit } = unseen;
    let mut statement = connection.prepare_cached(
        "SELECT id FROM record
         WHERE organization = :organization AND connection = :connection AND entity = :entity
             AND id > :after AND account IS :account AND deleted_at IS NULL
             AND last_seen_at < :quiet_since
             AND NOT EXISTS (SELECT 1 FROM sync_seen
                 WHERE run = :run AND entity = :entity AND sync_seen.id = record.id)
         ORDER BY id LIMIT :limit",
    )?;
    let (_, organization, tenant_connection, account) = place(scope);
    let parameters = named_params! {
        ":organization": organization,
        ":connection": tenant_connection,
        ":entity": entity.name(),
        ":after": after.as_deref().unwrap_or_default(),
        ":account": account,
        ":quiet_since": quiet_since.as_microsecond(),
        ":run": run.as_str(),
        ":limit": i64::try_from(*limit).unwrap_or(i64::MAX),
    };
    let entity: Entity = *entity;
    let read = |row: &Row<'_>| Ok(RecordKey::new(entity, row.get::<_, String>(0)?));
    statement.query_map(parameters, read)?.collect()
}
