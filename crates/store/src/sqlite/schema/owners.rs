//! The tables that say whose an event is: connections, accounts, organizations, members and keys.

/// Connections, accounts and installations, and a number that tells of each change.
pub(super) const OWNERS: &str = "
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
    ";

/// Organizations with their members and API keys.
pub(super) const ORGANIZATIONS: &str = "
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
    ";

/// A change of an API key counts like one of its owner.
pub(super) const KEY_REVISIONS: &str = "
    -- A use of a key changes nobody's rights, so it does not count.
    CREATE TRIGGER api_key_added AFTER INSERT ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER api_key_changed AFTER UPDATE OF role, scopes, connection, expires_at, revoked_at
        ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    CREATE TRIGGER api_key_removed AFTER DELETE ON api_key
        BEGIN UPDATE revision SET number = number + 1; END;
    ";
