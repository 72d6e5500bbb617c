//! The dead letters on SQLite: a row beside each action that was given up.

use std::collections::BTreeMap;

use domain::{
    ActionId, ActionState, Backlog, ConnectionId, DeadLetter, DeadLetters, Dropped, StorageError,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{
    ACTION_COLUMNS, action,
    lane::{self, Lane},
    set_state,
};
use crate::sqlite::{Sqlite, row};

/// How an action was given up.
pub(super) struct Death<'a> {
    pub(super) at: Timestamp,
    pub(super) reason: &'a str,
    pub(super) holds_until: Option<Timestamp>,
}

/// Where an action stands that somebody asks for.
pub(super) struct Place {
    pub(super) sequence: i64,
    pub(super) destination: String,
    pub(super) lane: String,
    pub(super) organization: String,
    state: String,
    holds_until: Option<Timestamp>,
}

impl Place {
    pub(super) fn is(&self, states: &[ActionState]) -> bool {
        states.iter().any(|state| state.name() == self.state)
    }
}

impl DeadLetters for Sqlite {
    async fn dead_letters(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StorageError> {
        let read = move |connection: &Connection| {
            let columns = ACTION_COLUMNS.replace("destination, lane", "a.destination, a.lane");
            let sql = format!(
                "SELECT {columns}, sequence, died_at, reason, holds_until, dropped_at, dropped_by,
                     (SELECT coalesce(max(number), 0) FROM attempt
                      WHERE attempt.action = a.sequence)
                 FROM dead_letter AS d JOIN action AS a ON a.sequence = d.action
                 WHERE d.action > ?1 ORDER BY d.action LIMIT ?2"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map((after as i64, limit as i64), letter)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("read the dead letters", read).await
    }

    async fn replay_dead(
        &self,
        actions: &[ActionId],
        now: Timestamp,
    ) -> Result<Vec<ActionId>, StorageError> {
        let actions = actions.to_vec();
        let write = move |transaction: &Transaction<'_>| {
            let mut replayed = Vec::new();
            for id in actions {
                if let Some(place) = place(transaction, id.as_str())?
                    && place.is(&[ActionState::Dead, ActionState::Dropped])
                {
                    replay(transaction, &place, now)?;
                    replayed.push(id);
                }
            }
            Ok(replayed)
        };
        self.shared.state.write("replay dead letters", write).await
    }

    async fn drop_dead(
        &self,
        actions: &[ActionId],
        dropped: Dropped,
    ) -> Result<Vec<ActionId>, StorageError> {
        let actions = actions.to_vec();
        let write = move |transaction: &Transaction<'_>| {
            let mut marked = Vec::new();
            for id in actions {
                if let Some(place) = place(transaction, id.as_str())?
                    && place.is(&[ActionState::Dead])
                {
                    mark(transaction, &place, &dropped)?;
                    marked.push(id);
                }
            }
            Ok(marked)
        };
        self.shared.state.write("drop dead letters", write).await
    }

    async fn backlog(&self) -> Result<BTreeMap<ConnectionId, Backlog>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT destination, count(*), min(died_at) FROM dead_letter
                 WHERE dropped_at IS NULL GROUP BY destination";
            let mut statement = connection.prepare_cached(sql)?;
            let counts = statement.query_map([], |row| {
                let destination = ConnectionId::new(&row.get::<_, String>(0)?);
                let count = row.get::<_, i64>(1)? as u64;
                Ok((destination, Backlog { count, oldest: row::timestamp(row, 2)? }))
            })?;
            Ok(counts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("count the dead letters", read).await
    }
}

/// Makes a dead letter of an action.
pub(super) fn bury(
    transaction: &Transaction<'_>,
    sequence: i64,
    death: &Death<'_>,
    ambiguous: bool,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE action SET state = 'dead', look_first = max(look_first, ?2)
             WHERE sequence = ?1",
        )?
        .execute((sequence, ambiguous))?;
    transaction
        .prepare_cached(
            "INSERT INTO dead_letter (action, destination, lane, died_at, reason, holds_until)
             SELECT sequence, destination, lane, ?2, ?3, ?4 FROM action WHERE sequence = ?1
             ON CONFLICT (action) DO NOTHING",
        )?
        .execute((
            sequence,
            death.at.as_microsecond(),
            death.reason,
            death.holds_until.map(|until| until.as_microsecond()),
        ))?;
    Ok(())
}

