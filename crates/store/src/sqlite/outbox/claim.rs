//! Claiming: which actions may be tried now, and the durable note that they are.

use domain::{ActionState, Claimed};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use super::{
    ACTION_COLUMNS, action,
    lane::{self, Lane},
    set_state,
};
use crate::sqlite::worker::Fault;

/// How many ready actions one look takes in while it searches for a free lane.
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

/// The heads of free lanes, one of each organization in turn. Their lanes are held from here on.
fn heads(
    transaction: &Transaction<'_>,
    destination: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut last = last_turn(transaction, destination)?;
    let mut heads = Vec::new();
    while heads.len() < limit {
        let next = match next_turn(transaction, destination, &last, now)? {
            None => next_turn(transaction, destination, "", now)?,
            next => next,
        };
        // An organization that has no head now has nothing due left, so this ends.
        let Some(organization) = next else { break };
        heads.extend(head(transaction, destination, &organization, now)?);
        last = organization;
    }
    if !heads.is_empty() {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO turn (destination, organization) VALUES (?1, ?2)",
            )?
            .execute((destination, last))?;
    }
    Ok(heads)
}

/// The organization that had the last turn; an empty name before the first.
fn last_turn(transaction: &Transaction<'_>, destination: &str) -> rusqlite::Result<String> {
    let last: Option<String> = transaction
        .prepare_cached("SELECT organization FROM turn WHERE destination = ?1")?
        .query_row([destination], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or_default())
}

/// The next organization by name that has an action that is ready or a lane that is due. Each step
/// is a look into an index, however long the queues are.
fn next_turn(
    transaction: &Transaction<'_>,
    destination: &str,
    after: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<String>> {
    let ready: Option<String> = transaction
        .prepare_cached(
            "SELECT min(organization) FROM action
             WHERE destination = ?1 AND state = 'ready' AND organization > ?2",
        )?
        .query_row((destination, after), |row| row.get(0))?;
    let due: Option<String> = transaction
        .prepare_cached(
            "WITH RECURSIVE waiting (organization) AS (
                 SELECT min(organization) FROM lane
                     WHERE destination = ?1 AND due_at IS NOT NULL AND organization > ?2
                 UNION ALL
                 SELECT (SELECT min(organization) FROM lane WHERE destination = ?1
                         AND due_at IS NOT NULL AND organization > waiting.organization)
                     FROM waiting WHERE waiting.organization IS NOT NULL)
             SELECT organization FROM waiting WHERE EXISTS (
                 SELECT 1 FROM lane WHERE destination = ?1
                     AND lane.organization = waiting.organization AND due_at <= ?3)
             LIMIT 1",
        )?
        .query_row((destination, after, now.as_microsecond()), |row| row.get(0))
        .optional()?;
    Ok([ready, due].into_iter().flatten().min())
}

/// The head of a free lane of an organization that waits longest, so that neither a stream of new
/// actions nor one that fails again and again keeps the others from being tried.
fn head(
    transaction: &Transaction<'_>,
    destination: &str,
    organization: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    let (mut after, mut page) = (0, 1);
    loop {
        let ready = ready(transaction, (destination, organization), after, page)?;
        let before = ready.first().map_or(i64::MAX, |ready| ready.decided_at);
        while let Some(name) = due_lane(transaction, destination, organization, now, before)? {
            let lane = Lane { destination, name: &name, organization };
            if let Some(head) = lane::take_due(transaction, lane, now)? {
                return Ok(Some(head));
            }
        }
        let Some(last) = ready.last() else { return Ok(None) };
        (after, page) = (last.sequence, PAGE);
        for ready in ready {
            let lane = Lane { destination, name: &ready.lane, organization };
            if lane::take(transaction, lane)? {
                return Ok(Some(ready.sequence));
            }
            // Its lane is held: it is set to wait, so that a busy lane is looked at once and not at
            // every claim.
            set_state(transaction, ready.sequence, ActionState::Waiting)?;
        }
    }
}

/// The lane of an organization that is due longest, where that is before this time.
fn due_lane(
    transaction: &Transaction<'_>,
    destination: &str,
    organization: &str,
    now: Timestamp,
    before: i64,
) -> rusqlite::Result<Option<String>> {
    transaction
        .prepare_cached(
            "SELECT lane FROM lane WHERE destination = ?1 AND organization = ?2
             AND due_at <= ?3 AND due_at < ?4 ORDER BY due_at LIMIT 1",
        )?
        .query_row((destination, organization, now.as_microsecond(), before), |row| row.get(0))
        .optional()
}

struct Ready {
    sequence: i64,
    lane: String,
    decided_at: i64,
}

fn ready(
    transaction: &Transaction<'_>,
    (destination, organization): (&str, &str),
    after: i64,
    limit: i64,
) -> rusqlite::Result<Vec<Ready>> {
    transaction
        .prepare_cached(
            "SELECT sequence, lane, decided_at FROM action WHERE destination = ?1
             AND organization = ?2 AND state = 'ready' AND sequence > ?3
             ORDER BY sequence LIMIT ?4",
        )?
        .query_map((destination, organization, after, limit), |row| {
            Ok(Ready { sequence: row.get(0)?, lane: row.get(1)?, decided_at: row.get(2)? })
        })?
        .collect()
}

fn start(transaction: &Transaction<'_>, sequence: i64, now: Timestamp) -> Result<Claimed, Fault> {
    set_state(transaction, sequence, ActionState::Started)?;
    let number: u32 = transaction
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM attempt WHERE action = ?1")?
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
