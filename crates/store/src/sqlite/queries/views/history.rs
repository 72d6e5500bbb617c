//! The views of what is not one entity: all records, tags, custom fields, changes and events.

use super::{
    Column,
    Of::{Micros, Sql},
    OtherView,
};

/// The event as people know it.
const EVENT: Column = Column(
    "event",
    "the event, as `highwire events show` takes it",
    Sql("'evt_' || lower(hex(r.event))"),
);

/// Every other view, in order of name.
pub(super) const VIEWS: &[OtherView] = &[
    OtherView {
        name: "change_sets",
        about: "What the hub changed outside, by its causes",
        columns: &[
            Column("id", "its id, as `highwire undo` takes it", Sql("r.id")),
            Column("title", "what it was about", Sql("r.title")),
            Column("actor", "who caused it", Sql("r.actor")),
            Column("writes", "how many writes it made", Sql("r.writes")),
            Column("begun_at", "when it began", Micros("begun_at")),
            Column("undoes", "the change set that it undoes", Sql("r.undoes")),
        ],
        from: "{change_sets} AS r",
    },
    OtherView {
        name: "changes",
        about: "What events changed, one row for each event and record",
        columns: &[
            EVENT,
            Column("changed_at", "when it happened, where the event is still kept", Sql("strftime('%Y-%m-%dT%H:%M:%fZ', r.at / 1000000.0, 'unixepoch')")),
            Column("entity", "what the record is, such as contact", Sql("r.entity")),
            Column("record_id", "the record's id", Sql("r.id")),
            Column("what", "created, updated, deleted, unchanged or stale", Sql("r.applied")),
            Column("version", "the record's version after it", Sql("r.version")),
            Column("fields", "JSON: what was before and after, by field", Sql("r.fields")),
            Column("source", "who told it, such as highlevel", Sql("r.source")),
            Column("origin", "how it came in", Sql("r.origin")),
        ],
        from: "(SELECT c.event, c.entity, c.id, c.applied, c.version, c.fields, e.occurred_at AS at,
                    e.source, e.origin
                FROM {changes} AS c LEFT JOIN {events} AS e ON e.id = c.event
                UNION ALL
                SELECT r.event, {entity_of_r}, r.id, 'created', 1,
                    (SELECT json_group_object(f.key, json_object('before', NULL, 'after',
                         CASE WHEN f.type IN ('array', 'object') THEN json(f.value) ELSE f.value END))
                     FROM json_each(r.fields) AS f),
                    r.occurred_at, NULL, r.origin
                FROM {rows} AS r WHERE r.version = 1 AND r.origin = 'backfill') AS r",
    },
    OtherView {
        name: "contact_fields",
        about: "The custom fields of contacts, one row for each value",
        columns: &[
            Column("contact_id", "the contact's id", Sql("r.id")),
            Column("field_id", "the custom field's id", Sql("f.key")),
            Column(
                "field",
                "its name, where the definition is mirrored",
                Sql("(SELECT json_extract(d.fields, '$.name') FROM {rows} AS d
                      WHERE d.shelf IN ({custom_field}) AND d.id = f.key)"),
            ),
            Column("value", "its value; JSON where it is a list", Sql("f.value")),
        ],
        from: "{rows} AS r, json_each(r.fields, '$.custom_fields') AS f
               WHERE r.shelf IN ({contact}) AND r.deleted_at IS NULL",
    },
    OtherView {
        name: "contact_tags",
        about: "The tags of contacts, one row for each; tag = '…' is quick",
        columns: &[
            Column("contact_id", "the contact's id", Sql("r.id")),
            Column("tag", "the tag", Sql("t.tag")),
        ],
        from: "{tags} AS t JOIN {rows} AS r ON r.number = t.number",
    },
    OtherView {
        name: "events",
        about: "What came in, in the order of the journal",
        columns: &[
            Column("event", "the event, as `highwire events show` takes it", Sql("'evt_' || lower(hex(r.id))")),
            Column("kind", "such as contact.updated", Sql("r.kind")),
            Column("record", "what it is about, such as contact/abc", Sql("r.record")),
            Column("source", "who told it, such as highlevel", Sql("r.source")),
            Column("origin", "how it came in", Sql("r.origin")),
            Column("account", "the vendor's account", Sql("r.account")),
            Column("occurred_at", "when it happened", Micros("occurred_at")),
            Column("received_at", "when it came in", Micros("received_at")),
        ],
        from: "{events} AS r",
    },
    OtherView {
        name: "records",
        about: "Every record of every kind, also those that the vendor deleted",
        columns: &[
            Column("entity", "what it is, such as contact or ticket", Sql("{entity_of_r}")),
            Column("id", "its id at the vendor", Sql("r.id")),
            Column("fields", "JSON: its values by name", Sql("json(r.fields)")),
            Column("deleted_at", "when the vendor deleted it; null where it is there", Micros("deleted_at")),
            Column("updated_at", "when the newest thing happened that the row tells", Micros("occurred_at")),
            Column("account", "the vendor's account", Sql("r.account")),
            Column("connection", "the connection by which it came", Sql("{connection_of_r}")),
            Column("version", "how often it changed, from 1", Sql("r.version")),
            Column("origin", "how that came in", Sql("r.origin")),
            Column("first_seen_at", "when the hub first heard of it", Micros("first_seen_at")),
            Column("last_seen_at", "when the hub last heard something new of it", Micros("last_seen_at")),
        ],
        from: "{rows} AS r",
    },
    OtherView {
        name: "runs",
        about: "Walks through the vendors' lists: first loads and comparisons",
        columns: &[
            Column("id", "its id", Sql("r.id")),
            Column("vendor", "such as highlevel", Sql("r.vendor")),
            Column("account", "the vendor's account", Sql("r.account")),
            Column("kind", "backfill or reconcile", Sql("json_extract(r.content, '$.kind')")),
            Column("state", "asked, running, done or failed", Sql("json_extract(r.content, '$.state')")),
            Column("started_at", "when it began", Sql("json_extract(r.content, '$.started_at')")),
            Column("finished_at", "when it ended", Sql("json_extract(r.content, '$.finished_at')")),
            Column(
                "calls",
                "how many calls it made",
                Sql("(SELECT sum(json_extract(p.value, '$.tally.calls'))
                      FROM json_each(r.content, '$.parts') AS p)"),
            ),
            Column(
                "created",
                "how many records were new",
                Sql("(SELECT sum(json_extract(p.value, '$.tally.created'))
                      FROM json_each(r.content, '$.parts') AS p)"),
            ),
            Column(
                "updated",
                "how many had other values",
                Sql("(SELECT sum(json_extract(p.value, '$.tally.updated'))
                      FROM json_each(r.content, '$.parts') AS p)"),
            ),
            Column(
                "deleted",
                "how many were gone",
                Sql("(SELECT sum(json_extract(p.value, '$.tally.deleted'))
                      FROM json_each(r.content, '$.parts') AS p)"),
            ),
            Column(
                "failed",
                "how many could not be read",
                Sql("(SELECT sum(json_extract(p.value, '$.tally.failed'))
                      FROM json_each(r.content, '$.parts') AS p)"),
            ),
            Column("problem", "what stood in its way", Sql("json_extract(r.content, '$.problem')")),
        ],
        from: "{runs} AS r",
    },
];