/// Makes an action that is done, dead or dropped due again; whether it was one.
pub(in crate::sqlite) fn redeliver(
    transaction: &Transaction<'_>,
    id: &ActionId,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let ended = [ActionState::Done, ActionState::Dead, ActionState::Dropped];
    match place(transaction, id.as_str())?.filter(|place| place.is(&ended)) {
        Some(place) => replay(transaction, &place, now).map(|()| true),
        None => Ok(false),
    }
}

/// Marks what is open at a destination as dropped, also what is being tried.
pub(in crate::sqlite) fn drop_open(
    transaction: &Transaction<'_>,
    destination: &ConnectionId,
    dropped: &Dropped,
) -> rusqlite::Result<()> {
    let (destination, at) = (destination.as_str(), dropped.at.as_microsecond());
    // A lane that an attempt holds ends with that attempt.
    transaction
        .prepare_cached("DELETE FROM lane WHERE destination = ?1 AND due_at IS NOT NULL")?
        .execute([destination])?;
    let open = "state IN ('ready', 'waiting', 'started')";
    let letters = format!(
        "INSERT INTO dead_letter (action, destination, lane, died_at, reason, dropped_at, dropped_by)
         SELECT sequence, destination, lane, ?2, ?3, ?2, ?4 FROM action
         WHERE destination = ?1 AND rule = 'notify_subscribers' AND {open}"
    );
    let letter = (destination, at, Dropped::UNWANTED, &dropped.by);
    transaction.prepare_cached(&letters)?.execute(letter)?;
    let sql = format!(
        "UPDATE action SET state = 'dropped'
         WHERE destination = ?1 AND rule = 'notify_subscribers' AND {open}"
    );
    transaction.prepare_cached(&sql)?.execute([destination])?;
    Ok(())
}

pub(super) fn place(connection: &Connection, id: &str) -> rusqlite::Result<Option<Place>> {
    connection
        .prepare_cached(
            "SELECT sequence, a.destination, a.lane, organization, state, holds_until
             FROM action AS a LEFT JOIN dead_letter AS d ON d.action = sequence WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(Place {
                sequence: row.get(0)?,
                destination: row.get(1)?,
                lane: row.get(2)?,
                organization: row.get(3)?,
                state: row.get(4)?,
                holds_until: row::optional_timestamp(row, 5)?,
            })
        })
        .optional()
}

fn replay(transaction: &Transaction<'_>, place: &Place, now: Timestamp) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE action SET state = 'waiting', failures = 0 WHERE sequence = ?1")?
        .execute([place.sequence])?;
    transaction
        .prepare_cached("DELETE FROM dead_letter WHERE action = ?1")?
        .execute([place.sequence])?;
    reconsider(transaction, place, now)
}

fn mark(transaction: &Transaction<'_>, place: &Place, dropped: &Dropped) -> rusqlite::Result<()> {
    set_state(transaction, place.sequence, ActionState::Dropped)?;
    transaction
        .prepare_cached(
            "UPDATE dead_letter SET dropped_at = ?2, dropped_by = ?3 WHERE action = ?1",
        )?
        .execute((place.sequence, dropped.at.as_microsecond(), &dropped.by))?;
    reconsider(transaction, place, dropped.at)
}

fn reconsider(
    transaction: &Transaction<'_>,
    place: &Place,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let lane = Lane {
        destination: &place.destination,
        name: &place.lane,
        organization: &place.organization,
    };
    lane::reconsider(transaction, lane, now, place.sequence, place.holds_until)
}

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    let dropped_at = row::optional_timestamp(row, 14)?;
    let by: Option<String> = row.get(15)?;
    Ok(DeadLetter {
        place: row.get::<_, i64>(10)? as u64,
        action: action(row)?,
        died_at: row::timestamp(row, 11)?,
        reason: row.get(12)?,
        holds_until: row::optional_timestamp(row, 13)?,
        dropped: dropped_at.map(|at| Dropped { at, by: by.unwrap_or_default() }),
        attempts: row.get(16)?,
    })
}
