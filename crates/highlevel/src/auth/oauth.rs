//! OAuth: a pair of tokens that is refreshed in time, and location tokens bought with a company's.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use endpoint::{Secret, Timer, Transport};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex as FlightLock, MutexGuard as FlightGuard};

use super::{Pending, TokenError, TokenPair, TokenSource, TokenStore, form::Form};
use crate::{CompanyId, Error, Kind, LocationId, Tenant, Version};

/// How long a refresh before its time is left alone after it failed: the token still works.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(60);

/// The app that a person installed. `Debug` does not print its secret.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    /// Where HighLevel is, usually `https://services.leadconnectorhq.com`.
    pub base_url: String,
    /// The client id, such as `66f…-lx1…`; the part before the dash is the app's id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
}

impl OAuthApp {
    /// The app's id, as webhooks and the list of installations name it.
    #[must_use]
    pub fn app_id(&self) -> &str {
        self.client_id.split('-').next().unwrap_or_default()
    }
}

/// Gives tokens of an installed app (`facts/highlevel.md` 2.2, 2.3).
///
/// - A pair is refreshed when four fifths of its life are over, or when HighLevel says that it has
///   expired. However many calls need that at once, one refresh is made in this process.
/// - The new pair is handed to the [`TokenStore`] before it is first used.
/// - For a location below the company that installed the app, a location token is bought on first
///   use and kept until four fifths of its life are over.
pub struct OAuth<T, C> {
    transport: T,
    timer: C,
    app: OAuthApp,
    store: Arc<dyn TokenStore>,
    pair: Mutex<Arc<TokenPair>>,
    flight: FlightLock<Flight>,
    locations: Mutex<HashMap<LocationId, Arc<FlightLock<Option<LocationToken>>>>>,
}

/// What only the one who refreshes may touch.
#[derive(Default)]
struct Flight {
    /// A pair that HighLevel issued and the store did not take.
    unstored: Option<TokenPair>,
    /// No refresh before its time is tried before this.
    not_before: Option<Timestamp>,
}

struct LocationToken {
    access: Secret,
    due_at: Timestamp,
    expires_at: Timestamp,
}

impl<T: Transport, C: Timer> OAuth<T, C> {
    /// Takes over the newest pair that was stored. Nothing is sent.
    #[must_use]
    pub fn new(
        transport: T,
        timer: C,
        app: OAuthApp,
        pair: TokenPair,
        store: Arc<dyn TokenStore>,
    ) -> Self {
        Self {
            transport,
            timer,
            app,
            store,
            pair: Mutex::new(Arc::new(pair)),
            flight: FlightLock::default(),
            locations: Mutex::default(),
        }
    }

