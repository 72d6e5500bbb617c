//! The hub's connections, accounts and installations on SQLite.

use domain::{
    Account, AccountKey, Connection, ConnectionId, Connections, Installation, InstallationKey,
    Listing, OrganizationId, Revision, StorageError, Tenant,
};
use rusqlite::{Connection as Database, Row, Transaction};

use super::{Sqlite, row};

impl Connections for Sqlite {
    async fn put_connection(&self, connection: Connection) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let (organization, id) = place(&connection.tenant);
            transaction
                .prepare_cached(
                    "INSERT INTO connection (organization, connection, vendor, name, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (organization, connection) DO UPDATE SET
                         vendor = excluded.vendor, name = excluded.name,
                         created_at = excluded.created_at",
                )?
                .execute((
                    organization,
                    id,
                    &connection.vendor,
                    &connection.name,
                    connection.created_at.as_microsecond(),
                ))?;
            Ok(())
        };
        self.shared.state.write("store a connection", write).await
    }

    async fn remove_connection(&self, tenant: &Tenant) -> Result<bool, StorageError> {
        let tenant = tenant.clone();
        let write = move |transaction: &Transaction<'_>| {
            let owned = " WHERE organization = ?1 AND connection = ?2";
            let delete = |table: &str| {
                let sql = format!("DELETE FROM {table}{owned}");
                transaction.prepare_cached(&sql)?.execute(place(&tenant))
            };
            if delete("connection")? == 0 {
                return Ok(false);
            }
            delete("account")?;
            delete("connection_profile")?;
            delete("credential")?;
            delete("watermark")?;
            Ok(true)
        };
        self.shared.state.write("remove a connection", write).await
    }

    async fn connect_account(&self, account: Account) -> Result<bool, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let (organization, id) = place(&account.tenant);
            transaction
                .prepare_cached(
                    "INSERT INTO account (vendor, id, organization, connection, connected_at)
                     VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (vendor, id) DO NOTHING",
                )?
                .execute((
                    &account.key.vendor,
                    &account.key.id,
                    organization,
                    id,
                    account.connected_at.as_microsecond(),
                ))?;
            let owner = transaction
                .prepare_cached(
                    "SELECT organization, connection FROM account WHERE vendor = ?1 AND id = ?2",
                )?
                .query_row((&account.key.vendor, &account.key.id), |row| tenant(row, 0))?;
            Ok(owner == account.tenant)
        };
        self.shared.state.write("connect an account", write).await
    }

    async fn disconnect_account(
        &self,
        tenant: &Tenant,
        account: &AccountKey,
    ) -> Result<bool, StorageError> {
        let (tenant, account) = (tenant.clone(), account.clone());
        let write = move |transaction: &Transaction<'_>| {
            let (organization, id) = place(&tenant);
            let removed = transaction
                .prepare_cached(
                    "DELETE FROM account
                     WHERE vendor = ?1 AND id = ?2 AND organization = ?3 AND connection = ?4",
                )?
                .execute((&account.vendor, &account.id, organization, id))?;
            Ok(removed > 0)
        };
        self.shared.state.write("disconnect an account", write).await
    }

    async fn listing(&self) -> Result<Listing, StorageError> {
        let read = |database: &Database| {
            // One transaction, so that all of it is of one moment.
            let moment = database.unchecked_transaction()?;
            Ok(Listing {
                revision: revision(&moment)?,
                connections: connections(&moment)?,
                accounts: accounts(&moment)?,
                installations: installations(&moment)?,
            })
        };
        self.shared.state.read("list the connections", read).await
    }

    async fn revision(&self) -> Result<Revision, StorageError> {
        self.shared.state.read("read the revision", |database| Ok(revision(database)?)).await
    }
}

/// Stores an installation in place of the one with its key, in the caller's transaction.
pub(super) fn put_installation(
    transaction: &Transaction<'_>,
    installation: &Installation,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO installation (vendor, account, app, company, installed, state_at, plan,
                 plan_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (vendor, account, app) DO UPDATE SET
                 company = excluded.company, installed = excluded.installed,
                 state_at = excluded.state_at, plan = excluded.plan, plan_at = excluded.plan_at",
        )?
        .execute((
            &installation.key.account.vendor,
            &installation.key.account.id,
            &installation.key.app,
            &installation.company,
            installation.installed,
            installation.state_at.map(|at| at.as_microsecond()),
            &installation.plan,
            installation.plan_at.map(|at| at.as_microsecond()),
        ))?;
    Ok(())
}

fn revision(database: &Database) -> rusqlite::Result<Revision> {
    database
        .prepare_cached("SELECT number FROM revision")?
        .query_row([], |row| Ok(Revision(row.get::<_, i64>(0)? as u64)))
}

fn connections(database: &Database) -> rusqlite::Result<Vec<Connection>> {
    let read = |row: &Row<'_>| {
        Ok(Connection {
            tenant: tenant(row, 0)?,
            vendor: row.get(2)?,
            name: row.get(3)?,
            created_at: row::timestamp(row, 4)?,
        })
    };
    database
        .prepare_cached(
            "SELECT organization, connection, vendor, name, created_at FROM connection
             ORDER BY organization, connection",
        )?
        .query_map([], read)?
        .collect()
}

fn accounts(database: &Database) -> rusqlite::Result<Vec<Account>> {
    let read = |row: &Row<'_>| {
        Ok(Account {
            key: AccountKey { vendor: row.get(0)?, id: row.get(1)? },
            tenant: tenant(row, 2)?,
            connected_at: row::timestamp(row, 4)?,
        })
    };
    database
        .prepare_cached(
            "SELECT vendor, id, organization, connection, connected_at FROM account
             ORDER BY vendor, id",
        )?
        .query_map([], read)?
        .collect()
}

fn installations(database: &Database) -> rusqlite::Result<Vec<Installation>> {
    let read = |row: &Row<'_>| {
        Ok(Installation {
            key: InstallationKey {
                app: row.get(0)?,
                account: AccountKey { vendor: row.get(1)?, id: row.get(2)? },
            },
            company: row.get(3)?,
            installed: row.get(4)?,
            state_at: row::optional_timestamp(row, 5)?,
            plan: row.get(6)?,
            plan_at: row::optional_timestamp(row, 7)?,
        })
    };
    database
        .prepare_cached(
            "SELECT app, vendor, account, company, installed, state_at, plan, plan_at
             FROM installation ORDER BY app, vendor, account",
        )?
        .query_map([], read)?
        .collect()
}

fn place(tenant: &Tenant) -> (&str, &str) {
    (tenant.organization.as_str(), tenant.connection.as_str())
}

/// The tenant in this column and the next.
fn tenant(row: &Row<'_>, column: usize) -> rusqlite::Result<Tenant> {
    Ok(Tenant {
        organization: OrganizationId::new(&row.get::<_, String>(column)?),
        connection: ConnectionId::new(&row.get::<_, String>(column + 1)?),
    })
}
