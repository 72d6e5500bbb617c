//! Repeatable requests in memory: a map by their keys.

use std::collections::BTreeMap;

use super::Memory;
use crate::{KeptReply, KnownRequest, NewRequest, RepeatableRequests, RequestKey, StorageError};

#[derive(Default)]
pub(super) struct RequestState {
    rows: BTreeMap<RequestKey, (NewRequest, Option<KeptReply>)>,
}

impl RepeatableRequests for Memory {
    async fn begin_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<KnownRequest>, StorageError> {
        let rows = &mut self.lock().requests.rows;
        rows.retain(|_, (known, _)| known.kept_until > request.begun_at);
        if let Some((known, reply)) = rows.get(&request.key) {
            let (mark, begun_at) = (known.mark, known.begun_at);
            return Ok(Some(KnownRequest { mark, begun_at, reply: reply.clone() }));
        }
        rows.insert(request.key.clone(), (request, None));
        Ok(None)
    }

    async fn end_request(&self, key: &RequestKey, reply: KeptReply) -> Result<(), StorageError> {
        if let Some((_, kept)) = self.lock().requests.rows.get_mut(key) {
            kept.get_or_insert(reply);
        }
        Ok(())
    }

    async fn forget_request(&self, key: &RequestKey) -> Result<(), StorageError> {
        let rows = &mut self.lock().requests.rows;
        if rows.get(key).is_some_and(|(_, reply)| reply.is_none()) {
            rows.remove(key);
        }
        Ok(())
    }
}
