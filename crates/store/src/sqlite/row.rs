//! Events as rows of the journal, and the values that rows of both files share.

use bytes::Bytes;
use domain::{
    Appended, ConnectionId, CorrelationId, Entry, Event, EventId, OrganizationId, RecordKey,
    Sequence, Tenant,
};
use jiff::Timestamp;
use rusqlite::{
    Connection, OptionalExtension, Row,
    types::{Type, ValueRef},
};

/// The columns that [`entry`] reads, in its order.
pub(super) const ENTRY_COLUMNS: &str = "sequence, id, source, origin, organization, connection, \
     kind, vendor_type, record, account, webhook_id, occurred_at, received_at, journaled_at, correlation, body";

/// Adds an event unless it is there, inside the caller's transaction.
pub(super) fn append(
    connection: &Connection,
    event: &Event,
    journaled_at: Timestamp,
) -> rusqlite::Result<Appended> {
    if let Some(sequence) = by_alias(connection, event.alias)? {
        return Ok(Appended::Duplicate(sequence));
    }
    let added = connection
        .prepare_cached(
            "INSERT INTO journal (id, source, origin, organization, connection, kind, vendor_type,
                 record, account, webhook_id, occurred_at, received_at, journaled_at, body, correlation)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute((
            &event.id.as_bytes()[..],
            &event.source,
            event.origin.name(),
            event.tenant.as_ref().map(|tenant| tenant.organization.as_str()),
            event.tenant.as_ref().map(|tenant| tenant.connection.as_str()),
            event.kind.to_string(),
            &event.vendor_type,
            event.record.as_ref().map(ToString::to_string),
            &event.account,
            &event.webhook_id,
            event.occurred_at.as_microsecond(),
            event.received_at.as_microsecond(),
            journaled_at.as_microsecond(),
            &event.body[..],
            own_correlation(&event.id, &event.correlation),
        ))?;
    if added == 0 {
        let known = "SELECT sequence FROM journal WHERE id = ?1";
        let sequence = connection
            .prepare_cached(known)?
            .query_row([&event.id.as_bytes()[..]], |row| sequence(row, 0))?;
        return Ok(Appended::Duplicate(sequence));
    }
    let sequence = connection.last_insert_rowid();
    if let Some(alias) = event.alias {
        connection
            .prepare_cached("INSERT INTO alias (id, sequence) VALUES (?1, ?2)")?
            .execute((&alias.as_bytes()[..], sequence))?;
    }
    Ok(Appended::New(Sequence(sequence as u64)))
}

fn by_alias(connection: &Connection, alias: Option<EventId>) -> rusqlite::Result<Option<Sequence>> {
    let Some(alias) = alias else { return Ok(None) };
    connection
        .prepare_cached("SELECT sequence FROM alias WHERE id = ?1")?
        .query_row([&alias.as_bytes()[..]], |row| sequence(row, 0))
        .optional()
}

/// The entry in a row with the columns [`ENTRY_COLUMNS`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let tenant = match (row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(5)?) {
        (Some(organization), Some(connection)) => Some(Tenant {
            organization: OrganizationId::new(&organization),
            connection: ConnectionId::new(&connection),
        }),
        _ => None,
    };
    let id = event_id(row, 1)?;
    let (body, dropped_bytes) = body(row, 15)?;
    Ok(Entry {
        dropped_bytes,
        sequence: sequence(row, 0)?,
        journaled_at: timestamp(row, 13)?,
        event: Event {
            id,
            // The alias is an index of its own; nobody reads it back.
            alias: None,
            source: row.get(2)?,
            origin: parsed(row, 3)?,
            tenant,
            kind: parsed(row, 6)?,
            vendor_type: row.get(7)?,
            record: row.get::<_, Option<String>>(8)?.as_deref().and_then(record_key),
            account: row.get(9)?,
            webhook_id: row.get(10)?,
            correlation: correlation(row, 14, &id)?,
            occurred_at: timestamp(row, 11)?,
            received_at: timestamp(row, 12)?,
            body,
        },
    })
}

/// What stores keep of an event's correlation id: nothing where it follows from the event's id.
pub(super) fn own_correlation<'a>(event: &EventId, given: &'a CorrelationId) -> Option<&'a str> {
    (*given != CorrelationId::of(event)).then(|| given.as_str())
}

/// The correlation id in this column, or the one that follows from the event.
pub(super) fn correlation(
    row: &Row<'_>,
    column: usize,
    event: &EventId,
) -> rusqlite::Result<CorrelationId> {
    let given: Option<String> = row.get(column)?;
    let given = given.as_deref().and_then(CorrelationId::given);
    Ok(given.unwrap_or_else(|| CorrelationId::of(event)))
}

/// The raw bytes in this column. Where they were let go, their number stands in their place.
fn body(row: &Row<'_>, column: usize) -> rusqlite::Result<(Bytes, Option<u64>)> {
    match row.get_ref(column)? {
        ValueRef::Integer(dropped) => Ok((Bytes::new(), Some(dropped as u64))),
        _ => Ok((Bytes::from(row.get::<_, Vec<u8>>(column)?), None)),
    }
}

/// `contact/abc` as a key; an id may contain a slash, an entity does not.
pub(super) fn record_key(text: &str) -> Option<RecordKey> {
    let (entity, id) = text.split_once('/')?;
    Some(RecordKey::new(entity.parse().ok()?, id))
}

/// The place in this column.
pub(super) fn sequence(row: &Row<'_>, column: usize) -> rusqlite::Result<Sequence> {
    let value: i64 = row.get(column)?;
    Ok(Sequence(value as u64))
}

/// The event id in this column.
pub(super) fn event_id(row: &Row<'_>, column: usize) -> rusqlite::Result<EventId> {
    row.get(column).map(EventId::from_bytes)
}

/// The moment in this column.
pub(super) fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    at(column, row.get(column)?)
}

/// The moment in this column, where it has one.
pub(super) fn optional_timestamp(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(|value| at(column, value)).transpose()
}

fn at(column: usize, microseconds: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|problem| unreadable(column, problem))
}

/// A text column that parses.
pub(super) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|problem| unreadable(column, problem))
}

/// A text column that holds JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    from_json(column, &row.get::<_, String>(column)?)
}

/// What the JSON text of a column says.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(
    column: usize,
    text: &str,
) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|problem| unreadable(column, problem))
}

/// A value as JSON text for a column.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    let failed =
        |problem: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(problem.into());
    serde_json::to_string(value).map_err(failed)
}

fn unreadable(
    column: usize,
    problem: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(problem))
}
