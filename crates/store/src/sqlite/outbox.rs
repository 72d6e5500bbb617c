//! The outbox on SQLite.

mod claim;
mod dead;
mod lane;

use std::collections::BTreeMap;

use domain::{
    Action, ActionId, ActionState, Attempt, Claimed, ConnectionId, Decisions, EventId, Lanes,
    OrganizationId, Outbox, Sequence, Settlement, Stop, StorageError, Tenant, Tracked,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};

pub(super) use self::dead::{drop_open, redeliver};
use self::lane::Lane;
use super::{Sqlite, lanes, mirror, parked, row};

/// The cursor's name.
pub(super) const STAGE: &str = "outbox";

/// The columns that [`action`] reads, in its order.
pub(super) const ACTION_COLUMNS: &str =
    "id, event, organization, connection, destination, lane, rule, intent, decided_at, correlation";

impl Outbox for Sqlite {
    async fn decided(&self) -> Result<Sequence, StorageError> {
        let read = |connection: &Connection| Ok(mirror::cursor(connection, STAGE)?);
        self.shared.state.read("read the outbox's cursor", read).await
    }

    async fn decided_ahead(&self) -> Result<Lanes, StorageError> {
        let read = |connection: &Connection| Ok(lanes::lanes(connection, STAGE)?);
        self.shared.state.read("read the outbox's lanes", read).await
    }

    async fn decide(&self, decisions: Decisions) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            mirror::move_cursor(transaction, STAGE, decisions.from, decisions.to)?;
            lanes::step(transaction, STAGE, &decisions.lanes, decisions.from)?;
            for action in &decisions.actions {
                put_action(transaction, action, decisions.look_first.contains(&action.id))?;
            }
            parked::park(transaction, &decisions.parked)?;
            parked::free(transaction, Stop::Decide, &decisions.freed)?;
            Ok(())
        };
        self.shared.state.write("write the outbox", write).await
    }

    async fn recover(&self, now: Timestamp) -> Result<u64, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let recovered = transaction.execute(
                "UPDATE action SET state = 'waiting', look_first = 1 WHERE state = 'started'",
                [],
            )?;
            parked::recover(transaction)?;
            let due = "UPDATE lane SET due_at = ?1 WHERE due_at IS NULL";
            transaction.execute(due, [now.as_microsecond()])?;
            Ok(recovered as u64)
        };
        self.shared.state.write("recover the outbox", write).await
    }

    async fn mark_restored(&self, at: Timestamp) -> Result<u64, StorageError> {
        let write = move |transaction: &Transaction<'_>| Ok(mark_restored(transaction, at)?);
        self.shared.state.write("mark the state as restored", write).await
    }

    async fn restored_at(&self) -> Result<Option<Timestamp>, StorageError> {
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT max(at) FROM restored")?;
            Ok(statement.query_row([], |row| row::optional_timestamp(row, 0))?)
        };
        self.shared.state.read("read when the state was restored", read).await
    }

    async fn claim(
        &self,
        destination: &ConnectionId,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimed>, StorageError> {
        let destination = destination.as_str().to_owned();
        let write = move |transaction: &Transaction<'_>| {
            claim::claim(transaction, &destination, now, limit)
        };
        self.shared.state.write("claim actions", write).await
    }

    async fn settle(
        &self,
        action: &ActionId,
        finished_at: Timestamp,
        settlement: Settlement,
    ) -> Result<(), StorageError> {
        let action = action.as_str().to_owned();
        let write = move |transaction: &Transaction<'_>| {
            Ok(settle(transaction, &action, finished_at, &settlement)?)
        };
        self.shared.state.write("settle an action", write).await
    }

    async fn next_due(
        &self,
        destination: &ConnectionId,
    ) -> Result<Option<Timestamp>, StorageError> {
        let destination = destination.as_str().to_owned();
        let read = move |connection: &Connection| {
            let sql = "SELECT min(at) FROM (
                     SELECT min(due_at) AS at FROM lane
                         WHERE destination = ?1 AND due_at IS NOT NULL
                     UNION ALL
                     SELECT min(decided_at) FROM (SELECT decided_at FROM action
                         WHERE destination = ?1 AND state = 'ready' LIMIT 1))";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([destination], |row| row::optional_timestamp(row, 0))?)
        };
        self.shared.state.read("find the next due action", read).await
    }

    async fn actions(&self, event: EventId) -> Result<Vec<Tracked>, StorageError> {
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {ACTION_COLUMNS}, sequence, state FROM action WHERE event = ?1 \
                 ORDER BY sequence"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([&event.as_bytes()[..]], |row| {
                Ok((action(row)?, row.get::<_, i64>(10)?, state(&row.get::<_, String>(11)?)))
            })?;
            let mut tracked = Vec::new();
            for row in rows {
                let (action, sequence, state) = row?;
                let attempts = attempts(connection, sequence)?;
                tracked.push(Tracked { action, state, attempts });
            }
            Ok(tracked)
        };
        self.shared.state.read("read an event's actions", read).await
    }

    async fn action_counts(&self) -> Result<BTreeMap<ActionState, u64>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT state, count(*) FROM action GROUP BY state";
            let mut statement = connection.prepare_cached(sql)?;
            let counts = statement.query_map([], |row| {
                Ok((state(&row.get::<_, String>(0)?), row.get::<_, i64>(1)? as u64))
            })?;
            Ok(counts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("count the outbox", read).await
    }
}

