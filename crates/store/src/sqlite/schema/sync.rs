//! The tables of pairs that are kept equal, and of walks through vendors' lists.

/// Links, and what differed between their ends.
pub(super) const LINKS: &str = "
    -- A link: a record and a row of a counterpart that are kept equal, and what differed.
    CREATE TABLE link (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        organization TEXT NOT NULL,
        mapping      TEXT NOT NULL,
        record       TEXT,
        row          TEXT,
        agreed       TEXT NOT NULL,
        row_fields   TEXT NOT NULL,
        row_at       INTEGER,
        spelled      TEXT NOT NULL,
        standing     TEXT NOT NULL,
        synced_at    INTEGER,
        revision     INTEGER NOT NULL,
        UNIQUE (organization, mapping, record),
        UNIQUE (organization, mapping, row)
    );
    CREATE TABLE sync_conflict (
        id           INTEGER PRIMARY KEY AUTOINCREMENT,
        organization TEXT NOT NULL,
        mapping      TEXT NOT NULL,
        record       TEXT,
        row          TEXT,
        field        TEXT NOT NULL,
        at           INTEGER NOT NULL
    );
    CREATE INDEX sync_conflict_owner ON sync_conflict (organization, id);
    ";

/// Up to when lists were read.
pub(super) const WATERMARKS: &str = "
    -- A watermark: up to when the changes of a list were read.
    CREATE TABLE watermark (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        list         TEXT NOT NULL,
        stands_at    INTEGER NOT NULL,
        PRIMARY KEY (organization, connection, list)
    ) WITHOUT ROWID;
    ";

/// Walks through the lists of an account.
pub(super) const RUNS: &str = "
    -- A sync_run is a walk through the lists of one account. What its pages showed stands in sync_seen
    -- until it is over, so that what they did not show is found also after a crash.
    CREATE TABLE sync_run (
        sequence     INTEGER PRIMARY KEY,
        id           TEXT NOT NULL UNIQUE,
        vendor       TEXT NOT NULL,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        account      TEXT,
        is_open      INTEGER NOT NULL,
        content      TEXT NOT NULL
    );
    CREATE INDEX sync_run_scope ON sync_run (vendor, organization, connection, account, sequence);
    CREATE INDEX sync_run_open ON sync_run (sequence) WHERE is_open = 1;
    CREATE TABLE sync_seen (
        run    TEXT NOT NULL,
        entity TEXT NOT NULL,
        id     TEXT NOT NULL,
        PRIMARY KEY (run, entity, id)
    ) WITHOUT ROWID;
    ";
