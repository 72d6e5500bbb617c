//! The tables of actions that are not simply done: given up, waiting for their turn, parked.

/// An action that was given up is a letter with its reason.
pub(super) const DEAD_LETTERS: &str = "
    -- An action that is dead or dropped has a row here. Its lane waits until holds_until, if that is
    -- set and nobody has dropped the action.
    CREATE TABLE dead_letter (
        action      INTEGER PRIMARY KEY REFERENCES action (sequence) ON DELETE CASCADE,
        destination TEXT NOT NULL,
        lane        TEXT NOT NULL,
        died_at     INTEGER NOT NULL,
        reason      TEXT NOT NULL,
        holds_until INTEGER,
        dropped_at  INTEGER,
        dropped_by  TEXT
    );
    CREATE INDEX dead_letter_holds ON dead_letter (destination, lane, action)
        WHERE holds_until IS NOT NULL AND dropped_at IS NULL;
    INSERT INTO dead_letter (action, destination, lane, died_at, reason)
        SELECT sequence, destination, lane, coalesce(max(finished_at), decided_at),
            coalesce(detail, 'the reason was not kept')
        FROM action LEFT JOIN attempt ON attempt.action = sequence AND outcome = 'dead'
        WHERE state = 'dead' GROUP BY sequence;
    ";

/// Organizations take turns at a destination.
pub(super) const TURNS: &str = "
    -- Organizations take turns: their actions and lanes are found by organization.
    ALTER TABLE lane ADD COLUMN organization TEXT NOT NULL DEFAULT 'org_unknown';
    UPDATE lane SET organization = coalesce(
        (SELECT organization FROM action WHERE action.destination = lane.destination
            AND action.lane = lane.lane AND state = 'waiting' LIMIT 1),
        (SELECT organization FROM action WHERE action.destination = lane.destination
            AND action.lane = lane.lane AND state IN ('started', 'dead') LIMIT 1),
        'org_unknown');
    CREATE INDEX lane_turn ON lane (destination, organization, due_at) WHERE due_at IS NOT NULL;
    DROP INDEX action_ready;
    CREATE INDEX action_ready ON action (destination, organization, sequence)
        WHERE state = 'ready';
    CREATE TABLE turn (
        destination  TEXT PRIMARY KEY,
        organization TEXT NOT NULL
    ) WITHOUT ROWID;
    ";

/// What a stop could not handle waits beside the walk.
pub(super) const PARKED: &str = "
    -- An event that a stop of its walk could not handle: 4 mirror, 5 decide. It is asked for again
    -- (1), being handled again (2), or neither (0).
    CREATE TABLE parked (
        sequence   INTEGER NOT NULL,
        stop       INTEGER NOT NULL,
        event      BLOB NOT NULL,
        reason     TEXT NOT NULL,
        tries      INTEGER NOT NULL,
        parked_at  INTEGER NOT NULL,
        asked      INTEGER NOT NULL,
        dropped_at INTEGER,
        dropped_by TEXT,
        PRIMARY KEY (sequence, stop)
    ) WITHOUT ROWID;
    CREATE INDEX parked_asked ON parked (stop, sequence) WHERE asked = 1;
    CREATE INDEX parked_event ON parked (event);
    ";
