//! Writes rows of the mirror, with what is found by them: tags, words and first changes.

use std::collections::BTreeSet;

use domain::{Applied, Change, Entity, FieldChange, Fields, Origin, Record, RecordKey, Tenant};
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::Value;

use super::{
    put_change,
    texts::{Words, text_of},
};
use crate::sqlite::row;

/// The rows that tell what an event made. The planner has to see the words of the index.
pub(super) const TOLD_BY_ROWS: &str =
    "SELECT organization, connection, entity, id, event, fields FROM record
     WHERE substr(event, 1, 4) = substr(?1, 1, 4) AND event = ?1
         AND version = 1 AND origin = 'backfill'";

/// The row as it stands before a write.
struct Former {
    number: i64,
    /// Whether it was there: not deleted.
    is_live: bool,
    /// Its first change, where that is not written because the row says the same.
    first: Option<Change>,
    /// Its fields, where something is found by them.
    fields: Option<Fields>,
}

/// Whether a change is the whole row that comes with it: what a first load brought. It is not written
/// before there is a second change, since it would say the same again, in more bytes.
pub(super) fn is_told_by_its_row(change: &Change, records: &[Record]) -> bool {
    let is_its_row = |row: &Record| {
        row.event == change.event && row.key == change.key && row.tenant == change.tenant
    };
    change.applied == Applied::Created
        && change.version == 1
        && records.iter().any(|row| row.origin == Origin::Backfill && is_its_row(row))
}

/// The changes of an event that are not written because their rows tell them.
pub(super) fn told_by_rows(connection: &Connection, event: &[u8]) -> rusqlite::Result<Vec<Change>> {
    let told = |row: &Row<'_>| {
        let tenant = Tenant {
            organization: domain::OrganizationId::new(&row.get::<_, String>(0)?),
            connection: domain::ConnectionId::new(&row.get::<_, String>(1)?),
        };
        let key = RecordKey::new(row::parsed(row, 2)?, row.get::<_, String>(3)?);
        let fields: Fields = row::json(row, 5)?;
        Ok(first_change((&tenant, &key), row::event_id(row, 4)?, &fields))
    };
    connection.prepare_cached(TOLD_BY_ROWS)?.query_map([event], told)?.collect()
}

/// The row with this number.
pub(in crate::sqlite) fn by_number(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<Record> {
    let read = |row: &Row<'_>| {
        let tenant = Tenant {
            organization: domain::OrganizationId::new(&row.get::<_, String>(0)?),
            connection: domain::ConnectionId::new(&row.get::<_, String>(1)?),
        };
        Ok(Record {
            tenant,
            key: RecordKey::new(row::parsed(row, 2)?, row.get::<_, String>(3)?),
            version: row.get::<_, i64>(4)? as u64,
            occurred_at: row::timestamp(row, 5)?,
            deleted_at: row::optional_timestamp(row, 6)?,
            event: row::event_id(row, 7)?,
            account: row.get(8)?,
            origin: row::parsed(row, 9)?,
            first_seen_at: row::timestamp(row, 10)?,
            last_seen_at: row::timestamp(row, 11)?,
            fields: row::json(row, 12)?,
        })
    };
    connection
        .prepare_cached(
            "SELECT organization, connection, entity, id, version, occurred_at, deleted_at, event,
                 account, origin, first_seen_at, last_seen_at, fields
             FROM record WHERE number = ?1",
        )?
        .query_row([number], read)
}

/// Writes a row, and collects what changes in the index of words.
pub(super) fn put(
    connection: &Connection,
    record: &Record,
    words: &mut Words,
) -> rusqlite::Result<()> {
    let shelf = shelf(connection, &record.tenant, record.key.entity)?;
    let former = former(connection, shelf, record)?;
    let site = record.account.as_deref().map(|account| site(connection, account)).transpose()?;
    let number = match &former {
        Some(former) => {
            if let Some(first) = &former.first {
                put_change(connection, first)?;
            }
            update(connection, former.number, record, site)?;
            former.number
        }
        None => insert(connection, shelf, record, site)?,
    };
    let before = former.filter(|former| former.is_live).and_then(|former| former.fields);
    let after = record.deleted_at.is_none().then_some(&record.fields);
    if record.key.entity == Entity::Contact {
        put_tags(connection, (shelf, number), (before.as_ref(), after))?;
    }
    let text =
        |fields: Option<&Fields>| fields.and_then(|fields| text_of(record.key.entity, fields));
    words.note((shelf, number), text(before.as_ref()), text(after));
    Ok(())
}