/// Adds an action; false where it is there, and then nothing changed.
pub(super) fn put_action(
    connection: &Connection,
    action: &Action,
    look_first: bool,
) -> rusqlite::Result<bool> {
    let added = connection
        .prepare_cached(
            "INSERT INTO action (id, event, organization, connection, destination, lane, rule,
                 intent, decided_at, correlation, state, failures, look_first)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'ready', 0, ?11)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute((
            action.id.as_str(),
            &action.event.as_bytes()[..],
            action.tenant.organization.as_str(),
            action.tenant.connection.as_str(),
            action.destination.as_str(),
            &action.lane,
            &action.rule,
            row::to_json(&action.intent)?,
            action.decided_at.as_microsecond(),
            row::own_correlation(&action.event, &action.correlation),
            look_first,
        ))?;
    Ok(added > 0)
}

/// Notes that the state comes from a backup, and that nothing open in it is done without a look.
pub(super) fn mark_restored(transaction: &Transaction<'_>, at: Timestamp) -> rusqlite::Result<u64> {
    transaction.execute("INSERT INTO restored (at) VALUES (?1)", [at.as_microsecond()])?;
    let marked =
        transaction.execute("UPDATE action SET look_first = 1 WHERE state <> 'done'", [])?;
    Ok(marked as u64)
}

fn set_state(
    transaction: &Transaction<'_>,
    sequence: i64,
    state: ActionState,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE action SET state = ?2 WHERE sequence = ?1")?
        .execute((sequence, state.name()))?;
    Ok(())
}

fn settle(
    transaction: &Transaction<'_>,
    action: &str,
    finished_at: Timestamp,
    settlement: &Settlement,
) -> rusqlite::Result<()> {
    let Some(place) = dead::place(transaction, action)? else {
        return Ok(());
    };
    let dead::Place { sequence, destination, lane: name, organization, .. } = &place;
    let sequence = *sequence;
    let lane = Lane { destination, name, organization };
    let (outcome, detail) = match settlement {
        Settlement::Done(receipt) if receipt.adopted => ("adopted", &receipt.reference),
        Settlement::Done(receipt) => ("done", &receipt.reference),
        Settlement::Retry { counted: true, reason, .. } => ("retry", reason),
        Settlement::Retry { reason, .. } => ("held", reason),
        Settlement::Dead { reason, .. } => ("dead", reason),
    };
    transaction
        .prepare_cached(
            "UPDATE attempt SET finished_at = ?2, outcome = ?3, detail = ?4
             WHERE action = ?1 AND finished_at IS NULL
             AND number = (SELECT max(number) FROM attempt WHERE action = ?1)",
        )?
        .execute((sequence, finished_at.as_microsecond(), outcome, detail))?;
    match settlement {
        // What was dropped while it was tried stays so.
        _ if place.is(&[ActionState::Dropped]) => {}
        Settlement::Done(_) => set_state(transaction, sequence, ActionState::Done)?,
        Settlement::Dead { ambiguous, holds_until, reason } => {
            let death = dead::Death { at: finished_at, reason, holds_until: *holds_until };
            dead::bury(transaction, sequence, &death, *ambiguous)?;
        }
        Settlement::Retry { at, counted, ambiguous, .. } => {
            transaction
                .prepare_cached(
                    "UPDATE action SET state = 'waiting', failures = failures + ?2,
                     look_first = max(look_first, ?3) WHERE sequence = ?1",
                )?
                .execute((sequence, i64::from(*counted), i64::from(*ambiguous)))?;
            return lane::hold(transaction, lane, *at);
        }
    }
    lane::settle(transaction, lane, finished_at)
}

pub(super) fn action(row: &Row<'_>) -> rusqlite::Result<Action> {
    let event = row::event_id(row, 1)?;
    Ok(Action {
        id: ActionId::new(&row.get::<_, String>(0)?),
        event,
        correlation: row::correlation(row, 9, &event)?,
        tenant: Tenant {
            organization: OrganizationId::new(&row.get::<_, String>(2)?),
            connection: ConnectionId::new(&row.get::<_, String>(3)?),
        },
        destination: ConnectionId::new(&row.get::<_, String>(4)?),
        lane: row.get(5)?,
        rule: row.get(6)?,
        intent: row::json(row, 7)?,
        decided_at: row::timestamp(row, 8)?,
    })
}

pub(super) fn attempts(connection: &Connection, sequence: i64) -> rusqlite::Result<Vec<Attempt>> {
    connection
        .prepare_cached(
            "SELECT number, started_at, finished_at, outcome, detail FROM attempt
             WHERE action = ?1 ORDER BY number",
        )?
        .query_map([sequence], |row| {
            Ok(Attempt {
                number: row.get(0)?,
                started_at: row::timestamp(row, 1)?,
                finished_at: row::optional_timestamp(row, 2)?,
                outcome: row.get(3)?,
                detail: row.get(4)?,
            })
        })?
        .collect()
}

/// A name that this build does not know reads as given up, which nothing touches.
pub(super) fn state(name: &str) -> ActionState {
    ActionState::ALL.into_iter().find(|state| state.name() == name).unwrap_or(ActionState::Dead)
}
