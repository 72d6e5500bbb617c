//! The tables of the journal and of the quarantine beside it.

use super::Schema;

/// The journal. Rows are only ever added, until retention takes the oldest ones back. Times are
/// microseconds since 1970 in UTC. A `body` whose bytes were let go is their number, an integer.
///
/// Its keys are random and touch the whole index: with 12 MiB the writer takes a sixth more events
/// per second than with 8 (`cargo bench -p e2e --bench ingest`).
pub(in crate::sqlite) const JOURNAL: Schema = Schema {
    cache_kib: 12 * 1024,
    page_bytes: 8_192,
    steps: &[
        "
    CREATE TABLE journal (
        sequence     INTEGER PRIMARY KEY,
        id           BLOB NOT NULL UNIQUE,
        source       TEXT NOT NULL,
        origin       TEXT NOT NULL,
        organization TEXT,
        connection   TEXT,
        kind         TEXT NOT NULL,
        vendor_type  TEXT,
        record       TEXT,
        account      TEXT,
        webhook_id   TEXT,
        occurred_at  INTEGER NOT NULL,
        received_at  INTEGER NOT NULL,
        journaled_at INTEGER NOT NULL,
        body         BLOB NOT NULL
    );
    CREATE TABLE alias (
        id       BLOB PRIMARY KEY,
        sequence INTEGER NOT NULL
    ) WITHOUT ROWID;
    ",
        "
    -- None where it follows from the event's id.
    ALTER TABLE journal ADD COLUMN correlation TEXT;
    CREATE TABLE quarantine (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id       BLOB NOT NULL UNIQUE,
        source   TEXT NOT NULL,
        account  TEXT NOT NULL,
        app      TEXT NOT NULL,
        reason   TEXT NOT NULL,
        held_at  INTEGER NOT NULL,
        envelope TEXT NOT NULL,
        body     BLOB NOT NULL
    );
    CREATE INDEX quarantine_group ON quarantine (source, account, app, sequence);
    CREATE INDEX quarantine_held_at ON quarantine (held_at);
    ",
    ],
};
