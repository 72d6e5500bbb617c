//! Retention on SQLite: what goes frees whole pages, which are filled again or given back to the disk.

mod attempts;
mod audit;
mod bytes;
mod changes;
mod events;

use std::{collections::BTreeMap, path::Path};

use domain::{EventId, Kept, Need, Retained, Retention, Space, StorageError};
use rusqlite::{Connection, Transaction};

use super::{JOURNAL_FILE, STATE_FILE, Sqlite, row, worker::Fault};

/// How many pages are given back in one step: half a MiB.
const STEP_PAGES: u32 = 64;

/// What is free in a file is given back only where it is more than this, and more than a quarter of
/// the file: what comes tomorrow needs it again.
const FREE_PAGES: i64 = 1_024;

impl Retention for Sqlite {
    async fn kept_after(
        &self,
        kind: Retained,
        place: u64,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        let (mut page, attempted) = ((place as i64, limit as i64), "look at what is kept");
        let (journal, state) = (&self.shared.survey, &self.shared.state);
        match kind {
            Retained::Bytes => loop {
                let look = move |c: &Connection| Ok(bytes::kept(c, page)?);
                match journal.read(attempted, look).await? {
                    (kept, Some(next)) if kept.is_empty() => page.0 = next,
                    (kept, _) => return Ok(kept),
                }
            },
            Retained::Events => journal.read(attempted, move |c| Ok(events::kept(c, page)?)).await,
            Retained::Attempts => {
                state.read(attempted, move |c| Ok(attempts::kept(c, page)?)).await
            }
            Retained::Audit => state.read(attempted, move |c| Ok(audit::kept(c, page)?)).await,
            Retained::Changes => state.read(attempted, move |c| Ok(changes::kept(c, page)?)).await,
        }
    }

    async fn needs(&self, events: &[EventId]) -> Result<BTreeMap<EventId, Need>, StorageError> {
        let events = events.to_vec();
        let read = move |connection: &Connection| Ok(needs(connection, &events)?);
        self.shared.state.read("look at what events are needed for", read).await
    }

    async fn remove(&self, kind: Retained, things: &[Kept]) -> Result<u64, StorageError> {
        let things = things.to_vec();
        let Some(writer) = &self.shared.writer else {
            let source = "the data folder is open beside a hub, which removes what is old";
            return Err(StorageError::unavailable("remove what is old", source));
        };
        match kind {
            Retained::Bytes => {
                writer.transact("remove raw bytes", move |t, _| bytes::remove(t, &things)).await
            }
            Retained::Events => {
                // The changes first: cut off here, the event is still there to be found again.
                let of = things.clone();
                let write = move |t: &Transaction<'_>| Ok(events::remove_changes(t, &of)?);
                self.shared.state.write("remove changes", write).await?;
                writer.transact("remove events", move |t, _| events::remove(t, &things)).await
            }
            Retained::Attempts => {
                let write = move |t: &Transaction<'_>| Ok(attempts::remove(t, &things)?);
                self.shared.state.write("remove attempts", write).await
            }
            Retained::Audit => {
                let write = move |t: &Transaction<'_>| Ok(audit::remove(t, &things)?);
                self.shared.state.write("remove entries of the audit", write).await
            }
            Retained::Changes => {
                let write = move |t: &Transaction<'_>| Ok(changes::remove(t, &things)?);
                self.shared.state.write("remove change sets", write).await
            }
        }
    }

    async fn space(&self) -> Result<Vec<Space>, StorageError> {
        let attempted = "measure the files";
        let read = |file: &'static str| {
            let folder = self.shared.folder.clone();
            move |connection: &Connection| space(connection, &folder, file)
        };
        Ok(vec![
            self.shared.survey.read(attempted, read(JOURNAL_FILE)).await?,
            self.shared.state.read(attempted, read(STATE_FILE)).await?,
        ])
    }

    async fn give_back(&self) -> Result<bool, StorageError> {
        let attempted = "give free space back to the disk";
        let Some(writer) = &self.shared.writer else {
            return Ok(false);
        };
        let journal = writer.run(attempted, |connection, _| give_back(connection)).await?;
        let step = |connection: &mut Connection| Ok(give_back(connection)?);
        let state = self.shared.state.run(attempted, step).await?;
        Ok(journal || state)
    }
}

/// The first need wins that asks for more: an open action, and a stop that is to read the event
/// again, need it whole.
fn needs(connection: &Connection, events: &[EventId]) -> rusqlite::Result<BTreeMap<EventId, Need>> {
    let mut open = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM action
             WHERE event = ?1 AND state NOT IN ('done', 'dropped'))
         OR EXISTS (SELECT 1 FROM parked WHERE event = ?1 AND dropped_at IS NULL)",
    )?;
    let mut shown = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM change JOIN record USING (organization, connection, entity, id)
         WHERE change.event = ?1 AND record.event = ?1)",
    )?;
    let mut needs = BTreeMap::new();
    for event in events {
        let id = &event.as_bytes()[..];
        if open.query_row([id], |row| row.get(0))? {
            needs.insert(*event, Need::Whole);
        } else if shown.query_row([id], |row| row.get(0))? {
            needs.insert(*event, Need::Entry);
        }
    }
    Ok(needs)
}

fn space(connection: &Connection, folder: &Path, file: &'static str) -> Result<Space, Fault> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let page = pragma("page_size")?;
    // The log counts too: it is on the disk until the file has what is in it.
    let log = std::fs::metadata(folder.join(format!("{file}-wal"))).map_or(0, |log| log.len());
    Ok(Space {
        file,
        size: (pragma("page_count")? * page) as u64 + log,
        free: (pragma("freelist_count")? * page) as u64,
        shrinks: shrinks(connection)?,
    })
}

/// Whether the file was made with the setting that lets it shrink while it is in use.
fn shrinks(connection: &Connection) -> rusqlite::Result<bool> {
    let incremental = 2;
    Ok(connection.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, i64>(0))?
        == incremental)
}

fn give_back(connection: &Connection) -> rusqlite::Result<bool> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, pages) = (pragma("freelist_count")?, pragma("page_count")?);
    if free <= FREE_PAGES || free * 4 <= pages || !shrinks(connection)? {
        return Ok(false);
    }
    // The pragma gives a page back with each row that is read from it.
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({STEP_PAGES})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(true)
}

/// What is kept, in a row of place, moment, size and event.
fn kept(row: &rusqlite::Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        place: row.get::<_, i64>(0)? as u64,
        since: row::timestamp(row, 1)?,
        size: row.get::<_, i64>(2)? as u64,
        event: row::event_id(row, 3)?,
    })
}

#[cfg(test)]
mod tests;