    fn pair(&self) -> Arc<TokenPair> {
        Arc::clone(&self.pair.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The installed tenant's access token, refreshed where its time has come.
    async fn own_access(&self) -> Result<Secret, TokenError> {
        let (pair, now) = (self.pair(), self.timer.now());
        if now < due_at(&pair) {
            return Ok(pair.access.clone());
        }
        if now >= pair.expires_at {
            return self.renew_own(&pair.access).await;
        }
        let Ok(mut flight) = self.flight.try_lock() else {
            return Ok(pair.access.clone()); // Somebody else is at it, and this one still works.
        };
        if flight.not_before.is_some_and(|until| now < until) {
            return Ok(pair.access.clone());
        }
        match self.refresh(&mut flight).await {
            Ok(access) => Ok(access),
            Err(_) => {
                flight.not_before = now.saturating_add(REST_AFTER_FAILURE).ok();
                Ok(pair.access.clone())
            }
        }
    }

    /// Another access token in place of `refused`, of the installed tenant.
    async fn renew_own(&self, refused: &Secret) -> Result<Secret, TokenError> {
        let mut flight = self.flight.lock().await;
        let pair = self.pair();
        if pair.access.expose() != refused.expose() {
            return Ok(pair.access.clone());
        }
        self.refresh(&mut flight).await
    }

    /// Buys the next pair and stores it. A caller that gives up half-way loses nothing: the next
    /// one repeats the refresh, and within 30 seconds HighLevel answers it with the same pair.
    async fn refresh(&self, flight: &mut FlightGuard<'_, Flight>) -> Result<Secret, TokenError> {
        let current = self.pair();
        let next = match flight.unstored.take() {
            Some(pair) => pair,
            None => self.fetch(&current).await?,
        };
        if let Err(source) = self.store.store(&next).await {
            flight.unstored = Some(next);
            return Err(TokenError::Store(source));
        }
        let access = next.access.clone();
        flight.not_before = None;
        *self.pair.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(access)
    }

    async fn fetch(&self, current: &TokenPair) -> Result<TokenPair, TokenError> {
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
        let issued = token_form(&fields)
            .send(&self.transport, &self.timer, &self.app.base_url)
            .await
            .map_err(|error| TokenError::Fetch(Box::new(error)))?;
        Ok(issued.succeeding(current, self.timer.now()))
    }

    /// The token of a location below the installed company.
    async fn location_access(
        &self,
        company: &CompanyId,
        location: &LocationId,
        refused: Option<&Secret>,
    ) -> Result<Secret, TokenError> {
        let slot = {
            let mut all = self.locations.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(location.clone()).or_default())
        };
        let mut slot = slot.lock().await;
        let now = self.timer.now();
        let is_refused = |token: &LocationToken| {
            refused.is_some_and(|refused| refused.expose() == token.access.expose())
        };
        let kept = slot.as_ref().filter(|token| !is_refused(token) && now < token.expires_at);
        if let Some(token) = kept.filter(|token| now < token.due_at) {
            return Ok(token.access.clone());
        }
        match self.exchange(company, location).await {
            Ok(token) => Ok(slot.insert(token).access.clone()),
            // Before its end the old one still works.
            Err(error) => kept.map(|token| token.access.clone()).ok_or(error),
        }
    }

    /// Buys a location token, with a fresh company token where the first has expired.
    async fn exchange(
        &self,
        company: &CompanyId,
        location: &LocationId,
    ) -> Result<LocationToken, TokenError> {
        let mut bearer = self.own_access().await?;
        let mut error = match self.exchange_with(&bearer, company, location).await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        if error.kind() == Some(&Kind::Expired) {
            bearer = self.renew_own(&bearer).await?;
            error = match self.exchange_with(&bearer, company, location).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
        }
        Err(TokenError::Fetch(Box::new(error)))
    }

    async fn exchange_with(
        &self,
        bearer: &Secret,
        company: &CompanyId,
        location: &LocationId,
    ) -> Result<LocationToken, Error> {
        let fields = [("companyId", company.as_str()), ("locationId", location.as_str())];
        let form = Form {
            operation: "oauth.get-location-access-token",
            path: "/oauth/locationToken",
            version: Some(Version::V2021_07_28),
            bearer: Some(bearer.expose()),
            fields: &fields,
        };
        let issued = form.send(&self.transport, &self.timer, &self.app.base_url).await?;
        let (now, lifetime) = (self.timer.now(), issued.lifetime());
        let after = |wait: Duration| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        Ok(LocationToken {
            due_at: after(lifetime * 4 / 5),
            expires_at: after(lifetime),
            access: issued.access_token,
        })
    }
}

impl<T: Transport, C: Timer> TokenSource for OAuth<T, C> {
    fn access<'a>(&'a self, tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        Box::pin(async move {
            match (&self.pair().tenant, tenant) {
                (own, wanted) if own == wanted => self.own_access().await,
                (Tenant::Company(company), Tenant::Location(location)) => {
                    self.location_access(company, location, None).await
                }
                (_, wanted) => Err(TokenError::OtherTenant(wanted.clone())),
            }
        })
    }

    fn renew<'a>(
        &'a self,
        tenant: &'a Tenant,
        refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        Box::pin(async move {
            let renewed = match (&self.pair().tenant, tenant) {
                (own, wanted) if own == wanted => self.renew_own(refused).await,
                (Tenant::Company(company), Tenant::Location(location)) => {
                    self.location_access(company, location, Some(refused)).await
                }
                (_, wanted) => Err(TokenError::OtherTenant(wanted.clone())),
            };
            renewed.map(Some)
        })
    }
}

impl<T, C> fmt::Debug for OAuth<T, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OAuth").field("app", &self.app).finish_non_exhaustive()
    }
}

/// A call of the token endpoint.
pub(super) fn token_form<'a>(fields: &'a [(&'static str, &'a str)]) -> Form<'a> {
    Form {
        operation: "oauth.get-access-token",
        path: "/oauth/token",
        version: None,
        bearer: None,
        fields,
    }
}

/// When four fifths of a pair's life are over.
fn due_at(pair: &TokenPair) -> Timestamp {
    let life: SignedDuration = pair.expires_at.duration_since(pair.issued_at);
    pair.issued_at.saturating_add(life * 4 / 5).unwrap_or(pair.expires_at)
}
