//! The client: sends operations with a token, within the rate budget, and repeats what it safely can.

mod breaker;
mod jitter;
pub(crate) mod limits;
mod patience;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use endpoint::{Request, Retry, Secret, Timer, Transport};
use jiff::Timestamp;

use self::{
    breaker::Breaker,
    jitter::Jitter,
    limits::{Admission, Limits},
    patience::{Next, Patience},
};
use crate::{Call, Error, Kind, Profile, Tenant, auth::TokenSource};

/// How a client reaches HighLevel and how patient it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where HighLevel is.
    pub base_url: String,
    /// How many calls leave in any [`Self::window`] for one tenant, at least one. HighLevel allows
    /// 100, and a sandbox agency 25 (`facts/highlevel.md` 3); replies that name a lower number
    /// lower it.
    pub requests_per_window: u32,
    /// The stretch of time in which calls are counted: 10 seconds.
    pub window: Duration,
    /// Added to the window, because calls arrive in other distances than they leave.
    pub window_margin: Duration,
    /// How many calls leave in any 24 hours for one tenant, at least one. HighLevel allows 200,000.
    pub requests_per_day: u32,
    /// How often a call is repeated after the connection or HighLevel failed: after 0.5, 1 and then
    /// 2 seconds each, give or take a fifth.
    pub retries: u32,
    /// How often one call is repeated after it was throttled (429); none for any number of times.
    pub throttle_retries: Option<u32>,
    /// How long after its first attempt a call may still be repeated, for whatever reason; none
    /// for ever. Waiting for the budget before the first attempt does not count.
    pub patience: Option<Duration>,
    /// How many attempts in a row that HighLevel did not answer, or answered with a fault of its
    /// own (5xx), stop all calls for one tenant; none never. A client has one host, so host and
    /// tenant are what is stopped.
    pub breaker_failures: Option<u32>,
    /// How long calls are stopped. Then one is let through, and its answer decides for all.
    pub breaker_rest: Duration,
    /// Decides how repetitions spread. Give each process another one.
    pub jitter_seed: u64,
}

impl Default for Settings {
    /// HighLevel itself with its documented limits; three repetitions after failures, as many as
    /// it takes after throttling, within five minutes; a minute of rest after five failures.
    fn default() -> Self {
        Self {
            base_url: "https://services.leadconnectorhq.com".to_owned(),
            requests_per_window: 100,
            window: Duration::from_secs(10),
            window_margin: Duration::from_millis(100),
            requests_per_day: 200_000,
            retries: 3,
            throttle_retries: None,
            patience: Some(Duration::from_secs(300)),
            breaker_failures: Some(5),
            breaker_rest: Duration::from_secs(60),
            jitter_seed: 0,
        }
    }
}

/// Calls HighLevel on behalf of one tenant. Cheap to clone.
///
/// Clones, and clients for other tenants made with [`Self::for_tenant`], share the connections,
/// the tokens and, per tenant, the rate budget. HighLevel counts per app and tenant: use one client
/// and its clones for all calls of one app. Calls that wait for the budget leave in no particular
/// order.
pub struct Client<T, C> {
    shared: Arc<Shared<T, C>>,
    tenant: Tenant,
    lane: Arc<Lane>,
}

/// What all clients for one tenant share.
struct Lane {
    limits: Mutex<Limits>,
    breaker: Mutex<Breaker>,
}

struct Shared<T, C> {
    transport: T,
    timer: C,
    tokens: Arc<dyn TokenSource>,
    settings: Settings,
    jitter: Jitter,
    lanes: Mutex<HashMap<Tenant, Arc<Lane>>>,
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// A client with a whole budget. Nothing is sent.
    #[must_use]
    pub fn new(
        transport: T,
        timer: C,
        tokens: Arc<dyn TokenSource>,
        tenant: impl Into<Tenant>,
        settings: Settings,
    ) -> Self {
        let jitter = Jitter::new(settings.jitter_seed);
        let lanes = Mutex::default();
        let shared = Shared { transport, timer, tokens, settings, jitter, lanes };
        Self::of(Arc::new(shared), tenant.into())
    }

    /// Carries out one operation, typed or raw; waits first while the rate budget is used up.
    ///
    /// - What HighLevel throttled (429) did not happen: all clones for this tenant pause for as
    ///   long as HighLevel says, or for the rest of the window, and the call is repeated.
    /// - A call whose token has expired is repeated once with a new one, where the
    ///   [`TokenSource`] has one. No other 401 asks for a new token.
    /// - A call that never left is repeated. One that may have been carried out is repeated only
    ///   where twice is as good as once ([`Profile::repeatable`]). A DELETE that is repeated
    ///   may find its record gone: its [`Kind::NotFound`] may be its own doing.
    ///
    /// # Errors
    /// Whatever is left after that; [`Error::retry`] and [`Error::is_ambiguous`] say what follows.
    /// [`Kind::DailyLimit`] when the day's calls are used up, and [`Kind::Stopped`] when too many
    /// calls failed in a row ([`Settings::breaker_failures`]): nothing was sent, and
    /// [`Error::retry`] says when to try again.
    pub async fn call<O: Call>(&self, operation: &O) -> Result<O::Response, Error> {
        let (settings, profile) = (&self.shared.settings, operation.profile());
        let request = operation.request(&settings.base_url)?;
        let mut patience = Patience::new(settings, profile.repeatable);
        let (mut renewed, mut last) = (None, None);
        loop {
            let sent = match self.admit(profile).await {
                Ok(sent) => sent,
                // What happened to the call itself says more than why it is not repeated.
                Err(refused) if refused.kind() == Some(&Kind::Stopped) => {
                    return Err(last.unwrap_or(refused));
                }
                Err(refused) => return Err(refused),
            };
            patience.start(sent);
            let token = self.token(profile, renewed.as_ref()).await?;
            let error = match self.attempt(operation, &request, token.as_ref(), sent).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if let (Some(Kind::Expired), Some(token), None) = (error.kind(), &token, &renewed) {
                renewed = self.renew(profile, token).await?;
                match renewed {
                    Some(_) => continue,
                    None => return Err(error),
                }
            }
            match patience.after(&error, self.shared.timer.now(), &self.shared.jitter) {
                Next::GiveUp => return Err(error),
                Next::Again(wait) => self.shared.timer.sleep(wait).await,
                Next::AfterPause => {}
            }
            last = Some(error);
        }
    }

