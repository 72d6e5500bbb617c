//! The parked events on SQLite.

use std::collections::BTreeMap;

use domain::{Backlog, Dropped, EventId, Parked, ParkedKey, Parking, Sequence, Stop, StorageError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, notes::Notes, row};

/// Nobody asks for it.
const NOT_ASKED: i64 = 0;
/// Somebody asks for it to be handled again.
const ASKED: i64 = 1;
/// It is being handled again, or was when the process ended.
const TAKEN: i64 = 2;

/// An event that was parked until now.
pub(super) struct Freed {
    sequence: Sequence,
    event: EventId,
    parked_at: Timestamp,
}

/// The columns that [`parked`] reads, in its order.
const COLUMNS: &str = "sequence, stop, event, reason, tries, parked_at, dropped_at, dropped_by";

impl Parking for Sqlite {
    async fn begin(&self, stop: Stop, places: &[Sequence]) -> Result<u32, StorageError> {
        let attempted = "note what a stage begins";
        let notes = notes(self, attempted)?;
        notes.begin(stop, places).map_err(|source| StorageError::unavailable(attempted, source))
    }

    async fn begun(&self, stop: Stop) -> Result<Vec<Sequence>, StorageError> {
        let attempted = "read what a stage began";
        let notes = notes(self, attempted)?;
        notes.begun(stop).map_err(|source| StorageError::unavailable(attempted, source))
    }

    async fn parked(
        &self,
        after: Option<ParkedKey>,
        limit: usize,
    ) -> Result<Vec<Parked>, StorageError> {
        let (sequence, stop) = after.map_or((0, 0), |key| (key.sequence.0, key.stop as i64));
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM parked WHERE (sequence, stop) > (?1, ?2)
                 ORDER BY sequence, stop LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map((sequence as i64, stop, limit as i64), parked)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("read the parked events", read).await
    }

    async fn ask_again(&self, keys: &[ParkedKey]) -> Result<Vec<ParkedKey>, StorageError> {
        let keys = keys.to_vec();
        let write = move |transaction: &Transaction<'_>| {
            let mut asked = Vec::new();
            let mut statement = transaction.prepare_cached(
                "UPDATE parked SET asked = ?3, dropped_at = NULL, dropped_by = NULL
                 WHERE sequence = ?1 AND stop = ?2 AND asked = ?4",
            )?;
            for key in keys {
                let place = (key.sequence.0 as i64, key.stop as i64, ASKED, NOT_ASKED);
                if statement.execute(place)? == 1 {
                    asked.push(key);
                }
            }
            Ok(asked)
        };
        self.shared.state.write("ask for parked events again", write).await
    }

    async fn take_asked(&self, stop: Stop) -> Result<Option<Parked>, StorageError> {
        let find = move |connection: &Connection| Ok(first_asked(connection, stop)?);
        // Nearly always nobody asks, and a read costs no commit.
        let attempted = "find the parked events that are asked for";
        if self.shared.state.read(attempted, find).await?.is_none() {
            return Ok(None);
        }
        let write = move |transaction: &Transaction<'_>| {
            let Some(mut parked) = first_asked(transaction, stop)? else { return Ok(None) };
            parked.tries += 1;
            let key = (parked.key.sequence.0 as i64, stop as i64, parked.tries, TAKEN);
            transaction
                .prepare_cached(
                    "UPDATE parked SET tries = ?3, asked = ?4 WHERE sequence = ?1 AND stop = ?2",
                )?
                .execute(key)?;
            Ok(Some(parked))
        };
        self.shared.state.write("take a parked event again", write).await
    }

    async fn drop_parked(
        &self,
        keys: &[ParkedKey],
        dropped: Dropped,
    ) -> Result<Vec<ParkedKey>, StorageError> {
        let keys = keys.to_vec();
        let write = move |transaction: &Transaction<'_>| {
            let mut marked = Vec::new();
            let mut statement = transaction.prepare_cached(
                "UPDATE parked SET dropped_at = ?3, dropped_by = ?4
                 WHERE sequence = ?1 AND stop = ?2 AND dropped_at IS NULL AND asked = ?5",
            )?;
            let (at, by) = (dropped.at.as_microsecond(), dropped.by.as_str());
            for key in keys {
                let (sequence, stop) = (key.sequence.0 as i64, key.stop as i64);
                if statement.execute((sequence, stop, at, by, NOT_ASKED))? == 1 {
                    marked.push(key);
                }
            }
            Ok(marked)
        };
        self.shared.state.write("drop parked events", write).await
    }

    async fn parked_backlog(&self) -> Result<BTreeMap<Stop, Backlog>, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT stop, count(*), min(parked_at) FROM parked
                 WHERE dropped_at IS NULL GROUP BY stop";
            let mut statement = connection.prepare_cached(sql)?;
            let counts = statement.query_map([], |row| {
                let count = row.get::<_, i64>(1)? as u64;
                Ok((stop(row, 0)?, Backlog { count, oldest: row::timestamp(row, 2)? }))
            })?;
            Ok(counts.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.state.read("count the parked events", read).await
    }
}

