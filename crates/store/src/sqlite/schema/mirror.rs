//! The tables of the mirror: what the first ones became, step by step.

/// What a change found.
pub(super) const FOUND: &str = "
    -- The event that made the version which a change found.
    ALTER TABLE change ADD COLUMN found BLOB;
    ";

/// Indexes over what a person is found by.
pub(super) const PERSON_INDEXES: &str = "
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
    ";

/// Where a record is, and how its newest version came in.
pub(super) const ORIGINS: &str = "
    -- Where a record is, how its newest version came in, and since when the hub knows of it.
    ALTER TABLE record ADD COLUMN account TEXT;
    ALTER TABLE record ADD COLUMN origin TEXT NOT NULL DEFAULT 'webhook';
    ALTER TABLE record ADD COLUMN first_seen_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE record ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
    UPDATE record SET first_seen_at = occurred_at, last_seen_at = occurred_at;
    ";

/// The step that puts the rows of the mirror on shelves.
///
/// A row of a message is a few hundred bytes, and its place among organizations, connections and
/// entities stood in it and in each of its indexes once more. A shelf is that place, as a number.
/// `record` stays the name under which rows are read with their place.
pub(super) const SHELVES: &str = "
    -- What a connection has of one entity. Its rows name it by its number.
    CREATE TABLE shelf (
        number       INTEGER PRIMARY KEY,
        organization TEXT NOT NULL,
        connection   TEXT NOT NULL,
        entity       TEXT NOT NULL,
        UNIQUE (organization, connection, entity)
    );
    -- The vendors' accounts, which rows name by their number.
    CREATE TABLE site (
        number  INTEGER PRIMARY KEY,
        account TEXT NOT NULL UNIQUE
    );
    -- The rows of the mirror; `fields` is JSON in SQLite's binary form.
    CREATE TABLE mirrored (
        number        INTEGER PRIMARY KEY,
        shelf         INTEGER NOT NULL REFERENCES shelf (number),
        id            TEXT NOT NULL,
        version       INTEGER NOT NULL,
        occurred_at   INTEGER NOT NULL,
        deleted_at    INTEGER,
        event         BLOB NOT NULL,
        site          INTEGER REFERENCES site (number),
        origin        TEXT NOT NULL,
        first_seen_at INTEGER NOT NULL,
        last_seen_at  INTEGER NOT NULL,
        fields        BLOB NOT NULL,
        -- What a person is found by. These stand in their indexes only, and are columns so that a
        -- comparison with another column can use those.
        email         TEXT COLLATE NOCASE AS (json_extract(fields, '$.email')),
        phone         TEXT AS (json_extract(fields, '$.phone')),
        contact_id    TEXT AS (json_extract(fields, '$.contact_id')),
        UNIQUE (shelf, id)
    );
    -- The tags of contacts that are there.
    CREATE TABLE tag (
        shelf  INTEGER NOT NULL,
        tag    TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (shelf, tag, number)
    ) WITHOUT ROWID;
    -- The words of contacts, messages and notes that are there. The texts themselves are in the rows.
    -- A rowid is the shelf above forty bits of the row's number: what is on one shelf stands together.
    CREATE VIRTUAL TABLE record_text USING fts5 (
        text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );

    INSERT INTO shelf (organization, connection, entity)
        SELECT DISTINCT organization, connection, entity FROM record;
    INSERT INTO site (account) SELECT DISTINCT account FROM record WHERE account IS NOT NULL;
    INSERT INTO mirrored (number, shelf, id, version, occurred_at, deleted_at, event, site, origin,
            first_seen_at, last_seen_at, fields)
        SELECT record.rowid, shelf.number, id, version, occurred_at, deleted_at, event, site.number,
            origin, first_seen_at, last_seen_at, jsonb(fields)
        FROM record JOIN shelf USING (organization, connection, entity) LEFT JOIN site USING (account)
        ORDER BY record.rowid;
    INSERT OR IGNORE INTO tag
        SELECT shelf, each.value, mirrored.number
        FROM mirrored JOIN shelf ON shelf.number = shelf, json_each(fields, '$.tags') AS each
        WHERE entity = 'contact' AND deleted_at IS NULL AND each.type = 'text';
    INSERT INTO record_text (rowid, text)
        SELECT shelf << 40 | mirrored.number, concat_ws(' ',
            CASE entity WHEN 'contact' THEN concat_ws(' ', fields ->> 'first_name',
                fields ->> 'last_name', fields ->> 'name', fields ->> 'company_name',
                fields ->> 'email', fields ->> 'phone') END,
            CASE entity WHEN 'message' THEN fields ->> 'subject' END,
            CASE WHEN entity IN ('message', 'note') THEN fields ->> 'body' END)
        FROM mirrored JOIN shelf ON shelf.number = shelf
        WHERE entity IN ('contact', 'message', 'note') AND deleted_at IS NULL
        ORDER BY 1;
    DROP TABLE record;

    -- Rows are listed in the order of their changes, and found by what identifies a person.
    CREATE INDEX mirrored_change ON mirrored (shelf, occurred_at) WHERE deleted_at IS NULL;
    CREATE INDEX mirrored_email ON mirrored (shelf, email) WHERE email IS NOT NULL;
    CREATE INDEX mirrored_phone ON mirrored (shelf, phone) WHERE phone IS NOT NULL;
    CREATE INDEX mirrored_contact ON mirrored (shelf, contact_id) WHERE contact_id IS NOT NULL;
    -- What a first load brought is its own change, until there is a second.
    CREATE INDEX mirrored_first ON mirrored (event) WHERE version = 1 AND origin = 'backfill';

    CREATE VIEW record AS
        SELECT mirrored.number, organization, connection, entity, id, version, occurred_at, deleted_at,
            event, account, origin, first_seen_at, last_seen_at, json(fields) AS fields
        FROM shelf JOIN mirrored ON mirrored.shelf = shelf.number
            LEFT JOIN site ON site.number = mirrored.site;
    ";

/// The step that makes the indexes of events short.
///
/// Ids of events are random, so that each new one touches another page of an index over them. Their
/// first bytes find as few rows as all sixteen do, in half of the pages.
pub(super) const SHORT_EVENTS: &str = "
    DROP INDEX change_event;
    CREATE INDEX change_event ON change (substr(event, 1, 4));
    DROP INDEX mirrored_first;
    CREATE INDEX mirrored_first ON mirrored (substr(event, 1, 4))
        WHERE version = 1 AND origin = 'backfill';
    ";
