//! Claiming: which actions may be tried now, and the durable note that they are.

use domain::{ActionState, Claimed};
use jiff::Timestamp;
use rusqlite::Transaction;

use super::{ACTION_COLUMNS, action, set_state};
use crate::sqlite::worker::Fault;

/// How many ready actions one look takes in while it searches for free lanes.
const PAGE: i64 = 256;

/// Takes up to `limit` heads of lanes and records their attempts, in the caller's transaction.
pub(super) fn claim(
    transaction: &Transaction<'_>,
    destination: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Claimed>, Fault> {
    let heads = heads(transaction, destination, now, limit)?;
    heads.into_iter().map(|head| start(transaction, head, now)).collect()
}

/// The heads of free lanes, those that wait longest first, so that neither a stream of new actions
/// nor one that fails again and again keeps the others from being tried. Their lanes are held from
/// here on.
fn heads(
    transaction: &Transaction<'_>,
    destination: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut due = due_lanes(transaction, destination, now, limit)?.into_iter().peekable();
    let (mut heads, mut after) = (Vec::new(), 0);
    while heads.len() < limit {
        let page = ready_page(transaction, destination, after)?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for ready in page {
            while heads.len() < limit
                && let Some((_, lane)) = due.next_if(|(due_at, _)| *due_at < ready.decided_at)
            {
                heads.extend(take_due(transaction, destination, &lane)?);
            }
            if heads.len() == limit {
                break;
            }
            heads.extend(take_ready(transaction, destination, &ready)?);
        }
    }
    while heads.len() < limit
        && let Some((_, lane)) = due.next()
    {
        heads.extend(take_due(transaction, destination, &lane)?);
    }
    Ok(heads)
}

/// The lanes whose time has come, with that time.
fn due_lanes(
    transaction: &Transaction<'_>,
    destination: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, String)>> {
    transaction
        .prepare_cached(
            "SELECT due_at, lane FROM lane WHERE destination = ?1 AND due_at <= ?2
             ORDER BY due_at LIMIT ?3",
        )?
        .query_map((destination, now.as_microsecond(), limit as i64), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}

struct Ready {
    sequence: i64,
    lane: String,
    decided_at: i64,
}

fn ready_page(
    transaction: &Transaction<'_>,
    destination: &str,
    after: i64,
) -> rusqlite::Result<Vec<Ready>> {
    transaction
        .prepare_cached(
            "SELECT sequence, lane, decided_at FROM action WHERE destination = ?1
             AND state = 'ready' AND sequence > ?2 ORDER BY sequence LIMIT ?3",
        )?
        .query_map((destination, after, PAGE), |row| {
            Ok(Ready { sequence: row.get(0)?, lane: row.get(1)?, decided_at: row.get(2)? })
        })?
        .collect()
}

/// Holds a due lane and gives its head; a lane without one needs no row.
fn take_due(
    transaction: &Transaction<'_>,
    destination: &str,
    lane: &str,
) -> rusqlite::Result<Option<i64>> {
    let head: Option<i64> = transaction
        .prepare_cached(
            "SELECT min(sequence) FROM action
             WHERE destination = ?1 AND lane = ?2 AND state = 'waiting'",
        )?
        .query_row((destination, lane), |row| row.get(0))?;
    let hold_or_free = match head {
        Some(_) => "UPDATE lane SET due_at = NULL WHERE destination = ?1 AND lane = ?2",
        None => "DELETE FROM lane WHERE destination = ?1 AND lane = ?2",
    };
    transaction.prepare_cached(hold_or_free)?.execute((destination, lane))?;
    Ok(head)
}

/// Holds the lane of a ready action; where it is held already the action is set to wait, so that a
/// busy lane is looked at once and not at every claim.
fn take_ready(
    transaction: &Transaction<'_>,
    destination: &str,
    ready: &Ready,
) -> rusqlite::Result<Option<i64>> {
    let taken = transaction
        .prepare_cached(
            "INSERT INTO lane (destination, lane, due_at) VALUES (?1, ?2, NULL)
             ON CONFLICT DO NOTHING",
        )?
        .execute((destination, &ready.lane))?;
    if taken == 1 {
        return Ok(Some(ready.sequence));
    }
    set_state(transaction, ready.sequence, ActionState::Waiting)?;
    Ok(None)
}

fn start(transaction: &Transaction<'_>, sequence: i64, now: Timestamp) -> Result<Claimed, Fault> {
    set_state(transaction, sequence, ActionState::Started)?;
    let number: u32 = transaction
        .prepare_cached("SELECT count(*) + 1 FROM attempt WHERE action = ?1")?
        .query_row([sequence], |row| row.get(0))?;
    transaction
        .prepare_cached("INSERT INTO attempt (action, number, started_at) VALUES (?1, ?2, ?3)")?
        .execute((sequence, number, now.as_microsecond()))?;
    let sql =
        format!("SELECT {ACTION_COLUMNS}, failures, look_first FROM action WHERE sequence = ?1");
    let claimed = transaction.prepare_cached(&sql)?.query_row([sequence], |row| {
        Ok(Claimed {
            action: action(row)?,
            attempt: number,
            failures: row.get(10)?,
            look_first: row.get(11)?,
        })
    })?;
    Ok(claimed)
}
