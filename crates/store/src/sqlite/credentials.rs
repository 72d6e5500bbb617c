//! The sealed credentials on SQLite.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::{
    ConnectionId, Credential, CredentialKey, CredentialSummary, Credentials, OrganizationId,
    SealedContent, StorageError, Tenant,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row};

/// The columns that [`summary`] reads, in its order.
const SUMMARY_COLUMNS: &str = "organization, connection, kind, master_key, stored_at";

impl Credentials for Sqlite {
    async fn put_credential(&self, credential: Credential) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let (organization, connection, kind) = place(&credential.key);
            transaction
                .prepare_cached(
                    "INSERT INTO credential (organization, connection, kind, master_key, stored_at,
                         sealed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (organization, connection, kind) DO UPDATE SET
                         master_key = excluded.master_key, stored_at = excluded.stored_at,
                         sealed = excluded.sealed",
                )?
                .execute((
                    organization,
                    connection,
                    kind,
                    &credential.content.master_key,
                    credential.stored_at.as_microsecond(),
                    &credential.content.bytes[..],
                ))?;
            Ok(())
        };
        self.shared.state.write("store a credential", write).await
    }

    async fn credential(&self, key: &CredentialKey) -> Result<Option<Credential>, StorageError> {
        let key = key.clone();
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {SUMMARY_COLUMNS}, sealed FROM credential
                 WHERE organization = ?1 AND connection = ?2 AND kind = ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row(place(&key), credential).optional()?)
        };
        self.shared.state.read("read a credential", read).await
    }

    async fn credentials(
        &self,
        organization: &OrganizationId,
        connection: Option<&ConnectionId>,
    ) -> Result<Vec<CredentialSummary>, StorageError> {
        let owner = organization.as_str().to_owned();
        let only = connection.map(|connection| connection.as_str().to_owned());
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {SUMMARY_COLUMNS} FROM credential
                 WHERE organization = ?1 AND (?2 IS NULL OR connection = ?2)
                 ORDER BY organization, connection, kind"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map((owner, only), summary)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the credentials", read).await
    }

    async fn delete_credential(&self, key: &CredentialKey) -> Result<bool, StorageError> {
        let key = key.clone();
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM credential
                       WHERE organization = ?1 AND connection = ?2 AND kind = ?3";
            Ok(transaction.prepare_cached(sql)?.execute(place(&key))? > 0)
        };
        self.shared.state.write("remove a credential", write).await
    }

    async fn credentials_not_under(
        &self,
        master_key: &str,
        after: Option<&CredentialKey>,
        limit: usize,
    ) -> Result<Vec<Credential>, StorageError> {
        let (master_key, after) = (master_key.to_owned(), after.cloned());
        let read = move |connection: &Connection| {
            // No organization is empty, so three empty texts come before the first key.
            let (organization, link, kind) = after.as_ref().map_or(("", "", ""), place);
            let sql = format!(
                "SELECT {SUMMARY_COLUMNS}, sealed FROM credential
                 WHERE (organization, connection, kind) > (?1, ?2, ?3) AND master_key <> ?4
                 ORDER BY organization, connection, kind LIMIT ?5"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let parameters = (organization, link, kind, master_key, limit as i64);
            let rows = statement.query_map(parameters, credential)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("page over the credentials", read).await
    }

    async fn rewrap_credential(
        &self,
        key: &CredentialKey,
        from: &Bytes,
        to: SealedContent,
    ) -> Result<bool, StorageError> {
        let (key, from) = (key.clone(), from.clone());
        let write = move |transaction: &Transaction<'_>| {
            let (organization, connection, kind) = place(&key);
            let replaced = transaction
                .prepare_cached(
                    "UPDATE credential SET sealed = ?1, master_key = ?2
                     WHERE organization = ?3 AND connection = ?4 AND kind = ?5 AND sealed = ?6",
                )?
                .execute((
                    &to.bytes[..],
                    &to.master_key,
                    organization,
                    connection,
                    kind,
                    &from[..],
                ))?;
            Ok(replaced > 0)
        };
        self.shared.state.write("re-wrap a credential", write).await
    }

    async fn master_key_counts(&self) -> Result<BTreeMap<String, u64>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT master_key, count(*) FROM credential GROUP BY master_key";
            let mut statement = connection.prepare_cached(sql)?;
            let counts =
                statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
            Ok(counts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("count the credentials", read).await
    }
}

/// Puts a credential in place of the one that was stored at this moment, in the caller's
/// transaction; whether that one is still there.
pub(super) fn replace(
    transaction: &Transaction<'_>,
    credential: &Credential,
    replaced: Timestamp,
) -> rusqlite::Result<bool> {
    let (organization, connection, kind) = place(&credential.key);
    let changed = transaction
        .prepare_cached(
            "UPDATE credential SET sealed = ?1, master_key = ?2, stored_at = ?3
             WHERE organization = ?4 AND connection = ?5 AND kind = ?6 AND stored_at = ?7",
        )?
        .execute((
            &credential.content.bytes[..],
            &credential.content.master_key,
            credential.stored_at.as_microsecond(),
            organization,
            connection,
            kind,
            replaced.as_microsecond(),
        ))?;
    Ok(changed > 0)
}

fn place(key: &CredentialKey) -> (&str, &str, &str) {
    (key.tenant.organization.as_str(), key.tenant.connection.as_str(), &key.kind)
}

fn credential(row: &Row<'_>) -> rusqlite::Result<Credential> {
    let summary = summary(row)?;
    Ok(Credential {
        key: summary.key,
        content: SealedContent {
            bytes: Bytes::from(row.get::<_, Vec<u8>>(5)?),
            master_key: summary.master_key,
        },
        stored_at: summary.stored_at,
    })
}

fn summary(row: &Row<'_>) -> rusqlite::Result<CredentialSummary> {
    Ok(CredentialSummary {
        key: CredentialKey {
            tenant: Tenant {
                organization: OrganizationId::new(&row.get::<_, String>(0)?),
                connection: ConnectionId::new(&row.get::<_, String>(1)?),
            },
            kind: row.get(2)?,
        },
        master_key: row.get(3)?,
        stored_at: row::timestamp(row, 4)?,
    })
}
