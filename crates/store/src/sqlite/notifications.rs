//! Notifications on SQLite: rows of the outbox.

use domain::{
    Action, ActionId, NotificationPage, Notifications, StorageError, SubscriptionId, Tracked,
};
use jiff::Timestamp;
use rusqlite::{Connection, Transaction};

use super::{
    Sqlite,
    outbox::{self, ACTION_COLUMNS},
};

impl Notifications for Sqlite {
    async fn enqueue(&self, actions: Vec<Action>) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            for action in &actions {
                outbox::put_action(transaction, action, false)?;
            }
            Ok(())
        };
        self.shared.state.write("write notifications", write).await
    }

    async fn notifications(
        &self,
        subscription: &SubscriptionId,
        page: NotificationPage,
    ) -> Result<Vec<Tracked>, StorageError> {
        let destination = subscription.destination();
        let read =
            move |connection: &Connection| Ok(found(connection, destination.as_str(), &page)?);
        self.shared.state.read("list notifications", read).await
    }

    async fn redeliver(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> Result<Vec<ActionId>, StorageError> {
        let actions = actions.to_vec();
        let write = move |transaction: &Transaction<'_>| {
            let mut again = Vec::new();
            for id in actions {
                if outbox::redeliver(transaction, &id, now)? {
                    again.push(id);
                }
            }
            Ok(again)
        };
        self.shared.state.write("deliver notifications again", write).await
    }
}

fn found(
    connection: &Connection,
    destination: &str,
    page: &NotificationPage,
) -> rusqlite::Result<Vec<Tracked>> {
    let place = match page.before {
        None => "?2 IS NULL",
        Some(_) => "sequence < (SELECT sequence FROM action WHERE id = ?2)",
    };
    let sql = format!(
        "SELECT {ACTION_COLUMNS}, sequence, state FROM action
         WHERE destination = ?1 AND rule = 'notify_subscribers' AND {place}
         AND state = coalesce(?3, state) ORDER BY sequence DESC LIMIT ?4"
    );
    let before = page.before.as_ref().map(ActionId::as_str);
    let state = page.state.map(|state| state.name());
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((destination, before, state, page.limit as i64), |row| {
        let state = outbox::state(&row.get::<_, String>(11)?);
        Ok((outbox::action(row)?, row.get::<_, i64>(10)?, state))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (action, sequence, state) = row?;
        let attempts = outbox::attempts(connection, sequence)?;
        found.push(Tracked { action, state, attempts });
    }
    Ok(found)
}
