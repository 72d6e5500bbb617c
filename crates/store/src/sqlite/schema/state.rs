//! The tables of the state: what the stages made of the journal, and who owns it.

use super::{Schema, mirror::SHELVES};

/// Mirror and outbox, how far each follows the journal, the sealed credentials, and who owns it all.
pub(in crate::sqlite) const STATE: Schema = Schema {
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
        "
    -- How a connection reaches its vendor. While it needs a person's consent, consent_since is set.
    CREATE TABLE connection_profile (
        organization   TEXT NOT NULL,
        connection     TEXT NOT NULL,
        access         TEXT NOT NULL,
        url            TEXT,
        settings       TEXT NOT NULL,
        account_name   TEXT,
        scopes         TEXT NOT NULL,
        consent_since  INTEGER,
        consent_reason TEXT,
        revised_at     INTEGER NOT NULL,
        PRIMARY KEY (organization, connection)
    ) WITHOUT ROWID;
    CREATE TRIGGER connection_profile_added AFTER INSERT ON connection_profile
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER connection_profile_changed AFTER UPDATE ON connection_profile
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER connection_profile_removed AFTER DELETE ON connection_profile
        BEGIN UPDATE revision SET number = number + 1; END;
    ",
        "
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
    ",
        "
    -- The turn of one process at what only one may do at a time. A lease without an end was released;
    -- its epoch stays, so that none is given twice.
    CREATE TABLE lease (
        name       TEXT PRIMARY KEY,
        epoch      INTEGER NOT NULL,
        holder     TEXT NOT NULL,
        held_until INTEGER
    ) WITHOUT ROWID;
    ",
        "
    -- Rows are listed in the order of their changes, and found by what identifies a person.
    CREATE INDEX record_change ON record (organization, connection, entity, occurred_at, id)
        WHERE deleted_at IS NULL;
    CREATE INDEX record_email
        ON record (organization, connection, entity, lower(json_extract(fields, '$.email')))
        WHERE lower(json_extract(fields, '$.email')) IS NOT NULL;
    CREATE INDEX record_phone
        ON record (organization, connection, entity, json_extract(fields, '$.phone'))
        WHERE json_extract(fields, '$.phone') IS NOT NULL;
    CREATE INDEX record_contact
        ON record (organization, connection, entity, json_extract(fields, '$.contact_id'))
        WHERE json_extract(fields, '$.contact_id') IS NOT NULL;
    ",
        "
    -- Subscriptions: webhooks of the users' own applications. A version of a secret is a credential.
    CREATE TABLE subscription (
        id             TEXT PRIMARY KEY,
        organization   TEXT NOT NULL REFERENCES organization (id),
        connection     TEXT,
        name           TEXT NOT NULL,
        url            TEXT NOT NULL,
        kinds          TEXT NOT NULL,
        paused_at      INTEGER,
        disabled_at    INTEGER,
        disabled_why   TEXT,
        secret_version INTEGER NOT NULL,
        former_version INTEGER,
        former_until   INTEGER,
        failing_since  INTEGER,
        created_at     INTEGER NOT NULL,
        revision       INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX subscription_organization ON subscription (organization);
    CREATE TABLE replay (
        subscription TEXT PRIMARY KEY,
        since        INTEGER NOT NULL,
        after        INTEGER NOT NULL,
        until        INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX action_notification ON action (destination, sequence)
        WHERE rule = 'notify_subscribers';

    -- How attempts fare changes nobody's rights, so it does not count.
    CREATE TRIGGER subscription_added AFTER INSERT ON subscription
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER subscription_removed AFTER DELETE ON subscription
        BEGIN UPDATE revision SET number = number + 1; END;
    ",
        "
    -- A consent_request was asked for at a vendor. Only the hash of its state is here.
    CREATE TABLE consent_request (
        state_hash   BLOB PRIMARY KEY,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        renews       INTEGER NOT NULL,
        vendor       TEXT NOT NULL,
        name         TEXT NOT NULL,
        url          TEXT,
        app          TEXT NOT NULL,
        sealed       BLOB NOT NULL,
        master_key   TEXT NOT NULL,
        actor        TEXT NOT NULL,
        made_at      INTEGER NOT NULL,
        ends_at      INTEGER NOT NULL,
        outcome      TEXT NOT NULL,
        detail       TEXT
    ) WITHOUT ROWID;
    ",
        "
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
    ",
        "
    -- Where a record is, how its newest version came in, and since when the hub knows of it.
    ALTER TABLE record ADD COLUMN account TEXT;
    ALTER TABLE record ADD COLUMN origin TEXT NOT NULL DEFAULT 'webhook';
    ALTER TABLE record ADD COLUMN first_seen_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE record ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
    UPDATE record SET first_seen_at = occurred_at, last_seen_at = occurred_at;
    ",
        "
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
    ",
        "
    -- A watermark: up to when the changes of a list were read.
    CREATE TABLE watermark (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        list         TEXT NOT NULL,
        stands_at    INTEGER NOT NULL,
        PRIMARY KEY (organization, connection, list)
    ) WITHOUT ROWID;
    ",
        "
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
    ",
        "
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
    ",
        SHELVES,
        "
    -- A change_set has a place, in the order in which they were begun, by which old ones go.
    ALTER TABLE change_set ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
    UPDATE change_set SET place = (SELECT count(*) FROM change_set AS other
        WHERE (other.begun_at, other.id) <= (change_set.begun_at, change_set.id));
    CREATE UNIQUE INDEX change_set_place ON change_set (place);
    ",
    ],
};
