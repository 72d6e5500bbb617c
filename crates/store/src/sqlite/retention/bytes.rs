//! Raw bytes: their number takes their place in the row of their event.
//!
//! The rows are removed and added again without them. An update in place would shrink each row and
//! leave its page as sparse as it is then; a removal of neighbors frees whole pages, and the bare rows
//! fill a few of them.

use domain::Kept;
use rusqlite::{Connection, Row, Transaction, params_from_iter, types::Value};

use crate::sqlite::row::ENTRY_COLUMNS;

/// How many places one look takes in: where the bytes are gone a look finds nothing, and one over the
/// whole journal would hold its log for seconds.
const STRETCH: i64 = 20_000;

/// The bytes in a stretch after a place, at most so many, and the end of the stretch; no end where it
/// is the journal's.
pub(super) fn kept(
    connection: &Connection,
    (place, limit): (i64, i64),
) -> rusqlite::Result<(Vec<Kept>, Option<i64>)> {
    let end = place.saturating_add(STRETCH);
    let kept = connection
        .prepare_cached(
            "SELECT sequence, journaled_at, length(body), id FROM journal
             WHERE sequence > ?1 AND sequence <= ?2 AND typeof(body) = 'blob'
             ORDER BY sequence LIMIT ?3",
        )?
        .query_map((place, end, limit), super::kept)?
        .collect::<rusqlite::Result<_>>()?;
    let beyond: Option<i64> = connection
        .prepare_cached("SELECT min(sequence) FROM journal WHERE sequence > ?1")?
        .query_row([end], |row| row.get(0))?;
    Ok((kept, beyond.map(|first| first - 1)))
}

/// Puts their number in the place of these bytes.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let envelope = ENTRY_COLUMNS.strip_suffix("body").expect("the body is the last column");
    let taken = format!(
        "DELETE FROM journal WHERE sequence = ?1 AND typeof(body) = 'blob'
         RETURNING {envelope} length(body)"
    );
    let mut taken = transaction.prepare_cached(&taken)?;
    let mut rows = Vec::with_capacity(things.len());
    for thing in things {
        let mut row = taken.query([thing.place as i64])?;
        while let Some(row) = row.next()? {
            rows.push(values(row)?);
        }
    }
    let places = vec!["?"; ENTRY_COLUMNS.split(',').count()].join(", ");
    let bare = format!("INSERT INTO journal ({ENTRY_COLUMNS}) VALUES ({places})");
    let mut bare = transaction.prepare_cached(&bare)?;
    for row in &rows {
        bare.execute(params_from_iter(row))?;
    }
    Ok(rows.len() as u64)
}

fn values(row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
    (0..row.as_ref().column_count()).map(|column| row.get(column)).collect()
}
