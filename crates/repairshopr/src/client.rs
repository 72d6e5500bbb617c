//! The client: sends operations within the address's rate budget and waits out throttling.

mod address_budget;
mod patience;
#[cfg(test)]
mod tests;
mod tokens;

use std::{fmt, sync::Arc};

pub use endpoint::Timer;
use endpoint::{Endpoint, Request, Reservation, Secret, Transport};

pub use self::address_budget::{AddressBudget, AddressLedger, Pending};
use self::patience::{Next, Patience};
use crate::Error;

/// The header that says what a call is called in the logs of everybody on its way.
const CORRELATION_HEADER: &str = "x-correlation-id";

/// The longest name of a host's part.
const LONGEST_SUBDOMAIN: usize = 63;

/// How a client reaches one account of RepairShopr.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the account is, without `/api/v1`; [`base_url`] makes it of a subdomain.
    pub base_url: String,
    /// The account's API token.
    pub key: Secret,
    /// How often one call is repeated after it was throttled (429) before it fails.
    pub throttle_retries: u32,
}

impl Settings {
    /// Three repetitions after throttling.
    #[must_use]
    pub fn new(base_url: String, key: Secret) -> Self {
        Self { base_url, key, throttle_retries: 3 }
    }
}

/// The address of the account with this subdomain, the first part of the address that people see in
/// their browser; none where the text cannot be one, so that no text leads to another host.
#[must_use]
pub fn base_url(subdomain: &str) -> Option<String> {
    let name = subdomain.trim().to_ascii_lowercase();
    let fits = (1..=LONGEST_SUBDOMAIN).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    fits.then(|| format!("https://{name}.repairshopr.com"))
}

/// Calls one account. Cheap to clone; clones share the connection.
pub struct Client<T, C> {
    shared: Arc<Shared<T, C>>,
    /// What its calls are called, where their caller said so.
    correlation: Option<Arc<str>>,
}

struct Shared<T, C> {
    transport: T,
    timer: C,
    settings: Settings,
    budget: AddressBudget,
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// A client that spends from `budget`. Nothing is sent.
    #[must_use]
    pub fn new(transport: T, timer: C, settings: Settings, budget: AddressBudget) -> Self {
        let shared = Shared { transport, timer, settings, budget };
        Self { shared: Arc::new(shared), correlation: None }
    }

    /// The same client, whose calls carry this text in the header `X-Correlation-Id`. It has to be one
    /// that can stand in a header.
    #[must_use]
    pub fn correlated(&self, id: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), correlation: Some(id.into()) }
    }

    /// Carries out one operation; waits first while the budget of the address is used up.
    ///
    /// After throttling (429) everybody with the same budget pauses for as long as RepairShopr says,
    /// or a minute, then the call is repeated, at most [`Settings::throttle_retries`] times. When
    /// RepairShopr fails (500 to 504, or a page of HTML in place of an answer), a call that only reads
    /// is repeated twice, after 1 and 4 seconds. One that writes is not: it may have been carried out
    /// ([`Error::is_ambiguous`]).
    ///
    /// # Errors
    /// Whatever is left after that; [`Error::kind`] and [`Error::hint`] say what follows.
    pub async fn call<E: Endpoint>(&self, operation: &E) -> Result<E::Response, Error> {
        let request = self.request(operation).map_err(|call| Error::of::<E>(call))?;
        let mut patience = Patience::new(self.shared.settings.throttle_retries);
        loop {
            self.reserve().await;
            let error = match self.attempt::<E>(request.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if let Some(pause) = patience::pause(&error) {
                let now = self.shared.timer.now();
                let until = now.saturating_add(pause).unwrap_or(jiff::Timestamp::MAX);
                self.shared.budget.pause(until, now).await;
            }
            match patience.after(&error, E::METHOD) {
                Next::GiveUp => return Err(error),
                Next::Again(wait) => self.shared.timer.sleep(wait).await,
                Next::AfterPause => {}
            }
        }
    }

    /// The whole request, credential included.
    fn request<E: Endpoint>(&self, operation: &E) -> Result<Request, endpoint::Error> {
        let settings = &self.shared.settings;
        let bearer = format!("Bearer {}", settings.key.expose());
        let request =
            endpoint::encode(&settings.base_url, operation)?.with_header("authorization", bearer);
        Ok(match &self.correlation {
            Some(id) => request.with_header(CORRELATION_HEADER, &**id),
            None => request,
        })
    }

    async fn attempt<E: Endpoint>(&self, request: Request) -> Result<E::Response, Error> {
        let outcome = match self.shared.transport.send(request).await {
            Ok(response) => {
                let response = response.without(self.shared.settings.key.expose());
                endpoint::decode::<E>(tokens::blotted(response))
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
            match self.shared.budget.reserve(now).await {
                Reservation::Granted => return,
                Reservation::Wait(wait) => self.shared.timer.sleep(wait).await,
            }
        }
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