    /// One attempt. Its reply teaches the limits, whatever it says.
    async fn attempt<O: Call>(
        &self,
        operation: &O,
        request: &Request,
        token: Option<&Secret>,
        sent: Timestamp,
    ) -> Result<O::Response, Error> {
        let mut request = request.clone();
        if let Some(token) = token {
            let bearer = format!("Bearer {}", token.expose());
            request = request.with_header("authorization", bearer);
        }
        let outcome = self.shared.transport.send(request).await;
        let now = self.shared.timer.now();
        let answered = outcome.as_ref().is_ok_and(|response| response.status < 500);
        self.breaker().note(now, answered);
        let response = outcome.map_err(|source| {
            let profile = operation.profile();
            let Profile { operation, method, .. } = profile;
            Error::of(profile, endpoint::Error::Send { operation, method, source })
        })?;
        self.limits().learn(sent, now, &response);
        match operation.read(response) {
            Ok(reply) => Ok(reply),
            Err(error) => {
                self.pause_after(&error, now);
                Err(error)
            }
        }
    }

    fn pause_after(&self, error: &Error, now: Timestamp) {
        let Some(response) = error.response().filter(|response| response.status == 429) else {
            return;
        };
        let named = match error.retry() {
            Retry::After(wait) => Some(wait),
            Retry::Backoff | Retry::Never => None,
        };
        self.limits().throttled(now, response, named);
    }

    /// Waits until the budget grants a call, unless the breaker stops it; gives the moment.
    async fn admit(&self, profile: Profile) -> Result<Timestamp, Error> {
        let stopped = |now, until| Error::stopped(profile.operation, now, until);
        let now = self.shared.timer.now();
        if let Some(until) = self.breaker().refusal(now) {
            return Err(stopped(now, until)); // Before anything of the budget is spent on it.
        }
        let sent = self.reserve(profile).await?;
        let admitted = self.breaker().admit(sent);
        admitted.map_err(|until| stopped(sent, until))?;
        Ok(sent)
    }

    /// Waits until the budget grants a call; gives the moment at which it did.
    async fn reserve(&self, profile: Profile) -> Result<Timestamp, Error> {
        loop {
            let now = self.shared.timer.now();
            let admission = self.limits().reserve(now);
            match admission {
                Admission::Granted => return Ok(now),
                Admission::Wait(wait) => self.shared.timer.sleep(wait).await,
                Admission::DayOver(until) => {
                    return Err(Error::day_over(profile.operation, now, until));
                }
            }
        }
    }

    async fn token(
        &self,
        profile: Profile,
        renewed: Option<&Secret>,
    ) -> Result<Option<Secret>, Error> {
        if !profile.needs_token || renewed.is_some() {
            return Ok(renewed.cloned());
        }
        let token = self.shared.tokens.access(&self.tenant).await;
        token.map(Some).map_err(|error| Error::credential(profile.operation, error))
    }

    async fn renew(&self, profile: Profile, refused: &Secret) -> Result<Option<Secret>, Error> {
        let renewed = self.shared.tokens.renew(&self.tenant, refused).await;
        renewed.map_err(|error| Error::credential(profile.operation, error))
    }
}

impl<T, C> Client<T, C> {
    /// The same client for another tenant.
    #[must_use]
    pub fn for_tenant(&self, tenant: impl Into<Tenant>) -> Self {
        Self::of(Arc::clone(&self.shared), tenant.into())
    }

    /// Whose data this client's calls use.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn of(shared: Arc<Shared<T, C>>, tenant: Tenant) -> Self {
        let lane = {
            let mut all = locked(&shared.lanes);
            let fresh = || Arc::new(Lane::new(&shared.settings));
            Arc::clone(all.entry(tenant.clone()).or_insert_with(fresh))
        };
        Self { shared, tenant, lane }
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        locked(&self.lane.limits)
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        locked(&self.lane.breaker)
    }
}

impl Lane {
    fn new(settings: &Settings) -> Self {
        let limits = Mutex::new(Limits::new(settings));
        Self { limits, breaker: Mutex::new(Breaker::new(settings)) }
    }
}

/// What these locks guard is whole between any two calls, so what a panic left behind is good.
fn locked<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T, C> Clone for Client<T, C> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            tenant: self.tenant.clone(),
            lane: Arc::clone(&self.lane),
        }
    }
}

impl<T, C> fmt::Debug for Client<T, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("settings", &self.shared.settings)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
