//! The lanes of the stages on SQLite: a row for each organization that a stage is ahead for.

use domain::{Lane, LaneStep, Lanes, OrganizationId, Sequence};
use rusqlite::{Connection, Transaction};

use super::{row, worker::Fault};

/// Where a stage's lanes stand.
pub(super) fn lanes(connection: &Connection, stage: &str) -> rusqlite::Result<Lanes> {
    let rows = connection
        .prepare_cached("SELECT organization, sequence FROM lane_cursor WHERE stage = ?1")?
        .query_map([stage], |row| Ok((lane(&row.get::<_, String>(0)?), row::sequence(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Lanes(rows))
}

/// Takes a step inside the caller's transaction, or fails where the lanes stand elsewhere.
pub(super) fn step(
    transaction: &Transaction<'_>,
    stage: &str,
    step: &LaneStep,
    cursor: Sequence,
) -> Result<(), Fault> {
    if lanes(transaction, stage)? != step.from {
        return Err(Fault::Moved { expected: cursor, found: cursor });
    }
    for lane in step.from.0.keys().filter(|lane| !step.to.0.contains_key(*lane)) {
        transaction
            .prepare_cached("DELETE FROM lane_cursor WHERE stage = ?1 AND organization = ?2")?
            .execute((stage, name(lane)))?;
    }
    for (lane, sequence) in &step.to.0 {
        transaction
            .prepare_cached(
                "INSERT INTO lane_cursor (stage, organization, sequence) VALUES (?1, ?2, ?3)
                 ON CONFLICT (stage, organization) DO UPDATE SET sequence = excluded.sequence",
            )?
            .execute((stage, name(lane), sequence.0 as i64))?;
    }
    Ok(())
}

/// No organization has an empty name, so the empty text stands for nobody.
fn name(lane: &Lane) -> &str {
    lane.as_ref().map_or("", OrganizationId::as_str)
}

fn lane(name: &str) -> Lane {
    (!name.is_empty()).then(|| OrganizationId::new(name))
}