/// The number of a shelf, which is made where it is missing.
fn shelf(connection: &Connection, tenant: &Tenant, entity: Entity) -> rusqlite::Result<i64> {
    let place = (tenant.organization.as_str(), tenant.connection.as_str(), entity.name());
    let known = connection
        .prepare_cached(
            "SELECT number FROM shelf WHERE organization = ?1 AND connection = ?2 AND entity = ?3",
        )?
        .query_row(place, |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection
        .prepare_cached("INSERT INTO shelf (organization, connection, entity) VALUES (?1, ?2, ?3)")?
        .execute(place)?;
    Ok(connection.last_insert_rowid())
}

/// The number of an account, which is made where it is missing.
fn site(connection: &Connection, account: &str) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached("SELECT number FROM site WHERE account = ?1")?
        .query_row([account], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection.prepare_cached("INSERT INTO site (account) VALUES (?1)")?.execute([account])?;
    Ok(connection.last_insert_rowid())
}

fn former(
    connection: &Connection,
    shelf: i64,
    record: &Record,
) -> rusqlite::Result<Option<Former>> {
    let is_found_by_fields =
        matches!(record.key.entity, Entity::Contact | Entity::Message | Entity::Note);
    let read = |row: &Row<'_>| {
        let is_first: bool = row.get(2)?;
        let fields: Option<Fields> =
            row.get::<_, Option<String>>(4)?.map(|text| row::from_json(4, &text)).transpose()?;
        let event = row::event_id(row, 3)?;
        let tell = |fields| first_change((&record.tenant, &record.key), event, fields);
        Ok(Former {
            number: row.get(0)?,
            is_live: row.get(1)?,
            first: fields.as_ref().filter(|_| is_first).map(tell),
            fields: fields.filter(|_| is_found_by_fields),
        })
    };
    connection
        .prepare_cached(
            "SELECT number, deleted_at IS NULL, version = 1 AND origin = 'backfill', event,
                 CASE WHEN ?3 OR (version = 1 AND origin = 'backfill') THEN json(fields) END
             FROM mirrored WHERE shelf = ?1 AND id = ?2",
        )?
        .query_row((shelf, &record.key.id, is_found_by_fields), read)
        .optional()
}

fn first_change(
    (tenant, key): (&Tenant, &RecordKey),
    event: domain::EventId,
    fields: &Fields,
) -> Change {
    let new = |(name, after): (&String, &Value)| {
        (name.clone(), FieldChange { before: Value::Null, after: after.clone() })
    };
    Change {
        event,
        tenant: tenant.clone(),
        key: key.clone(),
        applied: Applied::Created,
        version: 1,
        fields: fields.iter().map(new).collect(),
        found: None,
    }
}

fn insert(
    connection: &Connection,
    shelf: i64,
    record: &Record,
    site: Option<i64>,
) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO mirrored (shelf, id, first_seen_at, version, occurred_at, deleted_at, event,
                 site, origin, last_seen_at, fields)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, jsonb(?11))",
        )?
        .execute((
            shelf,
            &record.key.id,
            record.first_seen_at.as_microsecond(),
            record.version as i64,
            record.occurred_at.as_microsecond(),
            record.deleted_at.map(|at| at.as_microsecond()),
            &record.event.as_bytes()[..],
            site,
            record.origin.name(),
            record.last_seen_at.as_microsecond(),
            row::to_json(&record.fields)?,
        ))?;
    Ok(connection.last_insert_rowid())
}

fn update(
    connection: &Connection,
    number: i64,
    record: &Record,
    site: Option<i64>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE mirrored SET version = ?2, occurred_at = ?3, deleted_at = ?4, event = ?5,
                 site = ?6, origin = ?7, last_seen_at = ?8, fields = jsonb(?9)
             WHERE number = ?1",
        )?
        .execute((
            number,
            record.version as i64,
            record.occurred_at.as_microsecond(),
            record.deleted_at.map(|at| at.as_microsecond()),
            &record.event.as_bytes()[..],
            site,
            record.origin.name(),
            record.last_seen_at.as_microsecond(),
            row::to_json(&record.fields)?,
        ))?;
    Ok(())
}

fn put_tags(
    connection: &Connection,
    (shelf, number): (i64, i64),
    (before, after): (Option<&Fields>, Option<&Fields>),
) -> rusqlite::Result<()> {
    let (before, after) = (tags(before), tags(after));
    for gone in before.difference(&after) {
        connection
            .prepare_cached("DELETE FROM tag WHERE shelf = ?1 AND tag = ?2 AND number = ?3")?
            .execute((shelf, gone, number))?;
    }
    for new in after.difference(&before) {
        connection
            .prepare_cached("INSERT OR IGNORE INTO tag (shelf, tag, number) VALUES (?1, ?2, ?3)")?
            .execute((shelf, new, number))?;
    }
    Ok(())
}

fn tags(fields: Option<&Fields>) -> BTreeSet<&str> {
    let tags = fields.and_then(|fields| fields.get("tags")).and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(Value::as_str).collect()
}
