//! The tables of the first step: cursors, mirror, changes, actions, lanes and attempts.

/// What the first release had.
pub(super) const FIRST: &str = "
    CREATE TABLE cursor (
        stage    TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO cursor VALUES ('mirror', 0), ('outbox', 0);

    CREATE TABLE record (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        entity       TEXT NOT NULL,
        id           TEXT NOT NULL,
        version      INTEGER NOT NULL,
        occurred_at  INTEGER NOT NULL,
        deleted_at   INTEGER,
        event        BLOB NOT NULL,
        fields       TEXT NOT NULL,
        UNIQUE (organization, connection, entity, id)
    );
    CREATE TABLE change (
        event        BLOB NOT NULL,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        entity       TEXT NOT NULL,
        id           TEXT NOT NULL,
        applied      TEXT NOT NULL,
        version      INTEGER NOT NULL,
        fields       TEXT NOT NULL
    );
    CREATE INDEX change_event ON change (event);

    CREATE TABLE action (
        sequence     INTEGER PRIMARY KEY,
        id           TEXT NOT NULL UNIQUE,
        event        BLOB NOT NULL,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        destination  TEXT NOT NULL,
        lane         TEXT NOT NULL,
        rule         TEXT NOT NULL,
        intent       TEXT NOT NULL,
        decided_at   INTEGER NOT NULL,
        state        TEXT NOT NULL,
        failures     INTEGER NOT NULL,
        look_first   INTEGER NOT NULL
    );
    CREATE INDEX action_event ON action (event);
    CREATE INDEX action_ready ON action (destination, sequence) WHERE state = 'ready';
    CREATE INDEX action_waiting ON action (destination, lane, sequence) WHERE state = 'waiting';
    CREATE INDEX action_started ON action (sequence) WHERE state = 'started';

    -- A lane has a row while something holds it: an attempt (due_at is null) or a time.
    CREATE TABLE lane (
        destination TEXT NOT NULL,
        lane        TEXT NOT NULL,
        due_at      INTEGER,
        PRIMARY KEY (destination, lane)
    ) WITHOUT ROWID;
    CREATE INDEX lane_due ON lane (destination, due_at) WHERE due_at IS NOT NULL;

    CREATE TABLE attempt (
        action      INTEGER NOT NULL REFERENCES action (sequence),
        number      INTEGER NOT NULL,
        started_at  INTEGER NOT NULL,
        finished_at INTEGER,
        outcome     TEXT,
        detail      TEXT,
        PRIMARY KEY (action, number)
    ) WITHOUT ROWID;
    ";
