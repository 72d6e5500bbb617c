//! The tables of processes: the turns that they take, and whether one came out of a backup.

/// When the state was restored.
pub(super) const RESTORED: &str = "
    -- When this state was restored from a backup.
    CREATE TABLE restored (
        at INTEGER NOT NULL
    );
    ";

/// Turns at what only one process may do at a time.
pub(super) const LEASES: &str = "
    -- The turn of one process at what only one may do at a time. A lease without an end was released;
    -- its epoch stays, so that none is given twice.
    CREATE TABLE lease (
        name       TEXT PRIMARY KEY,
        epoch      INTEGER NOT NULL,
        holder     TEXT NOT NULL,
        held_until INTEGER
    ) WITHOUT ROWID;
    ";
