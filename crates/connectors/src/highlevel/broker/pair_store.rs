//! The pair of a connection, kept sealed, and refreshed by whoever holds its lease.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::{
    Actor, Audit, Credential, CredentialKey, Credentials, Epoch, Lease, LeaseClaim, LeaseReply,
    Leases, NewAudit, Outcome, Profiles, Standing, Tenant,
};
use endpoint::Timer;
use highlevel::{
    Error, Kind,
    auth::{Pending, StoreError, StoredPair, TURN, TokenEvent, TokenPair, TokenStore, Turn},
};
use jiff::Timestamp;

use crate::{Safe, SafeError};

/// What the tokens of one connection need of the store.
pub(super) struct PairStore<S, C> {
    pub(super) store: S,
    pub(super) safe: Safe<S>,
    pub(super) timer: C,
    pub(super) tenant: Tenant,
    /// Who takes turns: no two at the same time have this name.
    pub(super) holder: String,
    /// Who opens the pair.
    pub(super) actor: Actor,
    pub(super) opened: Opened,
}

/// The stored form that was opened last, and the pair in it: waiting for another process would
/// otherwise open it five times a second.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<Option<(Bytes, TokenPair)>>>);

impl Opened {
    fn get(&self, sealed: &Bytes) -> Option<TokenPair> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(bytes, _)| bytes == sealed).map(|(_, pair)| pair.clone())
    }

    fn put(&self, sealed: Bytes, pair: TokenPair) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((sealed, pair));
    }
}

impl<S, C> PairStore<S, C>
where
    S: Credentials + Leases + Profiles + Audit,
    C: Timer,
{
    /// The pair and when it was stored; none where there is none, or what is stored is none.
    pub(super) async fn read(&self) -> Result<Option<(TokenPair, Timestamp)>, SafeError> {
        let Some(stored) = self.store.credential(&self.key()).await? else { return Ok(None) };
        if let Some(pair) = self.opened.get(&stored.content.bytes) {
            return Ok(Some((pair, stored.stored_at)));
        }
        let opened = self.safe.open_stored(&stored, &self.actor).await?;
        let Some(pair) = TokenPair::from_json(&opened) else { return Ok(None) };
        self.opened.put(stored.content.bytes, pair.clone());
        Ok(Some((pair, stored.stored_at)))
    }

    fn key(&self) -> CredentialKey {
        CredentialKey::new(&self.tenant, CredentialKey::TOKEN_PAIR)
    }

    fn lease(&self, turn: Turn) -> Lease {
        Lease { name: lease_name(&self.tenant), epoch: Epoch(turn.0) }
    }

    fn turn_ends(&self) -> Timestamp {
        self.timer.now().saturating_add(TURN).unwrap_or(Timestamp::MAX)
    }

    async fn write(&self, pair: &TokenPair, turn: Turn, replaced: u64) -> Result<bool, StoreError> {
        let replaced = Timestamp::from_microsecond(replaced.cast_signed())?;
        let credential: Credential = self.safe.sealed(&self.key(), &pair.to_json()).await?;
        let sealed = credential.content.bytes.clone();
        let lease = self.lease(turn);
        let kept = self.store.put_credential_fenced(credential, &lease, replaced).await?;
        if kept {
            self.opened.put(sealed, pair.clone());
        }
        Ok(kept)
    }

    async fn take(&self) -> Result<Option<Turn>, StoreError> {
        let claim = LeaseClaim {
            name: lease_name(&self.tenant),
            holder: self.holder.clone(),
            now: self.timer.now(),
            until: self.turn_ends(),
        };
        Ok(match self.store.take_lease(claim).await? {
            LeaseReply::Granted(lease) => Some(Turn(lease.epoch.0)),
            LeaseReply::HeldUntil(_) => None,
        })
    }

    async fn tell(&self, event: TokenEvent<'_>) {
        let (act, outcome, subject, detail) = match &event {
            TokenEvent::Refreshed => ("token.refreshed", Outcome::Done, None, None),
            TokenEvent::Exchanged(location) => {
                ("token.exchanged", Outcome::Done, Some(location.to_string()), None)
            }
            TokenEvent::RefreshFailed(error) => {
                ("token.failed", Outcome::Failed, None, Some(why(error)))
            }
            TokenEvent::ExchangeFailed(location, error) => {
                ("token.failed", Outcome::Failed, Some(location.to_string()), Some(why(error)))
            }
            TokenEvent::NeedsConsent(_) => {
                ("token.failed", Outcome::Failed, None, Some(LOST.to_owned()))
            }
            _ => return,
        };
        self.warn(&event);
        let now = self.timer.now();
        let standing = match event {
            TokenEvent::Refreshed => Some(Standing::Ready),
            TokenEvent::NeedsConsent(_) => {
                Some(Standing::NeedsConsent { since: now, reason: LOST.to_owned() })
            }
            _ => None,
        };
        let noted = NewAudit {
            at: now,
            organization: Some(self.tenant.organization.clone()),
            connection: Some(self.tenant.connection.clone()),
            actor: self.actor.clone(),
            act: act.to_owned(),
            outcome,
            subject,
            detail,
        };
        let mut failed = self.store.note_audit(vec![noted]).await.err();
        if let Some(standing) = standing {
            failed = self.store.set_standing(&self.tenant, standing, now).await.err().or(failed);
        }
        if let Some(error) = failed {
            let connection = self.tenant.connection.as_str();
            tracing::warn!(%error, connection.id = connection, "what happened to tokens is not noted");
        }
    }

    fn warn(&self, event: &TokenEvent<'_>) {
        let connection = self.tenant.connection.as_str();
        match event {
            TokenEvent::NeedsConsent(_) => tracing::error!(
                connection.id = connection,
                "the tokens of a connection are lost; let the person who installed the app agree again, \
                 with the link that `highwire connect highlevel --again {connection}` gives"
            ),
            TokenEvent::RefreshFailed(error) => tracing::warn!(
                connection.id = connection,
                reason = why(error),
                "the tokens of a connection are not refreshed; it is tried again"
            ),
            _ => {}
        }
    }
}

