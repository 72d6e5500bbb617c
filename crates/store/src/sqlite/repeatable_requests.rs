//! Repeatable requests on SQLite.

use bytes::Bytes;
use domain::{
    KeptReply, KnownRequest, NewRequest, RepeatableRequests, RequestKey, RequestMark, StorageError,
};
use rusqlite::{OptionalExtension, Row, Transaction};

use super::{Sqlite, row};

impl RepeatableRequests for Sqlite {
    async fn begin_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<KnownRequest>, StorageError> {
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM repeatable_request WHERE kept_until <= ?1";
            transaction.prepare_cached(sql)?.execute([request.begun_at.as_microsecond()])?;
            let (holder, word) = (request.key.holder.to_string(), &request.key.word);
            let sql = "SELECT mark, begun_at, status, body FROM repeatable_request
                       WHERE holder = ?1 AND word = ?2";
            let mut statement = transaction.prepare_cached(sql)?;
            if let Some(found) = statement.query_row((&holder, word), known).optional()? {
                return Ok(Some(found));
            }
            let sql = "INSERT INTO repeatable_request (holder, word, mark, begun_at, kept_until)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            transaction.prepare_cached(sql)?.execute((
                &holder,
                word,
                &request.mark.as_bytes()[..],
                request.begun_at.as_microsecond(),
                request.kept_until.as_microsecond(),
            ))?;
            Ok(None)
        };
        self.shared.state.write("begin a request", write).await
    }

    async fn end_request(&self, key: &RequestKey, reply: KeptReply) -> Result<(), StorageError> {
        let (holder, word) = (key.holder.to_string(), key.word.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE repeatable_request SET status = ?1, body = ?2
                       WHERE holder = ?3 AND word = ?4 AND status IS NULL";
            let row = (reply.status, &reply.body[..], holder, word);
            transaction.prepare_cached(sql)?.execute(row)?;
            Ok(())
        };
        self.shared.state.write("keep the answer to a request", write).await
    }

    async fn forget_request(&self, key: &RequestKey) -> Result<(), StorageError> {
        let (holder, word) = (key.holder.to_string(), key.word.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM repeatable_request
                       WHERE holder = ?1 AND word = ?2 AND status IS NULL";
            transaction.prepare_cached(sql)?.execute((holder, word))?;
            Ok(())
        };
        self.shared.state.write("forget a request", write).await
    }
}

fn known(row: &Row<'_>) -> rusqlite::Result<KnownRequest> {
    let (status, body): (Option<u16>, Option<Vec<u8>>) = (row.get(2)?, row.get(3)?);
    Ok(KnownRequest {
        mark: row.get(0).map(RequestMark::from_bytes)?,
        begun_at: row::timestamp(row, 1)?,
        reply: status.zip(body).map(|(status, body)| KeptReply { status, body: Bytes::from(body) }),
    })
}
