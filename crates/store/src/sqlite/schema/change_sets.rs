//! The tables of what the hub changed outside.

/// Change sets with their writes.
pub(super) const CHANGE_SETS: &str = "
    -- A change_set is what one cause changed outside, and a write is one of its changes. A write that
    -- has not ended may have been made or not.
    CREATE TABLE change_set (
        id           TEXT PRIMARY KEY,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        actor        TEXT NOT NULL,
        title        TEXT NOT NULL,
        undoes       TEXT,
        begun_at     INTEGER NOT NULL,
        written_at   INTEGER NOT NULL,
        writes       INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX change_set_begun ON change_set (begun_at, id);
    CREATE INDEX change_set_owner ON change_set (organization, connection, begun_at, id);
    CREATE INDEX change_set_undoes ON change_set (undoes) WHERE undoes IS NOT NULL;
    CREATE TABLE write (
        change_set TEXT NOT NULL,
        number     INTEGER NOT NULL,
        at         INTEGER NOT NULL,
        actor      TEXT NOT NULL,
        act        TEXT NOT NULL,
        effect     TEXT NOT NULL,
        record     TEXT,
        parent     TEXT,
        account    TEXT,
        difference TEXT NOT NULL,
        state      TEXT NOT NULL,
        ended_at   INTEGER,
        detail     TEXT,
        PRIMARY KEY (change_set, number)
    ) WITHOUT ROWID;
    ";

/// The order in which change sets were begun.
pub(super) const PLACES: &str = "
    -- A change_set has a place, in the order in which they were begun, by which old ones go.
    ALTER TABLE change_set ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
    UPDATE change_set SET place = (SELECT count(*) FROM change_set AS other
        WHERE (other.begun_at, other.id) <= (change_set.begun_at, change_set.id));
    CREATE UNIQUE INDEX change_set_place ON change_set (place);
    ";
