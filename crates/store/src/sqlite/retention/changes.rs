//! Change sets, with their writes.

use domain::Kept;
use rusqlite::{Connection, Transaction};

/// What a set takes beside its writes: its row, and its places in the indexes.
const SET_BYTES: i64 = 500;

/// What a write takes beside its difference.
const WRITE_BYTES: i64 = 250;

/// The sets after a place, at most so many.
pub(super) fn kept(connection: &Connection, page: (i64, i64)) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!(
        "SELECT place, written_at,
             {SET_BYTES} + coalesce((SELECT sum({WRITE_BYTES} + length(difference)) FROM write
                 WHERE change_set = change_set.id), 0),
             zeroblob(16)
         FROM change_set WHERE place > ?1 ORDER BY place LIMIT ?2"
    );
    connection.prepare_cached(&sql)?.query_map(page, super::kept)?.collect()
}

/// Removes these sets, where they are as old as they were when they were looked at.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let mut set = transaction.prepare_cached(
        "DELETE FROM change_set WHERE place = ?1 AND written_at = ?2 RETURNING id",
    )?;
    let mut writes = transaction.prepare_cached("DELETE FROM write WHERE change_set = ?1")?;
    let mut removed = 0;
    for thing in things {
        let place = (thing.place as i64, thing.since.as_microsecond());
        let ids: Vec<String> = set.query_map(place, |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in ids {
            writes.execute([id])?;
            removed += 1;
        }
    }
    Ok(removed)
}
