//! The quarantine on SQLite: a table beside the journal, written by the journal's writer.

use bytes::Bytes;
use domain::{
    Appended, CorrelationId, Event, EventKind, Held, HeldGroup, HeldSummary, Origin, Quarantine,
    Reason, Sequence, StorageError, Tenant,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use serde::{Deserialize, Serialize};

use super::{Sqlite, row};

/// What is kept of an event beside the columns that it is found by.
#[derive(Serialize, Deserialize)]
struct Envelope {
    alias: Option<String>,
    kind: String,
    vendor_type: Option<String>,
    record: Option<String>,
    webhook_id: Option<String>,
    correlation: Option<String>,
    occurred_at: Timestamp,
    received_at: Timestamp,
}

impl Quarantine for Sqlite {
    async fn hold(&self, held: Held) -> Result<Appended, StorageError> {
        self.writer()?.hold(held).await
    }

    async fn held(&self) -> Result<Vec<HeldSummary>, StorageError> {
        let read = |connection: &Connection| {
            let rows = connection
                .prepare_cached(
                    // With one max() or min(), SQLite takes the other columns from its row.
                    "SELECT source, account, app, reason, count(*), max(sequence), held_at,
                         sum(length(body)),
                         (SELECT held_at FROM quarantine AS first
                          WHERE first.source = quarantine.source
                              AND first.account = quarantine.account
                              AND first.app = quarantine.app
                          ORDER BY sequence LIMIT 1)
                     FROM quarantine GROUP BY source, account, app ORDER BY source, account, app",
                )?
                .query_map([], summary)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(rows)
        };
        // It goes through all of them, and the stages wait for nobody's look at what waits.
        self.shared.survey.read("list the quarantine", read).await
    }

    async fn release(
        &self,
        group: &HeldGroup,
        tenant: &Tenant,
        limit: usize,
    ) -> Result<u64, StorageError> {
        let (group, tenant) = (group.clone(), tenant.clone());
        let release = move |transaction: &Transaction<'_>, now: Timestamp| {
            let waiting = waiting(transaction, &group, limit)?;
            for (sequence, mut event) in waiting.iter().cloned() {
                event.tenant = Some(tenant.clone());
                row::append(transaction, &event, now)?;
                transaction
                    .prepare_cached("DELETE FROM quarantine WHERE sequence = ?1")?
                    .execute([sequence])?;
            }
            Ok(waiting.len() as u64)
        };
        self.writer()?.transact("release events from the quarantine", release).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<u64, StorageError> {
        let expire = move |transaction: &Transaction<'_>, _: Timestamp| {
            let removed = transaction
                .prepare_cached(
                    "DELETE FROM quarantine WHERE sequence IN
                         (SELECT sequence FROM quarantine WHERE held_at < ?1
                          ORDER BY held_at LIMIT ?2)",
                )?
                .execute((before.as_microsecond(), limit as i64))?;
            Ok(removed as u64)
        };
        self.writer()?.transact("clear the quarantine", expire).await
    }

    async fn discard(&self, group: &HeldGroup, limit: usize) -> Result<u64, StorageError> {
        let group = group.clone();
        let discard = move |transaction: &Transaction<'_>, _: Timestamp| {
            let removed = transaction
                .prepare_cached(
                    "DELETE FROM quarantine WHERE sequence IN
                         (SELECT sequence FROM quarantine
                          WHERE source = ?1 AND account = ?2 AND app = ?3
                          ORDER BY sequence LIMIT ?4)",
                )?
                .execute((
                    &group.source,
                    &group.account,
                    group.app.as_deref().unwrap_or_default(),
                    limit as i64,
                ))?;
            Ok(removed as u64)
        };
        self.writer()?.transact("make room in the quarantine", discard).await
    }
}

