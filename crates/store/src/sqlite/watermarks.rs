//! The watermarks on SQLite.

use domain::{StorageError, Tenant, Watermarks};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use super::{Sqlite, row};

impl Watermarks for Sqlite {
    async fn watermark(
        &self,
        tenant: &Tenant,
        list: &str,
    ) -> Result<Option<Timestamp>, StorageError> {
        let key = key(tenant, list);
        let read = move |connection: &rusqlite::Connection| {
            let sql = "SELECT stands_at FROM watermark
                       WHERE organization = ?1 AND connection = ?2 AND list = ?3";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(key, |found| row::timestamp(found, 0)).optional()?)
        };
        self.shared.state.read("read a watermark", read).await
    }

    async fn raise_watermark(
        &self,
        tenant: &Tenant,
        list: &str,
        to: Timestamp,
    ) -> Result<(), StorageError> {
        let (organization, connection, list) = key(tenant, list);
        let write = move |transaction: &Transaction<'_>| {
            let sql = "INSERT INTO watermark (organization, connection, list, stands_at)
                       VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT DO UPDATE SET stands_at = max(stands_at, excluded.stands_at)";
            let values = (organization, connection, list, to.as_microsecond());
            transaction.prepare_cached(sql)?.execute(values)?;
            Ok(())
        };
        self.shared.state.write("raise a watermark", write).await
    }

    async fn forget_watermark(&self, tenant: &Tenant, list: &str) -> Result<(), StorageError> {
        let key = key(tenant, list);
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM watermark
                       WHERE organization = ?1 AND connection = ?2 AND list = ?3";
            transaction.prepare_cached(sql)?.execute(key)?;
            Ok(())
        };
        self.shared.state.write("forget a watermark", write).await
    }
}

fn key(tenant: &Tenant, list: &str) -> (String, String, String) {
    let (organization, connection) = (&tenant.organization, &tenant.connection);
    (organization.to_string(), connection.to_string(), list.to_owned())
}
