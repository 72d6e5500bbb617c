//! API keys on SQLite.

use std::collections::BTreeMap;

use domain::{
    Added, ApiKey, ApiKeyId, ApiKeys, ConnectionId, KeyHash, OrganizationId, StorageError,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction};

use super::{Sqlite, organizations, row};

/// The columns that [`api_key`] reads, in its order.
const COLUMNS: &str = "id, organization, connection, name, role, scopes, secret_hash, created_at, \
     expires_at, last_used_at, revoked_at";

impl ApiKeys for Sqlite {
    async fn add_api_key(&self, key: ApiKey) -> Result<Added, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            if !organizations::is_there(transaction, &key.organization)? {
                return Ok(Added::NoOrganization);
            }
            let sql = format!(
                "INSERT INTO api_key ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            );
            transaction.prepare_cached(&sql)?.execute((
                key.id.as_str(),
                key.organization.as_str(),
                key.connection.as_ref().map(ConnectionId::as_str),
                &key.name,
                key.role.name(),
                key.scopes.to_string(),
                &key.secret_hash.as_bytes()[..],
                key.created_at.as_microsecond(),
                key.expires_at.map(Timestamp::as_microsecond),
                key.last_used_at.map(Timestamp::as_microsecond),
                key.revoked_at.map(Timestamp::as_microsecond),
            ))?;
            Ok(Added::New)
        };
        self.shared.state.write("add an API key", write).await
    }

    async fn api_key_by_hash(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StorageError> {
        let hash = *hash;
        let read = move |connection: &Connection| {
            let sql = format!("SELECT {COLUMNS} FROM api_key WHERE secret_hash = ?1");
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row([&hash.as_bytes()[..]], api_key).optional()?)
        };
        self.shared.state.read("find an API key", read).await
    }

    async fn api_keys(&self, organization: &OrganizationId) -> Result<Vec<ApiKey>, StorageError> {
        let organization = organization.clone();
        let read = move |connection: &Connection| {
            let wanted = "WHERE organization = ?1";
            Ok(oldest_first(connection, wanted, [organization.as_str()])?)
        };
        self.shared.state.read("list the API keys", read).await
    }

    async fn api_keys_of_all(&self) -> Result<Vec<ApiKey>, StorageError> {
        let read = |connection: &Connection| Ok(oldest_first(connection, "", ())?);
        self.shared.state.read("list all API keys", read).await
    }

    async fn revoke_api_key(
        &self,
        organization: &OrganizationId,
        id: &ApiKeyId,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let (organization, id) = (organization.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?1)
                       WHERE organization = ?2 AND id = ?3";
            let row = (now.as_microsecond(), organization.as_str(), id.as_str());
            Ok(transaction.prepare_cached(sql)?.execute(row)? > 0)
        };
        self.shared.state.write("revoke an API key", write).await
    }

    async fn note_use(&self, uses: BTreeMap<ApiKeyId, Timestamp>) -> Result<(), StorageError> {
        if uses.is_empty() {
            return Ok(());
        }
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE api_key SET last_used_at = max(coalesce(last_used_at, ?1), ?1)
                       WHERE id = ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            for (id, used_at) in &uses {
                statement.execute((used_at.as_microsecond(), id.as_str()))?;
            }
            Ok(())
        };
        self.shared.state.write("note the use of API keys", write).await
    }
}

fn oldest_first(
    connection: &Connection,
    wanted: &str,
    parameters: impl Params,
) -> rusqlite::Result<Vec<ApiKey>> {
    let sql = format!("SELECT {COLUMNS} FROM api_key {wanted} ORDER BY created_at, id");
    connection.prepare_cached(&sql)?.query_map(parameters, api_key)?.collect()
}

fn api_key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey {
        id: ApiKeyId::new(&row.get::<_, String>(0)?),
        organization: OrganizationId::new(&row.get::<_, String>(1)?),
        connection: row.get::<_, Option<String>>(2)?.as_deref().map(ConnectionId::new),
        name: row.get(3)?,
        role: row::parsed(row, 4)?,
        scopes: row::parsed(row, 5)?,
        secret_hash: row.get(6).map(KeyHash::from_bytes)?,
        created_at: row::timestamp(row, 7)?,
        expires_at: row::optional_timestamp(row, 8)?,
        last_used_at: row::optional_timestamp(row, 9)?,
        revoked_at: row::optional_timestamp(row, 10)?,
    })
}
