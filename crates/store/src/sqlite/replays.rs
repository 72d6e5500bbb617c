//! Replays on SQLite.

use domain::{Replay, ReplayStep, Replays, StorageError, SubscriptionId};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction};

use super::{Sqlite, outbox, row};

impl Replays for Sqlite {
    async fn ask_replay(&self, replay: Replay) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| Ok(put(transaction, &replay)?);
        self.shared.state.write("ask for a replay", write).await
    }

    async fn next_replay(&self) -> Result<Option<Replay>, StorageError> {
        let read = |connection: &Connection| Ok(first(connection, "ORDER BY after LIMIT 1", ())?);
        self.shared.state.read("find a replay", read).await
    }

    async fn replay(&self, subscription: &SubscriptionId) -> Result<Option<Replay>, StorageError> {
        let subscription = subscription.clone();
        let read = move |connection: &Connection| {
            Ok(first(connection, "WHERE subscription = ?1", [subscription.as_str()])?)
        };
        self.shared.state.read("read a replay", read).await
    }

    async fn step_replay(&self, step: ReplayStep) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| Ok(take(transaction, step)?);
        self.shared.state.write("go on with a replay", write).await
    }
}

fn put(transaction: &Transaction<'_>, replay: &Replay) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO replay (subscription, since, after, until)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((
            replay.subscription.as_str(),
            replay.since.as_microsecond(),
            replay.after.0 as i64,
            replay.until.0 as i64,
        ))?;
    Ok(())
}

fn first(
    connection: &Connection,
    wanted: &str,
    parameters: impl Params,
) -> rusqlite::Result<Option<Replay>> {
    let sql = format!("SELECT subscription, since, after, until FROM replay {wanted}");
    connection.prepare_cached(&sql)?.query_row(parameters, replay).optional()
}

fn take(transaction: &Transaction<'_>, step: ReplayStep) -> rusqlite::Result<()> {
    let ReplayStep { from, to, actions, now } = step;
    let subscription = from.subscription.as_str();
    let found = first(transaction, "WHERE subscription = ?1", [subscription])?;
    if found.as_ref() != Some(&from) {
        return Ok(());
    }
    for action in &actions {
        if !outbox::put_action(transaction, action, false)? {
            outbox::redeliver(transaction, &action.id, now)?;
        }
    }
    if to < from.until {
        return put(transaction, &Replay { after: to, ..from });
    }
    let sql = "DELETE FROM replay WHERE subscription = ?1";
    transaction.prepare_cached(sql)?.execute([subscription])?;
    Ok(())
}

fn replay(row: &Row<'_>) -> rusqlite::Result<Replay> {
    Ok(Replay {
        subscription: SubscriptionId::new(&row.get::<_, String>(0)?),
        since: row::timestamp(row, 1)?,
        after: row::sequence(row, 2)?,
        until: row::sequence(row, 3)?,
    })
}
