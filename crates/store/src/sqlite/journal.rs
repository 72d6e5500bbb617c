//! The journal on SQLite: appended by the writer, read by a connection of its own.

use domain::{
    Appended, Entry, Event, EventId, Journal, Lane, OrganizationId, Part, Realm, Sequence,
    StorageError,
};
use rusqlite::{Connection, OptionalExtension};

use super::{Sqlite, row};

/// How many bytes of bodies one read takes in before it stops early: a page of the largest events
/// would otherwise fill the memory.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

/// How many entries one look for a realm goes through, so that a realm without events keeps no other
/// reader waiting for more than a few milliseconds. An index would answer at once, and cost every
/// event that comes in.
const LOOK: u64 = 1_000;

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
        let read = move |connection: &Connection| {
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

    async fn entries_within(
        &self,
        realm: &Realm,
        after: Sequence,
        limit: usize,
    ) -> Result<Part, StorageError> {
        let realm = realm.clone();
        let read = move |connection: &Connection| Ok(look(connection, &realm, after, limit)?);
        self.shared.journal.read("read a realm's part of the journal", read).await
    }

    async fn owners_after(
        &self,
        after: Sequence,
        limit: usize,
    ) -> Result<Vec<(Sequence, Lane)>, StorageError> {
        let read = move |connection: &Connection| {
            let sql = "SELECT sequence, organization FROM journal WHERE sequence > ?1
                       ORDER BY sequence LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let owners = statement.query_map((after.0 as i64, limit as i64), |row| {
                let organization: Option<String> = row.get(1)?;
                let lane = organization.as_deref().map(OrganizationId::new);
                Ok((row::sequence(row, 0)?, lane))
            })?;
            Ok(owners.collect::<rusqlite::Result<_>>()?)
        };
        self.shared.journal.read("read whose the journal's events are", read).await
    }

    async fn entries_at(&self, places: &[Sequence]) -> Result<Vec<Entry>, StorageError> {
        if let Some(entries) = self.shared.recent.at(places) {
            return Ok(entries);
        }
        let places = places.to_vec();
        let read = move |connection: &Connection| {
            let sql = format!("SELECT {} FROM journal WHERE sequence = ?1", row::ENTRY_COLUMNS);
            let mut statement = connection.prepare_cached(&sql)?;
            let (mut entries, mut bytes) = (Vec::new(), 0);
            for place in places {
                if bytes >= PAGE_BYTES {
                    break;
                }
                let entry = statement.query_row([place.0 as i64], row::entry).optional()?;
                bytes += entry.as_ref().map_or(0, |entry| entry.event.body.len());
                entries.extend(entry);
            }
            Ok(entries)
        };
        self.shared.journal.read("read events of the journal", read).await
    }

    async fn entry(&self, id: EventId) -> Result<Option<Entry>, StorageError> {
        let read = move |connection: &Connection| {
            let sql = format!("SELECT {} FROM journal WHERE id = ?1", row::ENTRY_COLUMNS);
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_row([&id.as_bytes()[..]], row::entry).optional()?)
        };
        self.shared.journal.read("find an event", read).await
    }

    async fn last(&self) -> Result<Sequence, StorageError> {
        let read = |connection: &Connection| {
            let sql = "SELECT coalesce(max(sequence), 0) FROM journal";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row::sequence(row, 0))?)
        };
        self.shared.journal.read("find the journal's end", read).await
    }
}

fn look(
    connection: &Connection,
    realm: &Realm,
    after: Sequence,
    limit: usize,
) -> rusqlite::Result<Part> {
    let (first, last) = connection
        .prepare_cached(
            "SELECT coalesce((SELECT min(sequence) FROM journal), 0),
                    coalesce((SELECT max(sequence) FROM journal), 0)",
        )?
        .query_row([], |row| Ok((row::sequence(row, 0)?, row::sequence(row, 1)?)))?;
    let start = after.0.max(first.0.saturating_sub(1));
    let end = last.0.min(start + LOOK);
    let mut part = Part { entries: Vec::new(), through: after };
    if end <= start {
        return Ok(part);
    }
    let link = match realm {
        Realm::Connection(tenant) => Some(tenant.connection.as_str()),
        Realm::Organization(_) | Realm::Installation => None,
    };
    let sql = format!(
        "SELECT {} FROM journal WHERE sequence > ?1 AND sequence <= ?2
             AND (?3 IS NULL OR organization = ?3) AND (?4 IS NULL OR connection = ?4)
         ORDER BY sequence LIMIT ?5",
        row::ENTRY_COLUMNS
    );
    let organization = realm.organization().map(OrganizationId::as_str);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((start as i64, end as i64, organization, link, limit as i64))?;
    let mut bytes = 0;
    while bytes < PAGE_BYTES {
        let Some(row) = rows.next()? else {
            part.through = if part.entries.len() < limit { Sequence(end) } else { part.through };
            break;
        };
        let entry = row::entry(row)?;
        bytes += entry.event.body.len();
        part.through = entry.sequence;
        part.entries.push(entry);
    }
    Ok(part)
}
