//! The journal on SQLite: appended by the writer, read by a connection of its own.

use domain::{Appended, Entry, Event, EventId, Journal, Sequence, StorageError};
use rusqlite::OptionalExtension;

use super::{Sqlite, row};

/// How many bytes of bodies one read takes in before it stops early: a page of the largest events
/// would otherwise fill the memory.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

impl Journal for Sqlite {
    async fn append(&self, event: Event) -> Result<Appended, StorageError> {
        self.writer()?.append(event).await
    }

    async fn entries_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        if let Some(entries) = self.shared.recent.after(after, limit, PAGE_BYTES) {
            return Ok(entries);
        }
        let read = move |connection: &rusqlite::Connection| {
            let sql = format!(
                "SELECT {} FROM journal WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
                row::ENTRY_COLUMNS
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query((after.0 as i64, limit as i64))?;
            let (mut entries, mut bytes) = (Vec::new(), 0);
            while bytes < PAGE_BYTES
                && let Some(row) = rows.next()?
            {
                let entry = row::entry(row)?;
                bytes += entry.event.body.len();
                entries.push(entry);
            }
            Ok(entries)
        };
        self.shared.journal.read("read the journal", read).await
    }

    async fn entry(&self, id: EventId) -> Result<Option<Entry>, StorageError> {
        let read = move |connection: &rusqlite::Connection| {
            let sql = format!("SELECT {} FROM journal WHERE id = ?1", row::ENTRY_COLUMNS);
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row([&id.as_bytes()[..]], row::entry).optional()?)
        };
        self.shared.journal.read("find an event", read).await
    }

    async fn last(&self) -> Result<Sequence, StorageError> {
        let read = |connection: &rusqlite::Connection| {
            let sql = "SELECT coalesce(max(sequence), 0) FROM journal";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row::sequence(row, 0))?)
        };
        self.shared.journal.read("find the journal's end", read).await
    }
}
