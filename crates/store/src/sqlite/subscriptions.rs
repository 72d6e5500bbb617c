//! Subscriptions on SQLite.

use domain::{
    ConnectionId, Dropped, FormerSecret, OrganizationId, SecretVersions, StorageError,
    Subscription, SubscriptionId, SubscriptionState, Subscriptions,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction};

use super::{Sqlite, organizations, outbox, row};

/// The columns that [`subscription`] reads, in its order.
const COLUMNS: &str = "id, organization, connection, name, url, kinds, paused_at, disabled_at, \
     disabled_why, secret_version, former_version, former_until, failing_since, created_at, revision";

impl Subscriptions for Sqlite {
    async fn put_subscription(&self, subscription: Subscription) -> Result<bool, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            if !organizations::is_there(transaction, &subscription.organization)? {
                return Ok(false);
            }
            let known: Option<i64> = transaction
                .prepare_cached("SELECT revision FROM subscription WHERE id = ?1")?
                .query_row([subscription.id.as_str()], |row| row.get(0))
                .optional()?;
            if subscription.revision != known.unwrap_or(0) as u64 + 1 {
                return Ok(false);
            }
            put(transaction, &subscription)?;
            Ok(true)
        };
        self.shared.state.write("store a subscription", write).await
    }

    async fn subscription(
        &self,
        id: &SubscriptionId,
    ) -> Result<Option<Subscription>, StorageError> {
        let id = id.clone();
        let read = move |connection: &Connection| {
            Ok(oldest_first(connection, "WHERE id = ?1", [id.as_str()])?.pop())
        };
        self.shared.state.read("find a subscription", read).await
    }

    async fn subscriptions(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Vec<Subscription>, StorageError> {
        let organization = organization.cloned();
        let read = move |connection: &Connection| match &organization {
            None => Ok(oldest_first(connection, "", ())?),
            Some(own) => Ok(oldest_first(connection, "WHERE organization = ?1", [own.as_str()])?),
        };
        self.shared.state.read("list the subscriptions", read).await
    }

    async fn remove_subscription(
        &self,
        id: &SubscriptionId,
        dropped: Dropped,
    ) -> Result<bool, StorageError> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            let delete = |sql: &str, id: &str| transaction.prepare_cached(sql)?.execute([id]);
            if delete("DELETE FROM subscription WHERE id = ?1", id.as_str())? == 0 {
                return Ok(false);
            }
            let destination = id.destination();
            delete("DELETE FROM replay WHERE subscription = ?1", id.as_str())?;
            delete("DELETE FROM credential WHERE connection = ?1", destination.as_str())?;
            outbox::drop_open(transaction, &destination, &dropped)?;
            Ok(true)
        };
        self.shared.state.write("remove a subscription", write).await
    }

    async fn note_failing(
        &self,
        id: &SubscriptionId,
        since: Option<Timestamp>,
    ) -> Result<(), StorageError> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE subscription
                SET failing_since = CASE WHEN ?2 IS NULL THEN NULL
                    ELSE coalesce(failing_since, ?2) END WHERE id = ?1";
            let since = since.map(Timestamp::as_microsecond);
            transaction.prepare_cached(sql)?.execute((id.as_str(), since))?;
            Ok(())
        };
        self.shared.state.write("note how a subscription fares", write).await
    }

    async fn due_subscriptions(&self, now: Timestamp) -> Result<Vec<SubscriptionId>, StorageError> {
        let read = move |connection: &Connection| {
            // Two looks into indexes for each subscription, however long the queues are.
            let sql = "SELECT id FROM subscription AS s WHERE paused_at IS NULL
                 AND disabled_at IS NULL AND (
                     EXISTS (SELECT 1 FROM action
                         WHERE destination = 'con_' || s.id AND state = 'ready')
                     OR EXISTS (SELECT 1 FROM lane
                         WHERE destination = 'con_' || s.id AND due_at <= ?1))
                 ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let ids = statement.query_map([now.as_microsecond()], |row| {
                Ok(SubscriptionId::new(&row.get::<_, String>(0)?))
            })?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("find the due subscriptions", read).await
    }
}

fn put(transaction: &Transaction<'_>, subscription: &Subscription) -> rusqlite::Result<()> {
    let (paused_at, disabled) = match &subscription.state {
        SubscriptionState::Active => (None, None),
        SubscriptionState::Paused { since } => (Some(since.as_microsecond()), None),
        SubscriptionState::Disabled { since, reason } => (None, Some((since, reason))),
    };
    let former = subscription.secret.former;
    let sql = format!(
        "INSERT OR REPLACE INTO subscription ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    );
    transaction.prepare_cached(&sql)?.execute((
        subscription.id.as_str(),
        subscription.organization.as_str(),
        subscription.connection.as_ref().map(ConnectionId::as_str),
        &subscription.name,
        &subscription.url,
        subscription.kinds.to_string(),
        paused_at,
        disabled.map(|(since, _)| since.as_microsecond()),
        disabled.map(|(_, reason)| reason),
        subscription.secret.current,
        former.map(|former| former.version),
        former.map(|former| former.until.as_microsecond()),
        subscription.failing_since.map(Timestamp::as_microsecond),
        subscription.created_at.as_microsecond(),
        subscription.revision as i64,
    ))?;
    Ok(())
}

fn oldest_first(
    connection: &Connection,
    wanted: &str,
    parameters: impl Params,
) -> rusqlite::Result<Vec<Subscription>> {
    let sql = format!("SELECT {COLUMNS} FROM subscription {wanted} ORDER BY created_at, id");
    connection.prepare_cached(&sql)?.query_map(parameters, subscription)?.collect()
}

fn subscription(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let disabled = (row::optional_timestamp(row, 7)?, row.get::<_, Option<String>>(8)?);
    let state = match (row::optional_timestamp(row, 6)?, disabled) {
        (_, (Some(since), reason)) => {
            SubscriptionState::Disabled { since, reason: reason.unwrap_or_default() }
        }
        (Some(since), _) => SubscriptionState::Paused { since },
        (None, _) => SubscriptionState::Active,
    };
    let former = match (row.get(10)?, row::optional_timestamp(row, 11)?) {
        (Some(version), Some(until)) => Some(FormerSecret { version, until }),
        _ => None,
    };
    Ok(Subscription {
        id: SubscriptionId::new(&row.get::<_, String>(0)?),
        organization: OrganizationId::new(&row.get::<_, String>(1)?),
        connection: row.get::<_, Option<String>>(2)?.as_deref().map(ConnectionId::new),
        name: row.get(3)?,
        url: row.get(4)?,
        kinds: row::parsed(row, 5)?,
        state,
        secret: SecretVersions { current: row.get(9)?, former },
        failing_since: row::optional_timestamp(row, 12)?,
        created_at: row::timestamp(row, 13)?,
        revision: row.get::<_, i64>(14)? as u64,
    })
}
