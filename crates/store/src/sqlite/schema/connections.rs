//! The tables of how connections reach their vendors: credentials, profiles, consents.

/// Sealed credentials.
pub(super) const CREDENTIALS: &str = "
    CREATE TABLE credential (
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        kind         TEXT NOT NULL,
        master_key   TEXT NOT NULL,
        stored_at    INTEGER NOT NULL,
        sealed       BLOB NOT NULL,
        PRIMARY KEY (organization, connection, kind)
    ) WITHOUT ROWID;
    ";

/// How a connection reaches its vendor.
pub(super) const PROFILES: &str = "
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
    ";

/// Consents that somebody was asked for.
pub(super) const CONSENT_REQUESTS: &str = "
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
    ";
