//! Lanes: a lane has a row while something holds it, be it an attempt, a time, or a dead letter.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::sqlite::row;

/// A lane.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    pub(super) destination: &'a str,
    pub(super) name: &'a str,
    /// Whose turn its actions take.
    pub(super) organization: &'a str,
}

/// What may happen next in a lane that no attempt holds.
pub(super) enum Next {
    /// This action may be tried.
    Go(i64),
    /// Nothing may be tried before this time.
    Wait(Timestamp),
    /// Nothing waits.
    Nothing,
}

/// Looks what may happen in a lane at `now`: its first waiting action goes, unless a dead letter
/// before it holds the lane.
pub(super) fn next(
    connection: &Connection,
    lane: Lane<'_>,
    now: Timestamp,
) -> rusqlite::Result<Next> {
    let head: Option<i64> = connection
        .prepare_cached(
            "SELECT min(sequence) FROM action
             WHERE destination = ?1 AND lane = ?2 AND state = 'waiting'",
        )?
        .query_row((lane.destination, lane.name), |row| row.get(0))?;
    let hold: Option<Timestamp> = connection
        .prepare_cached(
            "SELECT max(holds_until) FROM dead_letter
             WHERE destination = ?1 AND lane = ?2 AND holds_until > ?3 AND dropped_at IS NULL
             AND action < coalesce(?4, action + 1)",
        )?
        .query_row((lane.destination, lane.name, now.as_microsecond(), head), |row| {
            row::optional_timestamp(row, 0)
        })?;
    Ok(match (hold, head) {
        (Some(until), _) => Next::Wait(until),
        (None, Some(head)) => Next::Go(head),
        (None, None) => Next::Nothing,
    })
}

/// Lets a lane go on after an attempt; where nothing waits and nothing holds it, it needs no row.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    lane: Lane<'_>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    match next(transaction, lane, now)? {
        Next::Go(_) => hold(transaction, lane, now),
        Next::Wait(until) => hold(transaction, lane, until),
        Next::Nothing => free(transaction, lane),
    }
}

/// Holds a lane until a time.
pub(super) fn hold(
    transaction: &Transaction<'_>,
    lane: Lane<'_>,
    until: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO lane (destination, lane, organization, due_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (destination, lane) DO UPDATE SET due_at = excluded.due_at",
        )?
        .execute((lane.destination, lane.name, lane.organization, until.as_microsecond()))?;
    Ok(())
}

/// Holds a lane for an attempt. Returns whether it was free.
pub(super) fn take(transaction: &Transaction<'_>, lane: Lane<'_>) -> rusqlite::Result<bool> {
    let taken = transaction
        .prepare_cached(
            "INSERT INTO lane (destination, lane, organization, due_at) VALUES (?1, ?2, ?3, NULL)
             ON CONFLICT DO NOTHING",
        )?
        .execute((lane.destination, lane.name, lane.organization))?;
    Ok(taken == 1)
}

/// Holds a lane whose time has come for an attempt, and gives its head, where it has one that may
/// go.
pub(super) fn take_due(
    transaction: &Transaction<'_>,
    lane: Lane<'_>,
    now: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    match next(transaction, lane, now)? {
        Next::Go(head) => {
            transaction
                .prepare_cached(
                    "UPDATE lane SET due_at = NULL WHERE destination = ?1 AND lane = ?2",
                )?
                .execute((lane.destination, lane.name))?;
            return Ok(Some(head));
        }
        Next::Wait(until) => hold(transaction, lane, until)?,
        Next::Nothing => free(transaction, lane)?,
    }
    Ok(None)
}

/// Looks again at a lane in which the dead letter `changed` was replayed or dropped, which held it
/// until `held_until` where it did. An attempt under way ends first, and an action that waits for its
/// next attempt keeps its time.
pub(super) fn reconsider(
    transaction: &Transaction<'_>,
    lane: Lane<'_>,
    now: Timestamp,
    changed: i64,
    held_until: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let row: Option<Option<Timestamp>> = transaction
        .prepare_cached("SELECT due_at FROM lane WHERE destination = ?1 AND lane = ?2")?
        .query_row((lane.destination, lane.name), |row| row::optional_timestamp(row, 0))
        .optional()?;
    let under_way = row == Some(None);
    let due = row.flatten();
    match next(transaction, lane, now)? {
        _ if under_way => Ok(()),
        Next::Go(head) if head == changed || due.is_none() || due == held_until => {
            hold(transaction, lane, now)
        }
        Next::Go(_) => Ok(()),
        Next::Wait(until) => hold(transaction, lane, until),
        Next::Nothing => free(transaction, lane),
    }
}

fn free(transaction: &Transaction<'_>, lane: Lane<'_>) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM lane WHERE destination = ?1 AND lane = ?2")?
        .execute((lane.destination, lane.name))?;
    Ok(())
}
