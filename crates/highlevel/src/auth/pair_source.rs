//! The pair of one installation: refreshed in time, by one caller of one process, and stored before use.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use endpoint::{Secret, Timer, Transport};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex as FlightLock, MutexGuard as FlightGuard};

use super::{
    OAuthApp, Pending, StoredPair, TokenError, TokenEvent, TokenPair, TokenSource, TokenStore,
    Turn,
    form::{Form, Repetitions},
    rest::Rest,
};
use crate::{Kind, Tenant};

/// How often somebody who needs a new pair looks whether the process whose turn it is has stored one.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long somebody waits for others: two turns that were not given back, and more.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Gives the access token of the tenant that the app was installed in, and no other.
pub(super) struct PairSource<T, C> {
    transport: T,
    timer: C,
    app: OAuthApp,
    pub(super) store: Arc<dyn TokenStore>,
    pair: Mutex<Arc<TokenPair>>,
    flight: FlightLock<Flight>,
}

/// What only the one who refreshes may touch.
#[derive(Default)]
struct Flight {
    unstored: Option<Unstored>,
    rest: Rest,
}

/// A pair that HighLevel issued and the store has not taken.
struct Unstored {
    pair: TokenPair,
    /// The access token of the pair that it was issued in place of.
    after: Secret,
}

impl<T: Transport, C: Timer> PairSource<T, C> {
    pub(super) fn new(
        transport: T,
        timer: C,
        app: OAuthApp,
        pair: TokenPair,
        store: Arc<dyn TokenStore>,
    ) -> Self {
        let pair = Mutex::new(Arc::new(pair));
        Self { transport, timer, app, store, pair, flight: FlightLock::default() }
    }

