//! The tables of what callers did: the audit, and requests that may be repeated.

/// Who did what.
pub(super) const AUDIT: &str = "
    -- Who did what. Nothing of it is ever changed.
    CREATE TABLE audit (
        sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
        at           INTEGER NOT NULL,
        organization TEXT,
        connection   TEXT,
        actor        TEXT NOT NULL,
        act          TEXT NOT NULL,
        outcome      TEXT NOT NULL,
        subject      TEXT,
        detail       TEXT
    );
    CREATE INDEX audit_owner ON audit (organization, sequence);
    ";

/// Requests with the answers that they get again.
pub(super) const REPEATABLE_REQUESTS: &str = "
    -- A request that its sender may repeat, with the answer that it gets again.
    CREATE TABLE repeatable_request (
        holder     TEXT NOT NULL,
        word       TEXT NOT NULL,
        mark       BLOB NOT NULL,
        begun_at   INTEGER NOT NULL,
        kept_until INTEGER NOT NULL,
        status     INTEGER,
        body       BLOB,
        PRIMARY KEY (holder, word)
    ) WITHOUT ROWID;
    CREATE INDEX repeatable_request_end ON repeatable_request (kept_until);
    ";