/// Parks events inside the caller's transaction; one that is parked keeps its count of tries where
/// that is higher.
pub(super) fn park(transaction: &Transaction<'_>, parked: &[Parked]) -> rusqlite::Result<()> {
    for parked in parked {
        transaction
            .prepare_cached(
                "INSERT INTO parked (sequence, stop, event, reason, tries, parked_at, asked)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (sequence, stop) DO UPDATE SET reason = excluded.reason,
                     tries = max(tries, excluded.tries), parked_at = excluded.parked_at,
                     asked = excluded.asked, dropped_at = NULL, dropped_by = NULL",
            )?
            .execute((
                parked.key.sequence.0 as i64,
                parked.key.stop as i64,
                &parked.event.as_bytes()[..],
                &parked.reason,
                parked.tries,
                parked.parked_at.as_microsecond(),
                NOT_ASKED,
            ))?;
    }
    Ok(())
}

/// Frees events at a stop inside the caller's transaction, and returns those that were parked.
pub(super) fn free(
    transaction: &Transaction<'_>,
    stop: Stop,
    sequences: &[Sequence],
) -> rusqlite::Result<Vec<Freed>> {
    let mut freed = Vec::new();
    for sequence in sequences {
        let read = |row: &Row<'_>| {
            let (event, parked_at) = (row::event_id(row, 0)?, row::timestamp(row, 1)?);
            Ok(Freed { sequence: *sequence, event, parked_at })
        };
        let row = transaction
            .prepare_cached(
                "DELETE FROM parked WHERE sequence = ?1 AND stop = ?2 RETURNING event, parked_at",
            )?
            .query_row((sequence.0 as i64, stop as i64), read)
            .optional()?;
        freed.extend(row);
    }
    Ok(freed)
}

/// Asks for decisions on events that have just been mirrored, inside the caller's transaction.
pub(super) fn ask_for_decisions(
    transaction: &Transaction<'_>,
    mirrored: &[Freed],
) -> rusqlite::Result<()> {
    for freed in mirrored {
        transaction
            .prepare_cached(
                "INSERT INTO parked (sequence, stop, event, reason, tries, parked_at, asked)
                 VALUES (?1, ?2, ?3, 'it was mirrored again; wait for its decision', 0, ?4, ?5)
                 ON CONFLICT (sequence, stop) DO UPDATE SET asked = excluded.asked",
            )?
            .execute((
                freed.sequence.0 as i64,
                Stop::Decide as i64,
                &freed.event.as_bytes()[..],
                freed.parked_at.as_microsecond(),
                ASKED,
            ))?;
    }
    Ok(())
}

/// Leaves what a former process was handling again parked as before.
pub(super) fn recover(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let sql = "UPDATE parked SET asked = ?1 WHERE asked = ?2";
    transaction.execute(sql, [NOT_ASKED, TAKEN])?;
    Ok(())
}

fn notes<'a>(store: &'a Sqlite, attempted: &'static str) -> Result<&'a Notes, StorageError> {
    let reads_only = "the data folder is not open for a hub";
    store.shared.notes.as_ref().ok_or_else(|| StorageError::unavailable(attempted, reads_only))
}

fn first_asked(connection: &Connection, stop: Stop) -> rusqlite::Result<Option<Parked>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM parked WHERE stop = ?1 AND asked = 1 AND NOT EXISTS (
             SELECT 1 FROM parked AS mirror WHERE ?1 = ?2 AND mirror.sequence = parked.sequence
                 AND mirror.stop = ?3 AND mirror.asked <> ?4)
         ORDER BY sequence LIMIT 1"
    );
    connection
        .prepare_cached(&sql)?
        .query_row((stop as i64, Stop::Decide as i64, Stop::Mirror as i64, NOT_ASKED), parked)
        .optional()
}

fn parked(row: &Row<'_>) -> rusqlite::Result<Parked> {
    let dropped_at = row::optional_timestamp(row, 6)?;
    let by: Option<String> = row.get(7)?;
    Ok(Parked {
        key: ParkedKey { sequence: row::sequence(row, 0)?, stop: stop(row, 1)? },
        event: row::event_id(row, 2)?,
        reason: row.get(3)?,
        tries: row.get(4)?,
        parked_at: row::timestamp(row, 5)?,
        dropped: dropped_at.map(|at| Dropped { at, by: by.unwrap_or_default() }),
    })
}

fn stop(row: &Row<'_>, column: usize) -> rusqlite::Result<Stop> {
    let number: i64 = row.get(column)?;
    let found = Stop::ALL.into_iter().find(|stop| *stop as i64 == number);
    found.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}
