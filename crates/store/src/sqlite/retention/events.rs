//! Entries of the journal, with their identities and what they changed.

use domain::Kept;
use rusqlite::{Connection, Transaction};

/// How many aliases are looked at for each entry that goes.
const ALIASES: usize = 8;

/// What an entry takes beside its texts: numbers, its id in the row and in the index, its alias, and
/// its share of half-filled pages. Measured on files of a million entries.
const ROW_BYTES: i64 = 190;

/// The entries after a place, at most so many.
pub(super) fn kept(connection: &Connection, page: (i64, i64)) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!(
        "SELECT sequence, journaled_at, {ROW_BYTES} + length(kind)
             + coalesce(length(organization), 0) + coalesce(length(connection), 0)
             + coalesce(length(vendor_type), 0) + coalesce(length(record), 0)
             + coalesce(length(account), 0) + coalesce(length(webhook_id), 0), id
         FROM journal WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
    );
    connection.prepare_cached(&sql)?.query_map(page, super::kept)?.collect()
}

/// Removes what these events changed, and what was parked of them, from the state.
pub(super) fn remove_changes(
    transaction: &Transaction<'_>,
    things: &[Kept],
) -> rusqlite::Result<()> {
    let mut changes = transaction.prepare_cached(
        "DELETE FROM change WHERE substr(event, 1, 4) = substr(?1, 1, 4) AND event = ?1",
    )?;
    let mut parked = transaction.prepare_cached("DELETE FROM parked WHERE event = ?1")?;
    for thing in things {
        changes.execute([&thing.event.as_bytes()[..]])?;
        parked.execute([&thing.event.as_bytes()[..]])?;
    }
    Ok(())
}

/// Removes these entries and their identities. The newest entry stays: SQLite counts on from it, and
/// a place that is given twice would be behind the cursor of a stage.
pub(super) fn remove(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<u64> {
    let mut entry = transaction.prepare_cached(
        "DELETE FROM journal WHERE sequence = ?1 AND sequence < (SELECT max(sequence) FROM journal)",
    )?;
    let mut removed = 0;
    for thing in things {
        removed += entry.execute([thing.place as i64])?;
    }
    remove_aliases(transaction, things)?;
    Ok(removed as u64)
}

/// Removes aliases without an entry, from a stretch of them.
///
/// Aliases are found by their own id only: an index by place would cost every insert another tree. So
/// each time entries go, a stretch of the aliases is looked at, with some for each entry. It begins at
/// the id of an event that goes, which is as good as a random one, so that all of them get their turn,
/// and those that were left behind stay a small part.
fn remove_aliases(transaction: &Transaction<'_>, things: &[Kept]) -> rusqlite::Result<()> {
    let Some(oldest) = things.first() else { return Ok(()) };
    let gone_up_to = things.iter().map(|thing| thing.place as i64).max().unwrap_or_default();
    let start = oldest.event.as_bytes().to_vec();
    let looked_at = ALIASES * things.len();
    let mut stretch = aliases(transaction, &start, looked_at)?;
    if stretch.len() < looked_at {
        stretch.extend(aliases(transaction, &[], looked_at - stretch.len())?);
    }
    let mut alias = transaction.prepare_cached(
        "DELETE FROM alias WHERE id = ?1 AND NOT EXISTS
             (SELECT 1 FROM journal WHERE journal.sequence = alias.sequence)",
    )?;
    for (id, place) in stretch {
        if place <= gone_up_to {
            alias.execute([id])?;
        }
    }
    Ok(())
}

fn aliases(
    transaction: &Transaction<'_>,
    after: &[u8],
    limit: usize,
) -> rusqlite::Result<Vec<(Vec<u8>, i64)>> {
    transaction
        .prepare_cached("SELECT id, sequence FROM alias WHERE id > ?1 ORDER BY id LIMIT ?2")?
        .query_map((after, limit as i64), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
