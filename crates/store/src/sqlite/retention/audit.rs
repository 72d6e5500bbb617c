//! Entries of the audit.

use domain::Kept;
use rusqlite::{Connection, Transaction};

/// What an entry takes beside its texts: its row, and its place in the index.
const ROW_BYTES: i64 = 120;

/// The entries after a place, at most so many.
pub(super) fn kept(connection: &Connection, page: (i64, i64)) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!(
        "SELECT sequence, at,
             {ROW_BYTES} + length(act) + coalesce(length(subject), 0) + coalesce(length(detail), 0),
             zeroblob(16)
         FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
    );
    connection.prepare_cached(&sql)?.query_map(page, super::kept)?.collect()
}

/// Removes these entries. Their places are not given again: SQLite remembers the newest.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let mut entry = transaction.prepare_cached("DELETE FROM audit WHERE sequence = ?1")?;
    let mut removed = 0;
    for thing in things {
        removed += entry.execute([thing.place as i64])?;
    }
    Ok(removed as u64)
}
