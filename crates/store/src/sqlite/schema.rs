//! The tables, as a list of steps: each file knows how many of them it has taken.
//!
//! A step that has been released is never edited; a change of the tables is one more step.

use std::{cmp::Ordering, path::Path};

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// The steps of one file.
pub(super) struct Schema {
    /// What the file's writer keeps of it in memory, in KiB.
    pub(super) cache_kib: i64,
    steps: &'static [&'static str],
}

impl Schema {
    /// Takes the steps that the file has not taken, each whole or not at all.
    pub(super) fn bring_up(
        &self,
        path: &Path,
        connection: &mut Connection,
    ) -> Result<(), OpenError> {
        let refused = |source: rusqlite::Error| OpenError::at(path, source);
        let known = self.steps.len() as i64;
        let found: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(refused)?;
        if found > known {
            return Err(OpenError::Newer { path: path.to_owned(), found, known });
        }
        for (index, step) in self.steps.iter().enumerate().skip(found.max(0) as usize) {
            let step_taken = index as i64 + 1;
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(refused)?;
            transaction.execute_batch(step).map_err(refused)?;
            transaction.pragma_update(None, "user_version", step_taken).map_err(refused)?;
            transaction.commit().map_err(refused)?;
        }
        Ok(())
    }

    /// The schema as it was after so many steps.
    #[cfg(test)]
    pub(super) fn former(&self, steps: usize) -> Self {
        Self { cache_kib: self.cache_kib, steps: &self.steps[..steps] }
    }

    /// Makes sure that the file has taken every step and no other, and takes none.
    pub(super) fn check(&self, path: &Path, connection: &Connection) -> Result<(), OpenError> {
        let refused = |source: rusqlite::Error| OpenError::at(path, source);
        let known = self.steps.len() as i64;
        let found: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(refused)?;
        match found.cmp(&known) {
            Ordering::Equal => Ok(()),
            Ordering::Less => Err(OpenError::Older { path: path.to_owned(), found, known }),
            Ordering::Greater => Err(OpenError::Newer { path: path.to_owned(), found, known }),
        }
    }
}

/// The journal. Rows are only ever added, until retention takes the oldest ones back. Times are
/// microseconds since 1970 in UTC. A `body` whose bytes were let go is their number, an integer.
///
/// Its keys are random and touch the whole index: with 12 MiB the writer takes a sixth more events
/// per second than with 8 (`cargo bench -p e2e --bench ingest`).
pub(super) const JOURNAL: Schema = Schema {
    cache_kib: 12 * 1024,
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

/// The budgets, one row each. Moments are in microseconds. Lists are JSON: `calls` of
/// moments, the others of moments with a count.
pub(super) const BUDGETS: Schema = Schema {
    cache_kib: 512,
    steps: &["
    CREATE TABLE budget (
        app            TEXT NOT NULL,
        tenant         TEXT NOT NULL,
        changed_at     INTEGER NOT NULL,
        calls          TEXT NOT NULL,
        others         TEXT NOT NULL,
        others_fell    INTEGER,
        day            TEXT NOT NULL,
        lower_limit    TEXT,
        next_turn      INTEGER,
        paused_until   INTEGER,
        day_over_until INTEGER,
        PRIMARY KEY (app, tenant)
    );
    "],
};

/// Mirror and outbox, how far each follows the journal, the sealed credentials, and who owns it all.
pub(super) const STATE: Schema = Schema {
    cache_kib: 8 * 1024,
    steps: &[
        "
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
    ",
        "
    CREATE TABLE credential (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        kind         TEXT NOT NULL,
        master_key   TEXT NOT NULL,
        stored_at    INTEGER NOT NULL,
        sealed       BLOB NOT NULL,
        PRIMARY KEY (organization, connection, kind)
    ) WITHOUT ROWID;
    ",
        "
    ALTER TABLE action ADD COLUMN correlation TEXT;

    -- How far a stage has gone for single organizations, beyond the cursor of all.
    CREATE TABLE lane_cursor (
        stage        TEXT NOT NULL,
        organization TEXT NOT NULL,
        sequence     INTEGER NOT NULL,
        PRIMARY KEY (stage, organization)
    ) WITHOUT ROWID;

    CREATE TABLE connection (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        vendor       TEXT NOT NULL,
        name         TEXT NOT NULL,
        created_at   INTEGER NOT NULL,
        PRIMARY KEY (organization, connection)
    ) WITHOUT ROWID;
    CREATE TABLE account (
        vendor       TEXT NOT NULL,
        id           TEXT NOT NULL,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        connected_at INTEGER NOT NULL,
        PRIMARY KEY (vendor, id)
    ) WITHOUT ROWID;
    CREATE INDEX account_owner ON account (organization, connection);
    CREATE TABLE installation (
        vendor    TEXT NOT NULL,
        account   TEXT NOT NULL,
        app       TEXT NOT NULL,
        company   TEXT,
        installed INTEGER,
        state_at  INTEGER,
        plan      TEXT,
        plan_at   INTEGER,
        PRIMARY KEY (vendor, account, app)
    ) WITHOUT ROWID;

    -- One more with every change of what says whose an event is, whoever makes it.
    CREATE TABLE revision (number INTEGER NOT NULL);
    INSERT INTO revision VALUES (0);
    CREATE TRIGGER connection_added AFTER INSERT ON connection
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER connection_changed AFTER UPDATE ON connection
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER connection_removed AFTER DELETE ON connection
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER account_added AFTER INSERT ON account
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER account_removed AFTER DELETE ON account
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER installation_added AFTER INSERT ON installation
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER installation_changed AFTER UPDATE ON installation
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER credential_added AFTER INSERT ON credential
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER credential_changed AFTER UPDATE ON credential
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER credential_removed AFTER DELETE ON credential
        BEGIN UPDATE revision SET number = number + 1; END;
    ",
        "
    -- A removed organization keeps its row, so that its id is not given again.
    CREATE TABLE organization (
        id         TEXT PRIMARY KEY,
        name       TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        removed_at INTEGER
    ) WITHOUT ROWID;

    CREATE TABLE member (
        id           TEXT PRIMARY KEY,
        organization TEXT NOT NULL REFERENCES organization (id),
        email        TEXT NOT NULL,
        name         TEXT NOT NULL,
        role         TEXT NOT NULL,
        added_at     INTEGER NOT NULL,
        UNIQUE (organization, email)
    ) WITHOUT ROWID;

    -- The secret itself is nowhere; scopes are separated by spaces.
    CREATE TABLE api_key (
        id           TEXT PRIMARY KEY,
        organization TEXT NOT NULL REFERENCES organization (id),
        connection   TEXT,
        name         TEXT NOT NULL,
        role         TEXT NOT NULL,
        scopes       TEXT NOT NULL,
        secret_hash  BLOB NOT NULL UNIQUE,
        created_at   INTEGER NOT NULL,
        expires_at   INTEGER,
        last_used_at INTEGER,
        revoked_at   INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX api_key_organization ON api_key (organization);
    ",
        "
    -- When this state was restored from a backup.
    CREATE TABLE restored (
        at INTEGER NOT NULL
    );
    ",
        "
    -- A use of a key changes nobody's rights, so it does not count.
    CREATE TRIGGER api_key_added AFTER INSERT ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER api_key_changed AFTER UPDATE OF role, scopes, connection, expires_at, revoked_at
        ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER api_key_removed AFTER DELETE ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    ",
        "
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
    ",
        "
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
    ",
        "
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
    ",
        "
    -- The event that made the version which a change found.
    ALTER TABLE change ADD COLUMN found BLOB;
    ",
    ],
};