/// Keeps an event unless it waits already, in the caller's transaction.
pub(super) fn hold(
    transaction: &Transaction<'_>,
    held: &Held,
    held_at: Timestamp,
) -> rusqlite::Result<Appended> {
    let event = &held.event;
    let known = transaction
        .prepare_cached("SELECT sequence FROM quarantine WHERE id = ?1")?
        .query_row([&event.id.as_bytes()[..]], |row| row::sequence(row, 0))
        .optional()?;
    if let Some(sequence) = known {
        return Ok(Appended::Duplicate(sequence));
    }
    transaction
        .prepare_cached(
            "INSERT INTO quarantine (id, source, account, app, reason, held_at, envelope, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            &event.id.as_bytes()[..],
            &event.source,
            event.account.as_deref().unwrap_or_default(),
            held.app.as_deref().unwrap_or_default(),
            held.reason.name(),
            held_at.as_microsecond(),
            row::to_json(&envelope(event))?,
            &event.body[..],
        ))?;
    Ok(Appended::New(Sequence(transaction.last_insert_rowid() as u64)))
}

fn envelope(event: &Event) -> Envelope {
    Envelope {
        alias: event.alias.map(|alias| alias.to_string()),
        kind: event.kind.to_string(),
        vendor_type: event.vendor_type.clone(),
        record: event.record.as_ref().map(ToString::to_string),
        webhook_id: event.webhook_id.clone(),
        correlation: row::own_correlation(&event.id, &event.correlation).map(str::to_owned),
        occurred_at: event.occurred_at,
        received_at: event.received_at,
    }
}

fn waiting(
    transaction: &Transaction<'_>,
    group: &HeldGroup,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, Event)>> {
    transaction
        .prepare_cached(
            "SELECT sequence, id, source, account, envelope, body FROM quarantine
             WHERE source = ?1 AND account = ?2 AND app = ?3 ORDER BY sequence LIMIT ?4",
        )?
        .query_map(
            (&group.source, &group.account, group.app.as_deref().unwrap_or_default(), limit as i64),
            |row| Ok((row.get(0)?, event(row)?)),
        )?
        .collect()
}

/// The event in a row that [`waiting`] selects.
fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let id = row::event_id(row, 1)?;
    let envelope: Envelope = row::json(row, 4)?;
    let given = envelope.correlation.as_deref().and_then(CorrelationId::given);
    Ok(Event {
        id,
        alias: envelope.alias.and_then(|alias| alias.parse().ok()),
        source: row.get(2)?,
        origin: Origin::Webhook,
        tenant: None,
        kind: kind(&envelope.kind),
        vendor_type: envelope.vendor_type,
        record: envelope.record.as_deref().and_then(row::record_key),
        account: row.get::<_, String>(3).map(present)?,
        webhook_id: envelope.webhook_id,
        correlation: given.unwrap_or_else(|| CorrelationId::of(&id)),
        occurred_at: envelope.occurred_at,
        received_at: envelope.received_at,
        body: Bytes::from(row.get::<_, Vec<u8>>(5)?),
    })
}

/// A kind that this build does not know reads as unknown.
fn kind(text: &str) -> EventKind {
    let Ok(kind) = text.parse();
    kind
}

fn summary(row: &Row<'_>) -> rusqlite::Result<HeldSummary> {
    let reason: String = row.get(3)?;
    Ok(HeldSummary {
        group: HeldGroup {
            source: row.get(0)?,
            account: row.get(1)?,
            app: row.get::<_, String>(2).map(present)?,
        },
        // A reason that this build does not know reads as the one that anybody can mend.
        reason: Reason::ALL
            .into_iter()
            .find(|known| known.name() == reason)
            .unwrap_or(Reason::NotConnected),
        events: row.get::<_, i64>(4)? as u64,
        last_at: row::timestamp(row, 6)?,
        bytes: row.get::<_, i64>(7)? as u64,
        first_at: row::timestamp(row, 8)?,
    })
}

/// The empty text stands for no value, since a missing value equals nothing in SQL.
fn present(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
