//! The client: sends operations with a token, within the rate budget, and repeats what it safely can.

mod attempts;
mod breaker;
mod forward;
mod jitter;
mod line;
mod patience;
mod settings;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt, future,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use endpoint::{Request, Secret, Timer, Transport};
use jiff::Timestamp;

use self::{
    attempts::{Attempts, unsent, with_token},
    breaker::Breaker,
    jitter::Jitter,
    line::{Entry, Lead, Line, Turn},
    patience::Patience,
};
use crate::{
    Call, Error, Profile, Tenant,
    auth::TokenSource,
    ledger::{Admission, CallLedger, MemoryLedger, News},
};

pub use self::{line::Priority, settings::Settings};

/// The shortest wait for the budget, so that a waiter always makes progress.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Calls HighLevel on behalf of one tenant. Cheap to clone.
///
/// Clones, and clients for other tenants made with [`Self::for_tenant`], share the connections,
/// the tokens and, per tenant, the rate budget. HighLevel counts per app and tenant: use one client
/// and its clones for all calls of one app. Calls that wait for the budget leave by
/// [`Priority`], and within one in the order in which they came.
pub struct Client<T, C> {
    shared: Arc<Shared<T, C>>,
    tenant: Tenant,
    lane: Arc<Lane>,
    priority: Priority,
}

/// What all clients for one tenant share.
struct Lane {
    line: Arc<Line>,
    breaker: Mutex<Breaker>,
}

