//! One connection to one file, with the settings on which the promise of durability rests.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{OpenError, schema::Schema};

/// What a connection is for.
pub(super) enum Mode {
    /// The only writer; it brings the file to this schema.
    Write(&'static Schema),
    /// As [`Mode::Write`], but a commit waits for no disk: what the trial of power cuts must find.
    WriteUnsynced(&'static Schema),
    /// One of many writers of a file whose loss costs little; each brings it to this schema.
    Share(&'static Schema),
    /// Writes beside a hub, which alone brings the file to this schema.
    WriteBeside(&'static Schema),
    /// Moves the write-ahead log into the file, on a thread of its own.
    Checkpoint,
    /// Reads.
    Read,
}

/// When a commit waits for the disk, in SQLite's numbers.
#[derive(Clone, Copy)]
enum Synchronous {
    Normal = 1,
    Full = 2,
}

/// What a connection that only reads along keeps of the file in memory, in KiB.
const READER_CACHE_KIB: i64 = 2 * 1024;

/// How long a connection waits for another one's lock, in milliseconds.
const BUSY_TIMEOUT_MS: i64 = 5_000;

/// Opens a connection.
pub(super) fn open(path: &Path, mode: Mode) -> Result<Connection, OpenError> {
    let refused = |source: rusqlite::Error| OpenError::at(path, source);
    let access = match mode {
        Mode::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Mode::WriteBeside(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::Write(_) | Mode::WriteUnsynced(_) | Mode::Share(_) | Mode::Checkpoint => {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        }
    };
    let mut connection =
        Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(refused)?;
    connection.pragma_update(None, "busy_timeout", BUSY_TIMEOUT_MS).map_err(refused)?;
    let cache = match mode {
        Mode::Write(schema) | Mode::WriteUnsynced(schema) | Mode::Share(schema) => schema.cache_kib,
        Mode::WriteBeside(_) | Mode::Checkpoint | Mode::Read => READER_CACHE_KIB,
    };
    // A negative size is in KiB, a positive one in pages.
    connection.pragma_update(None, "cache_size", -cache).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise SQLite plans a statement anew whenever a text is bound to it, since another value
    // could be found in another way.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(refused)?;
    if matches!(mode, Mode::Read) {
        return Ok(connection);
    }
    // Both count only before the first table is made: a file from before keeps the size of its pages,
    // keeps its own size, and fills what is free in it.
    if let Mode::Write(schema) | Mode::WriteUnsynced(schema) | Mode::Share(schema) = mode {
        connection.pragma_update(None, "page_size", schema.page_bytes).map_err(refused)?;
    }
    connection.pragma_update(None, "auto_vacuum", "incremental").map_err(refused)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(refused)?;
    let synchronous = match mode {
        // The log is synced when it is moved into the file: that stays whole, and lags behind.
        Mode::Share(_) | Mode::WriteUnsynced(_) => Synchronous::Normal,
        Mode::Write(_) | Mode::WriteBeside(_) | Mode::Checkpoint | Mode::Read => Synchronous::Full,
    };
    connection.pragma_update(None, "synchronous", synchronous as i64).map_err(refused)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(refused)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024).map_err(refused)?;
    check_settings(path, &connection, synchronous)?;
    match mode {
        Mode::Write(schema) | Mode::WriteUnsynced(schema) | Mode::Share(schema) => {
            schema.bring_up(path, &mut connection)?;
        }
        Mode::WriteBeside(schema) => schema.check(path, &connection)?,
        Mode::Checkpoint | Mode::Read => {}
    }
    Ok(connection)
}

/// Reads the settings back: a network file system may refuse them without an error.
fn check_settings(
    path: &Path,
    connection: &Connection,
    wanted: Synchronous,
) -> Result<(), OpenError> {
    let refused = |source: rusqlite::Error| OpenError::at(path, source);
    let mode: String =
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(refused)?;
    let synchronous: i64 =
        connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(refused)?;
    let failed = |setting| Err(OpenError::NotDurable { path: path.to_owned(), setting });
    match (mode.as_str(), synchronous) {
        ("wal", synchronous) if synchronous == wanted as i64 => Ok(()),
        ("wal", _) => failed("synchronous"),
        _ => failed("journal_mode=wal"),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::sqlite::schema::STATE;

    #[test]
    fn a_statement_is_planned_once() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open(&folder.path().join("state.db"), Mode::Write(&STATE)).unwrap();
        let sql = "SELECT number FROM mirrored WHERE shelf = ?1 AND id = ?2";
        let mut statement = connection.prepare(sql).unwrap();
        for id in ["c1", "c2", "c3"] {
            assert!(!statement.exists((1, id)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