    /// The newest pair that this process knows.
    pub(super) fn pair(&self) -> Arc<TokenPair> {
        Arc::clone(&self.pair.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The access token, where its time has not come.
    pub(super) fn at_hand(&self) -> Option<Secret> {
        let pair = self.pair();
        (self.timer.now() < due_at(&pair)).then(|| pair.access.clone())
    }

    /// Takes up what another process stored, unless a refresh is under way.
    pub(super) async fn look(&self) -> Result<(), TokenError> {
        let Ok(mut flight) = self.flight.try_lock() else { return Ok(()) };
        let stored = self.stored().await?;
        self.adopt(stored, &mut flight);
        Ok(())
    }

    /// The access token, refreshed where its time has come.
    async fn current(&self) -> Result<Secret, TokenError> {
        let (pair, now) = (self.pair(), self.timer.now());
        if now < due_at(&pair) {
            return Ok(pair.access.clone());
        }
        if now >= pair.expires_at {
            return self.replacing(&pair.access).await;
        }
        let Ok(mut flight) = self.flight.try_lock() else {
            return Ok(pair.access.clone()); // Somebody else is at it, and this one still works.
        };
        if flight.rest.refusal(now).is_some() {
            return Ok(pair.access.clone());
        }
        match self.refresh(&mut flight, None).await {
            Ok(fresh) => Ok(fresh.access.clone()),
            Err(_) => Ok(pair.access.clone()),
        }
    }

    /// Another access token in place of `refused`.
    async fn replacing(&self, refused: &Secret) -> Result<Secret, TokenError> {
        let mut flight = self.flight.lock().await;
        let (pair, now) = (self.pair(), self.timer.now());
        if pair.access.expose() != refused.expose() {
            return Ok(pair.access.clone());
        }
        if let Some(error) = flight.rest.refusal(now) {
            // Somebody may have given consent again since.
            let stored = self.stored().await?;
            return match self.adopt(stored, &mut flight) {
                Some(pair) => Ok(pair.access.clone()),
                None => Err(error),
            };
        }
        let deadline = now.saturating_add(LONGEST_WAIT).unwrap_or(Timestamp::MAX);
        Ok(self.refresh(&mut flight, Some(deadline)).await?.access.clone())
    }

    /// Gives the next pair, stored. Waits for a turn until the deadline; without one, not at all.
    ///
    /// A caller that gives up half-way loses nothing: the next one repeats the refresh, and within
    /// 30 seconds HighLevel answers it with the same pair.
    async fn refresh(
        &self,
        flight: &mut FlightGuard<'_, Flight>,
        deadline: Option<Timestamp>,
    ) -> Result<Arc<TokenPair>, TokenError> {
        let outcome = self.refresh_by(flight, deadline).await;
        let now = self.timer.now();
        match &outcome {
            Ok(_) => flight.rest.end(),
            Err(TokenError::NeedsConsent(error)) => {
                self.store.note(TokenEvent::NeedsConsent(error)).await;
            }
            Err(TokenError::Fetch(error)) => {
                self.store.note(TokenEvent::RefreshFailed(error)).await;
            }
            Err(_) => {}
        }
        match &outcome {
            // What the store failed at, it may do now: only one caller at a time asks it.
            Err(TokenError::Store(_)) if deadline.is_some() => {}
            Err(error) => flight.rest.begin(error, now),
            Ok(_) => {}
        }
        outcome
    }

    async fn refresh_by(
        &self,
        flight: &mut FlightGuard<'_, Flight>,
        deadline: Option<Timestamp>,
    ) -> Result<Arc<TokenPair>, TokenError> {
        loop {
            // Before the turn is taken: who only has to read what another stored needs none.
            let stored = self.stored().await?;
            if let Some(pair) = self.adopt(stored, flight) {
                if self.timer.now() < pair.expires_at {
                    return Ok(pair);
                }
                continue; // It is old as well: this process slept for long.
            }
            if let Some(turn) = self.store.take_turn().await.map_err(store_error)? {
                let outcome = self.refresh_in(turn, flight).await;
                self.store.end_turn(turn).await;
                if let Some(pair) = outcome? {
                    return Ok(pair);
                }
            }
            if deadline.is_none_or(|deadline| self.timer.now() >= deadline) {
                return Err(TokenError::Busy);
            }
            self.timer.sleep(LOOK_EVERY).await;
        }
    }

    /// Refreshes in this turn; none where the turn was lost.
    async fn refresh_in(
        &self,
        turn: Turn,
        flight: &mut FlightGuard<'_, Flight>,
    ) -> Result<Option<Arc<TokenPair>>, TokenError> {
        // Read again: whoever had the turn before has stored what it got.
        let stored = self.stored().await?;
        let version = stored.version;
        if let Some(pair) = self.adopt(stored, flight) {
            return Ok(Some(pair));
        }
        let current = self.pair();
        let kept = flight.unstored.take();
        let kept = kept.filter(|kept| kept.after.expose() == current.access.expose());
        let next = match kept {
            Some(kept) => kept.pair,
            None => match self.fetch(&current, turn).await {
                Ok(Some(pair)) => pair,
                Ok(None) => return Ok(None),
                Err(error) => return self.after_refusal(error, flight).await,
            },
        };
        // No caller that gives up may lose it from here on.
        let after = current.access.clone();
        let unstored = &*flight.unstored.insert(Unstored { pair: next, after });
        if !self.store.store(&unstored.pair, turn, version).await.map_err(store_error)? {
            return Ok(None);
        }
        let pair = Arc::new(unstored.pair.clone());
        flight.unstored = None;
        self.put(&pair);
        self.store.note(TokenEvent::Refreshed).await;
        Ok(Some(pair))
    }

    /// A refresh token that is dead may have been used by a process whose turn was over before it
    /// had stored what it got: its pair counts.
    async fn after_refusal(
        &self,
        error: TokenError,
        flight: &mut FlightGuard<'_, Flight>,
    ) -> Result<Option<Arc<TokenPair>>, TokenError> {
        if matches!(error, TokenError::NeedsConsent(_)) {
            let stored = self.stored().await?;
            if let Some(pair) = self.adopt(stored, flight) {
                return Ok(Some(pair));
            }
        }
        Err(error)
    }

    /// Buys the next pair; none where the turn was lost between two attempts.
    async fn fetch(
        &self,
        current: &TokenPair,
        turn: Turn,
    ) -> Result<Option<TokenPair>, TokenError> {
        let user_type = match current.tenant {
            Tenant::Company(_) => "Company",
            Tenant::Location(_) => "Location",
        };
        let fields = [
            ("client_id", self.app.client_id.as_str()),
            ("client_secret", self.app.client_secret.expose()),
            ("grant_type", "refresh_token"),
            ("refresh_token", current.refresh.expose()),
            ("user_type", user_type),
        ];
        let form = Form { fields: &fields };
        let mut repetitions = Repetitions::begin(self.timer.now());
        loop {
            let error = match form.attempt(&self.transport, &self.app.base_url).await {
                Ok(issued) => return Ok(Some(issued.succeeding(current, self.timer.now()))),
                Err(error) => error,
            };
            if error.kind() == Some(&Kind::BadGrant) {
                return Err(TokenError::NeedsConsent(Arc::new(error)));
            }
            let Some(wait) = repetitions.after(&error, self.timer.now()) else {
                return Err(TokenError::Fetch(Arc::new(error)));
            };
            self.timer.sleep(wait).await;
            if !self.store.extend_turn(turn).await.map_err(store_error)? {
                return Ok(None);
            }
        }
    }

    async fn stored(&self) -> Result<StoredPair, TokenError> {
        let stored = self.store.newest().await.map_err(store_error)?;
        stored.ok_or(TokenError::Disconnected)
    }

    /// Takes over what another process stored; none where it is the pair that is known.
    fn adopt(
        &self,
        stored: StoredPair,
        flight: &mut FlightGuard<'_, Flight>,
    ) -> Option<Arc<TokenPair>> {
        if stored.pair.access.expose() == self.pair().access.expose() {
            return None;
        }
        let pair = Arc::new(stored.pair);
        self.put(&pair);
        flight.unstored = None;
        flight.rest.end();
        Some(pair)
    }

    fn put(&self, pair: &Arc<TokenPair>) {
        *self.pair.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(pair);
    }
}

impl<T: Transport, C: Timer> TokenSource for PairSource<T, C> {
    fn access<'a>(&'a self, _tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        Box::pin(self.current())
    }

    fn renew<'a>(
        &'a self,
        _tenant: &'a Tenant,
        refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        Box::pin(async move { self.replacing(refused).await.map(Some) })
    }
}

fn store_error(source: super::StoreError) -> TokenError {
    TokenError::Store(source.into())
}

/// When four fifths of a pair's life are over.
fn due_at(pair: &TokenPair) -> Timestamp {
    let life: SignedDuration = pair.expires_at.duration_since(pair.issued_at);
    pair.issued_at.saturating_add(life * 4 / 5).unwrap_or(pair.expires_at)
}
