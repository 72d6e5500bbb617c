//! The tables of subscriptions and their replays.

/// Subscriptions and their replays.
pub(super) const SUBSCRIPTIONS: &str = "
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
    ";
