//! The consents that were asked for, on SQLite.

use bytes::Bytes;
use domain::{
    CONSENT_MEMORY, ConnectionId, ConsentOutcome, ConsentRequest, Consents, KeyHash, NoConsent,
    OrganizationId, SealedContent, StorageError, Tenant,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use super::{Sqlite, row};

/// The columns that [`request`] reads, in its order.
const COLUMNS: &str = "state_hash, organization, connection, renews, vendor, name, url, app, sealed, \
     master_key, actor, made_at, ends_at, outcome, detail";

impl Consents for Sqlite {
    async fn add_consent(&self, request: ConsentRequest) -> Result<(), StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let oldest = request.made_at.saturating_sub(CONSENT_MEMORY).unwrap_or(Timestamp::MIN);
            transaction
                .prepare_cached("DELETE FROM consent_request WHERE ends_at < ?1")?
                .execute([oldest.as_microsecond()])?;
            Ok(add(transaction, &request)?)
        };
        self.shared.state.write("store a consent", write).await
    }

    async fn take_consent(
        &self,
        state: &KeyHash,
        now: Timestamp,
    ) -> Result<Result<ConsentRequest, NoConsent>, StorageError> {
        let state = *state;
        let write = move |transaction: &Transaction<'_>| {
            let Some(request) = find(transaction, &state)? else {
                return Ok(Err(NoConsent::Unknown));
            };
            if request.outcome != ConsentOutcome::Open {
                return Ok(Err(NoConsent::Used));
            }
            if request.ends_at <= now {
                return Ok(Err(NoConsent::Expired));
            }
            note(transaction, &state, &ConsentOutcome::Taken)?;
            Ok(Ok(ConsentRequest { outcome: ConsentOutcome::Taken, ..request }))
        };
        self.shared.state.write("take a consent", write).await
    }

    async fn end_consent(
        &self,
        state: &KeyHash,
        outcome: ConsentOutcome,
    ) -> Result<bool, StorageError> {
        let state = *state;
        let write =
            move |transaction: &Transaction<'_>| Ok(note(transaction, &state, &outcome)? > 0);
        self.shared.state.write("note what became of a consent", write).await
    }

    async fn consent(&self, state: &KeyHash) -> Result<Option<ConsentRequest>, StorageError> {
        let state = *state;
        let read = move |connection: &Connection| Ok(find(connection, &state)?);
        self.shared.state.read("read a consent", read).await
    }
}

fn add(transaction: &Transaction<'_>, request: &ConsentRequest) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO consent_request ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    );
    transaction.prepare_cached(&sql)?.execute((
        &request.state_hash.as_bytes()[..],
        request.tenant.organization.as_str(),
        request.tenant.connection.as_str(),
        request.renews,
        &request.vendor,
        &request.name,
        &request.url,
        row::to_json(&request.app)?,
        &request.secrets.bytes[..],
        &request.secrets.master_key,
        request.actor.to_string(),
        request.made_at.as_microsecond(),
        request.ends_at.as_microsecond(),
        request.outcome.name(),
        detail(&request.outcome)?,
    ))?;
    Ok(())
}

/// Notes what became of a consent that has not ended; how many those were.
fn note(
    transaction: &Transaction<'_>,
    state: &KeyHash,
    outcome: &ConsentOutcome,
) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "UPDATE consent_request SET outcome = ?2, detail = ?3
             WHERE state_hash = ?1 AND outcome IN ('open', 'taken')",
        )?
        .execute((&state.as_bytes()[..], outcome.name(), detail(outcome)?))
}

/// What an outcome carries: the connection and the findings as JSON, or a sentence.
fn detail(outcome: &ConsentOutcome) -> rusqlite::Result<Option<String>> {
    match outcome {
        ConsentOutcome::Open | ConsentOutcome::Taken => Ok(None),
        ConsentOutcome::Connected { connection, findings } => {
            row::to_json(&(connection, findings)).map(Some)
        }
        ConsentOutcome::Failed(reason) => Ok(Some(reason.clone())),
    }
}

fn find(connection: &Connection, state: &KeyHash) -> rusqlite::Result<Option<ConsentRequest>> {
    let sql = format!("SELECT {COLUMNS} FROM consent_request WHERE state_hash = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([&state.as_bytes()[..]], request).optional()
}

fn request(row: &Row<'_>) -> rusqlite::Result<ConsentRequest> {
    let outcome = match row.get::<_, String>(13)?.as_str() {
        "open" => ConsentOutcome::Open,
        "connected" => {
            let (connection, findings) = row::json(row, 14)?;
            ConsentOutcome::Connected { connection, findings }
        }
        "failed" => ConsentOutcome::Failed(row.get(14)?),
        // Whatever a later program writes here is none that anybody may take.
        _ => ConsentOutcome::Taken,
    };
    Ok(ConsentRequest {
        state_hash: KeyHash::from_bytes(row.get(0)?),
        tenant: Tenant {
            organization: OrganizationId::new(&row.get::<_, String>(1)?),
            connection: ConnectionId::new(&row.get::<_, String>(2)?),
        },
        renews: row.get(3)?,
        vendor: row.get(4)?,
        name: row.get(5)?,
        url: row.get(6)?,
        app: row::json(row, 7)?,
        secrets: SealedContent {
            bytes: Bytes::from(row.get::<_, Vec<u8>>(8)?),
            master_key: row.get(9)?,
        },
        actor: row::parsed(row, 10)?,
        made_at: row::timestamp(row, 11)?,
        ends_at: row::timestamp(row, 12)?,
        outcome,
    })
}
