//! Consents in memory: a map by the hash of the state.

use jiff::Timestamp;

use super::Memory;
use crate::{
    CONSENT_MEMORY, ConsentOutcome, ConsentRequest, Consents, KeyHash, NoConsent, StorageError,
};

impl Consents for Memory {
    async fn add_consent(&self, request: ConsentRequest) -> Result<(), StorageError> {
        let consents = &mut self.lock().consents;
        let oldest = request.made_at.saturating_sub(CONSENT_MEMORY).unwrap_or(Timestamp::MIN);
        consents.retain(|_, known| known.ends_at >= oldest);
        consents.insert(request.state_hash, request);
        Ok(())
    }

    async fn take_consent(
        &self,
        state: &KeyHash,
        now: Timestamp,
    ) -> Result<Result<ConsentRequest, NoConsent>, StorageError> {
        let consents = &mut self.lock().consents;
        let Some(request) = consents.get_mut(state) else { return Ok(Err(NoConsent::Unknown)) };
        if request.outcome != ConsentOutcome::Open {
            return Ok(Err(NoConsent::Used));
        }
        if request.ends_at <= now {
            return Ok(Err(NoConsent::Expired));
        }
        request.outcome = ConsentOutcome::Taken;
        Ok(Ok(request.clone()))
    }

    async fn end_consent(
        &self,
        state: &KeyHash,
        outcome: ConsentOutcome,
    ) -> Result<bool, StorageError> {
        let consents = &mut self.lock().consents;
        let open = consents.get_mut(state).filter(|request| {
            matches!(request.outcome, ConsentOutcome::Open | ConsentOutcome::Taken)
        });
        let is_open = open.is_some();
        if let Some(request) = open {
            request.outcome = outcome;
        }
        Ok(is_open)
    }

    async fn consent(&self, state: &KeyHash) -> Result<Option<ConsentRequest>, StorageError> {
        Ok(self.lock().consents.get(state).cloned())
    }
}