struct Shared<T, C> {
    transport: T,
    timer: C,
    tokens: Arc<dyn TokenSource>,
    settings: Settings,
    ledger: Arc<dyn CallLedger>,
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
        let ledger = settings.ledger.clone().unwrap_or_else(|| Arc::new(MemoryLedger::default()));
        let lanes = Mutex::default();
        let shared = Shared { transport, timer, tokens, settings, ledger, jitter, lanes };
        Self::of(Arc::new(shared), tenant.into(), Priority::Interactive)
    }

    /// Carries out one operation, typed or raw; waits first while the rate budget is used up.
    ///
    /// - What HighLevel throttled (429) did not happen: all clones for this tenant pause for as
    ///   long as HighLevel says, or for the rest of the window, and the call is repeated.
    /// - A call whose token has expired is repeated once with a new one, where the
    ///   [`TokenSource`] has one. No other 401 asks for a new token.
    /// - A call that never left is repeated. One that may have been carried out is repeated only
    ///   where twice is as good as once ([`Profile::repeatable`]). A DELETE that is repeated
    ///   may find its record gone: its [`crate::Kind::NotFound`] may be its own doing.
    ///
    /// # Errors
    /// Whatever is left after that; [`Error::retry`] and [`Error::is_ambiguous`] say what follows.
    /// [`crate::Kind::DailyLimit`] when the day's calls are used up, and [`crate::Kind::Stopped`] when too many
    /// calls failed in a row ([`Settings::breaker_failures`]): nothing was sent, and
    /// [`Error::retry`] says when to try again.
    pub async fn call<O: Call>(&self, operation: &O) -> Result<O::Response, Error> {
        let (settings, profile) = (&self.shared.settings, operation.profile());
        let request = operation.request(&settings.base_url)?;
        let mut attempts = Attempts::new(Patience::new(settings, profile.repeatable));
        loop {
            let (token, sent) = self.begin(profile, &mut attempts).await?;
            match self.attempt(operation, &request, token.as_ref(), sent).await {
                Ok(reply) => return Ok(reply),
                Err(error) => self.settle(profile, &mut attempts, token.as_ref(), error).await?,
            }
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
        let outcome = self.shared.transport.send(with_token(request, token)).await;
        let now = self.shared.timer.now();
        self.note_end(now, outcome.as_ref().ok().map(|response| response.status));
        let mut response = outcome.map_err(|source| unsent(operation.profile(), source))?;
        if let Some(token) = token {
            response = response.without(token.expose());
        }
        let taught = News::in_headers(self.shared.settings.allowance(), sent, &response.headers);
        let outcome = operation.read(response);
        self.learn(taught, outcome.as_ref().err(), now).await;
        outcome
    }

    /// Waits until the budget grants a call, unless the breaker stops it; gives the moment. None
    /// where that would be after the deadline.
    async fn admit(
        &self,
        profile: Profile,
        deadline: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        // Before anything of the budget is spent on it.
        self.unless_stopped(profile, self.shared.timer.now())?;
        let Some(sent) = self.stand_in_line(profile, deadline).await? else { return Ok(None) };
        let admitted = self.breaker().admit(sent);
        admitted.map_err(|until| Error::stopped(profile.operation, sent, until))?;
        Ok(Some(sent))
    }

    fn unless_stopped(&self, profile: Profile, now: Timestamp) -> Result<(), Error> {
        match self.breaker().refusal(now) {
            Some(until) => Err(Error::stopped(profile.operation, now, until)),
            None => Ok(()),
        }
    }

    /// Waits behind those that came before, and asks the ledger once it is first.
    async fn stand_in_line(
        &self,
        profile: Profile,
        deadline: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        let lead = match self.lane.line.enter(self.priority) {
            Entry::Lead(lead) => lead,
            Entry::Wait(told) => match self.by(deadline, told).await {
                None => return Ok(None),
                Some(turn) => match turn.expect("a line outlives those that wait in it") {
                    Turn::Go(sent) => return Ok(Some(sent)),
                    Turn::Lead(lead) => lead,
                },
            },
        };
        self.lead(&lead, profile, deadline).await
    }

    /// Asks the ledger for calls and passes them on, until one is this caller's own.
    async fn lead(
        &self,
        lead: &Lead,
        profile: Profile,
        deadline: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        let (ledger, allowance) = (&self.shared.ledger, self.shared.settings.allowance());
        loop {
            let now = self.shared.timer.now();
            self.unless_stopped(profile, now)?;
            let asked = ledger.reserve(&self.tenant, allowance, now).await;
            let until = match asked.map_err(|error| Error::ledger(profile.operation, error))? {
                Admission::Granted if lead.pass(now) => return Ok(Some(now)),
                Admission::Granted => continue,
                Admission::WaitUntil(until) => until,
                Admission::DayOver(until) => {
                    return Err(Error::day_over(profile.operation, now, until));
                }
            };
            if deadline.is_some_and(|deadline| until > deadline) {
                return Ok(None);
            }
            let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default();
            self.shared.timer.sleep(wait.max(SHORTEST_WAIT)).await;
        }
    }

    /// What the future gives, unless the deadline comes first.
    async fn by<F: Future>(&self, deadline: Option<Timestamp>, future: F) -> Option<F::Output> {
        let Some(deadline) = deadline else { return Some(future.await) };
        let wait = deadline.duration_since(self.shared.timer.now());
        let sleep = self.shared.timer.sleep(Duration::try_from(wait).unwrap_or_default());
        let (mut future, mut sleep) = (pin!(future), pin!(sleep));
        future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => sleep.as_mut().poll(context).map(|()| None),
        })
        .await
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
        Self::of(Arc::clone(&self.shared), tenant.into(), self.priority)
    }

    /// The same client, whose calls are of this priority while they wait for the budget. A new
    /// client's are [`Priority::Interactive`].
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { priority, ..self.clone() }
    }

    /// Whose data this client's calls use.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn of(shared: Arc<Shared<T, C>>, tenant: Tenant, priority: Priority) -> Self {
        let lane = {
            let mut all = locked(&shared.lanes);
            let fresh = || Arc::new(Lane::new(&shared.settings));
            Arc::clone(all.entry(tenant.clone()).or_insert_with(fresh))
        };
        Self { shared, tenant, lane, priority }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        locked(&self.lane.breaker)
    }
}

impl Lane {
    fn new(settings: &Settings) -> Self {
        Self { line: Arc::default(), breaker: Mutex::new(Breaker::new(settings)) }
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
            priority: self.priority,
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
