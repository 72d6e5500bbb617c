//! The profiles of connections on SQLite.

use domain::{
    ConnectionId, ConnectionProfile, OrganizationId, Profiles, Standing, StorageError, Tenant,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row};

/// The columns that [`profile`] reads, in its order.
const COLUMNS: &str = "organization, connection, access, url, settings, account_name, scopes, \
     consent_since, consent_reason, revised_at";

impl Profiles for Sqlite {
    async fn put_profile(&self, profile: ConnectionProfile) -> Result<bool, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let known = "SELECT 1 FROM connection WHERE organization = ?1 AND connection = ?2";
            if !transaction.prepare_cached(known)?.exists(place(&profile.tenant))? {
                return Ok(false);
            }
            put(transaction, &profile)?;
            Ok(true)
        };
        self.shared.state.write("store a connection's profile", write).await
    }

    async fn profile(&self, tenant: &Tenant) -> Result<Option<ConnectionProfile>, StorageError> {
        let tenant = tenant.clone();
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM connection_profile
                 WHERE organization = ?1 AND connection = ?2"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row(place(&tenant), self::profile).optional()?)
        };
        self.shared.state.read("read a connection's profile", read).await
    }

    async fn profiles(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Vec<ConnectionProfile>, StorageError> {
        let organization = organization.map(|organization| organization.as_str().to_owned());
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM connection_profile
                 WHERE ?1 IS NULL OR organization = ?1 ORDER BY organization, connection"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([organization], self::profile)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("list the connections' profiles", read).await
    }

    async fn set_standing(
        &self,
        tenant: &Tenant,
        standing: Standing,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let tenant = tenant.clone();
        let write = move |transaction: &Transaction<'_>| {
            let (organization, connection) = place(&tenant);
            let (since, reason) = consent(&standing);
            // Only what is new is written: the first moment of a state stays.
            let changed = transaction
                .prepare_cached(
                    "UPDATE connection_profile
                     SET consent_since = ?3, consent_reason = ?4, revised_at = ?5
                     WHERE organization = ?1 AND connection = ?2
                         AND (consent_since IS NULL) <> (?3 IS NULL)",
                )?
                .execute((organization, connection, since, reason, now.as_microsecond()))?;
            Ok(changed > 0)
        };
        self.shared.state.write("note how a connection stands", write).await
    }
}

fn put(transaction: &Transaction<'_>, profile: &ConnectionProfile) -> rusqlite::Result<()> {
    let (organization, connection) = place(&profile.tenant);
    let (since, reason) = consent(&profile.standing);
    transaction
        .prepare_cached(
            "INSERT INTO connection_profile (organization, connection, access, url, settings,
                 account_name, scopes, consent_since, consent_reason, revised_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (organization, connection) DO UPDATE SET
                 access = excluded.access, url = excluded.url, settings = excluded.settings,
                 account_name = excluded.account_name, scopes = excluded.scopes,
                 consent_since = excluded.consent_since,
                 consent_reason = excluded.consent_reason, revised_at = excluded.revised_at",
        )?
        .execute((
            organization,
            connection,
            profile.access.name(),
            &profile.url,
            row::to_json(&profile.settings)?,
            &profile.account_name,
            row::to_json(&profile.scopes)?,
            since,
            reason,
            profile.revised_at.as_microsecond(),
        ))?;
    Ok(())
}

fn consent(standing: &Standing) -> (Option<i64>, Option<&str>) {
    match standing {
        Standing::Ready => (None, None),
        Standing::NeedsConsent { since, reason } => {
            (Some(since.as_microsecond()), Some(reason.as_str()))
        }
    }
}

fn place(tenant: &Tenant) -> (&str, &str) {
    (tenant.organization.as_str(), tenant.connection.as_str())
}

fn profile(row: &Row<'_>) -> rusqlite::Result<ConnectionProfile> {
    let standing = match row::optional_timestamp(row, 7)? {
        None => Standing::Ready,
        Some(since) => Standing::NeedsConsent { since, reason: row.get(8)? },
    };
    Ok(ConnectionProfile {
        tenant: Tenant {
            organization: OrganizationId::new(&row.get::<_, String>(0)?),
            connection: ConnectionId::new(&row.get::<_, String>(1)?),
        },
        access: row::parsed(row, 2)?,
        url: row.get(3)?,
        settings: row::json(row, 4)?,
        account_name: row.get(5)?,
        scopes: row::json(row, 6)?,
        standing,
        revised_at: row::timestamp(row, 9)?,
    })
}