/// Why a connection needs consent.
const LOST: &str = "HighLevel does not take its refresh token any more";

impl<S, C> TokenStore for PairStore<S, C>
where
    S: Credentials + Leases + Profiles + Audit + Send + Sync,
    C: Timer,
{
    fn newest<'a>(&'a self) -> Pending<'a, Result<Option<StoredPair>, StoreError>> {
        Box::pin(async move {
            let found = self.read().await?;
            let stored = |(pair, stored_at): (TokenPair, Timestamp)| StoredPair {
                pair,
                version: stored_at.as_microsecond().cast_unsigned(),
            };
            Ok(found.map(stored))
        })
    }

    fn store<'a>(
        &'a self,
        pair: &'a TokenPair,
        turn: Turn,
        replaced: u64,
    ) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.write(pair, turn, replaced))
    }

    fn take_turn<'a>(&'a self) -> Pending<'a, Result<Option<Turn>, StoreError>> {
        Box::pin(self.take())
    }

    fn extend_turn<'a>(&'a self, turn: Turn) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(
            async move { Ok(self.store.renew_lease(&self.lease(turn), self.turn_ends()).await?) },
        )
    }

    fn end_turn<'a>(&'a self, turn: Turn) -> Pending<'a, ()> {
        Box::pin(async move {
            if let Err(error) = self.store.release_lease(&self.lease(turn)).await {
                tracing::debug!(%error, "a turn ends by itself");
            }
        })
    }

    fn note<'a>(&'a self, event: TokenEvent<'a>) -> Pending<'a, ()> {
        Box::pin(self.tell(event))
    }
}

fn lease_name(tenant: &Tenant) -> String {
    format!("tokens/{}/{}", tenant.organization, tenant.connection)
}

/// What went wrong, without what HighLevel says: its messages may quote values.
fn why(error: &Error) -> String {
    match (error.kind(), error.status()) {
        (Some(Kind::InactiveLocation), _) => "the location is suspended".to_owned(),
        (Some(Kind::NotInstalled), _) => "the location does not have the app".to_owned(),
        (_, Some(status)) => format!("HighLevel answered with status {status}"),
        (_, None) => "HighLevel did not answer".to_owned(),
    }
}
