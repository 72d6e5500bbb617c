//! The client: sends operations within the rate budget and waits out throttling.

mod patience;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub use endpoint::Timer;
use endpoint::{Budget, Endpoint, Request, Reservation, Secret, Transport};

use self::patience::{Next, Patience};
use crate::{Error, resources};

/// The version of Notion's API that this crate speaks, sent with every call.
pub const VERSION: &str = "2026-03-11";

/// The header that says what a call is called in the logs of everybody on its way.
const CORRELATION_HEADER: &str = "x-correlation-id";

/// What Notion's rate limit counts within: fixed minutes (`facts/notion.md` 0).
const WINDOW: Duration = Duration::from_secs(60);

/// How a client reaches Notion.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Notion is, without `/v1`.
    pub base_url: String,
    /// The token of a connection: an internal secret, an OAuth access token or a personal one.
    pub token: Secret,
    /// How many calls leave in any 60 seconds, at least one. Notion allows a connection 180, and
    /// 600 on its Business and Enterprise plans (`facts/notion.md` 0).
    pub requests_per_minute: u32,
    /// How often one call is repeated after it was throttled (429, 529) before it fails.
    pub throttle_retries: u32,
}

impl Settings {
    /// The defaults, with a token.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self { token, ..Self::default() }
    }
}

impl Default for Settings {
    /// Notion itself, 180 calls a minute, three repetitions, and an empty token, which Notion
    /// answers with `unauthorized`.
    fn default() -> Self {
        Self {
            base_url: "https://api.notion.com".to_owned(),
            token: Secret::new(""),
            requests_per_minute: 180,
            throttle_retries: 3,
        }
    }
}

/// Calls Notion. Cheap to clone; clones share the connection and its rate budget.
///
/// The budget belongs to the token: use one client and its clones for all calls with one token.
/// Calls that wait for the budget leave in no particular order.
pub struct Client<T, C> {
    shared: Arc<Shared<T, C>>,
    /// What its calls are called, where their caller said so.
    correlation: Option<Arc<str>>,
}

struct Shared<T, C> {
    transport: T,
    timer: C,
    settings: Settings,
    budget: Mutex<Budget>,
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// A client with a whole budget. Nothing is sent.
    #[must_use]
    pub fn new(transport: T, timer: C, settings: Settings) -> Self {
        let limit = usize::try_from(settings.requests_per_minute.max(1)).unwrap_or(usize::MAX);
        let budget = Mutex::new(Budget::new(limit, WINDOW));
        Self { shared: Arc::new(Shared { transport, timer, settings, budget }), correlation: None }
    }

    /// The same client, whose calls carry this text in the header `X-Correlation-Id`. It has to be one
    /// that can stand in a header.
    #[must_use]
    pub fn correlated(&self, id: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), correlation: Some(id.into()) }
    }

    /// How many calls leave in any 60 seconds ([`Settings::requests_per_minute`]).
    #[must_use]
    pub fn requests_per_minute(&self) -> u32 {
        self.shared.settings.requests_per_minute.max(1)
    }

    /// How many calls left in the last minute, which is what the limit counts.
    #[must_use]
    pub fn calls_this_minute(&self) -> usize {
        let now = self.shared.timer.now();
        let (calls, _) = self.budget().state();
        let minute = jiff::SignedDuration::try_from(WINDOW).unwrap_or_default();
        calls.into_iter().filter(|call| now.duration_since(*call) < minute).count()
    }

    /// Carries out one operation; waits first while the rate budget is used up.
    ///
    /// What Notion throttled (429, 529) certainly did not happen: all clones pause for as long as
    /// Notion says, then the call is repeated, at most [`Settings::throttle_retries`] times. An
    /// operation that only reads is repeated twice, after 0.5 and 1.5 seconds, when Notion fails
    /// (500 to 504). Everything else is the caller's to repeat.
    ///
    /// # Errors
    /// Whatever is left after that; [`Error::retry`] and [`Error::is_ambiguous`] say what follows.
    pub async fn call<E: Endpoint>(&self, operation: &E) -> Result<E::Response, Error> {
        let request = self.request(operation).map_err(|call| Error::of::<E>(call))?;
        let reads = resources::only_reads::<E>();
        let mut patience = Patience::new(self.shared.settings.throttle_retries, reads);
        loop {
            self.reserve().await;
            let error = match self.attempt::<E>(request.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if let Some(pause) = patience::pause(&error) {
                let until = self.shared.timer.now().saturating_add(pause);
                self.budget().pause(until.unwrap_or(jiff::Timestamp::MAX));
            }
            match patience.after(&error) {
                Next::GiveUp => return Err(error),
                Next::Again(wait) => self.shared.timer.sleep(wait).await,
                Next::AfterPause => {}
            }
        }
    }

    /// The whole request, credentials included.
    fn request<E: Endpoint>(&self, operation: &E) -> Result<Request, endpoint::Error> {
        let settings = &self.shared.settings;
        let bearer = format!("Bearer {}", settings.token.expose());
        let request = endpoint::encode(&settings.base_url, operation)?
            .with_header("authorization", bearer)
            .with_header("notion-version", VERSION);
        Ok(match &self.correlation {
            Some(id) => request.with_header(CORRELATION_HEADER, &**id),
            None => request,
        })
    }

    async fn attempt<E: Endpoint>(&self, request: Request) -> Result<E::Response, Error> {
        let outcome = match self.shared.transport.send(request).await {
            Ok(response) => {
                endpoint::decode::<E>(response.without(self.shared.settings.token.expose()))
            }
            Err(source) => {
                Err(endpoint::Error::Send { operation: E::NAME, method: E::METHOD, source })
            }
        };
        outcome.map_err(|call| Error::of::<E>(call))
    }

    /// Waits until the budget grants a call.
    async fn reserve(&self) {
        loop {
            let now = self.shared.timer.now();
            let reservation = self.budget().reserve(now);
            match reservation {
                Reservation::Granted => return,
                Reservation::Wait(wait) => self.shared.timer.sleep(wait).await,
            }
        }
    }
}

impl<T, C> Client<T, C> {
    /// A budget is whole between any two of its calls, so one that a panic left behind is good.
    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.shared.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, C> Clone for Client<T, C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), correlation: self.correlation.clone() }
    }
}

impl<T, C> fmt::Debug for Client<T, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}
