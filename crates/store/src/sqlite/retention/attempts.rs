//! Finished actions, with their attempts.

use domain::Kept;
use rusqlite::{Connection, Transaction};

/// What an action takes beside its texts: its row, its places in the indexes, and an attempt.
const ROW_BYTES: i64 = 340;

/// The finished actions after a place, at most so many.
pub(super) fn kept(connection: &Connection, page: (i64, i64)) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!(
        "SELECT sequence,
             coalesce((SELECT max(finished_at) FROM attempt WHERE action = action.sequence),
                 decided_at),
             {ROW_BYTES} + length(intent) + 2 * length(id) + length(lane), event
         FROM action WHERE sequence > ?1 AND state IN ('done', 'dropped') ORDER BY sequence LIMIT ?2"
    );
    connection.prepare_cached(&sql)?.query_map(page, super::kept)?.collect()
}

/// Removes these actions, where they are finished.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let mut attempts = transaction.prepare_cached(
        "DELETE FROM attempt WHERE action =
             (SELECT sequence FROM action WHERE sequence = ?1 AND state IN ('done', 'dropped'))",
    )?;
    let mut action = transaction.prepare_cached(
        "DELETE FROM action WHERE sequence = ?1 AND state IN ('done', 'dropped')",
    )?;
    let mut removed = 0;
    for thing in things {
        attempts.execute([thing.place as i64])?;
        removed += action.execute([thing.place as i64])?;
    }
    Ok(removed as u64)
}
