//! Raw bytes: their number takes their place in the row of their event.
//!
//! The row is removed and added again. An update in place would shrink it and leave its page as
//! sparse as it is then; a removal joins sparse pages, and whole pages become free.

use domain::Kept;
use rusqlite::{Connection, Transaction};

/// The bytes after a place, at most so many: those that are there.
pub(super) fn kept(connection: &Connection, page: (i64, i64)) -> rusqlite::Result<Vec<Kept>> {
    connection
        .prepare_cached(
            "SELECT sequence, journaled_at, length(body), id FROM journal
             WHERE sequence > ?1 AND typeof(body) = 'blob' ORDER BY sequence LIMIT ?2",
        )?
        .query_map(page, super::kept)?
        .collect()
}

/// Puts their number in the place of these bytes.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let mut bare = transaction.prepare_cached(
        "REPLACE INTO journal (sequence, id, source, origin, organization, connection, kind,
             vendor_type, record, account, webhook_id, occurred_at, received_at, journaled_at, body)
         SELECT sequence, id, source, origin, organization, connection, kind,
             vendor_type, record, account, webhook_id, occurred_at, received_at, journaled_at,
             length(body)
         FROM journal WHERE sequence = ?1 AND typeof(body) = 'blob'",
    )?;
    let mut removed = 0;
    for thing in things {
        removed += bare.execute([thing.place as i64])?;
    }
    Ok(removed as u64)
}
