//! The tokens of locations below a company: each is bought with the company's token, once, and kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use endpoint::{Method, Request, Response, Secret, Timer, Transport};
use jiff::Timestamp;
use tokio::sync::{Mutex as SlotLock, Semaphore};

use super::{
    TokenError, TokenEvent, TokenStore,
    form::{issued, request},
    rest::Rest,
    token_pair::Issued,
};
use crate::{Call, Client, CompanyId, Error, Kind, LocationId, Profile, Version};

/// How many exchanges are under way at the same time: after an installation in bulk every location
/// asks at once (`facts/highlevel.md` 2.3).
const AT_ONCE: usize = 8;

/// The waits while HighLevel says that a location lacks the app: it tells of an installation before
/// the installation counts.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];

/// Location tokens in this process. Their calls count against the company's limits.
pub(super) struct LocationTokens<T, C> {
    client: Client<T, C>,
    timer: C,
    store: Arc<dyn TokenStore>,
    slots: Mutex<HashMap<LocationId, Arc<SlotLock<Slot>>>>,
    permits: Semaphore,
}

#[derive(Default)]
struct Slot {
    token: Option<LocationToken>,
    rest: Rest,
}

struct LocationToken {
    access: Secret,
    due_at: Timestamp,
    expires_at: Timestamp,
}

impl<T: Transport, C: Timer> LocationTokens<T, C> {
    /// Buys with the tokens of this client, which is the company's.
    pub(super) fn new(client: Client<T, C>, timer: C, store: Arc<dyn TokenStore>) -> Self {
        let permits = Semaphore::new(AT_ONCE);
        Self { client, timer, store, slots: Mutex::default(), permits }
    }

    /// The token of a location, where there is one whose time has not come.
    pub(super) fn at_hand(&self, location: &LocationId) -> Option<Secret> {
        let slot = self.slot(location);
        let slot = slot.try_lock().ok()?;
        let token = slot.token.as_ref().filter(|token| self.timer.now() < token.due_at)?;
        Some(token.access.clone())
    }

    /// The token of a location below the company, and another one than `refused`.
    pub(super) async fn access(
        &self,
        company: &CompanyId,
        location: &LocationId,
        refused: Option<&Secret>,
    ) -> Result<Secret, TokenError> {
        let slot = self.slot(location);
        let mut slot = slot.lock().await;
        let now = self.timer.now();
        let is_refused = |token: &LocationToken| {
            refused.is_some_and(|refused| refused.expose() == token.access.expose())
        };
        slot.token.take_if(|token| is_refused(token) || now >= token.expires_at);
        let kept = slot.token.as_ref().map(|token| (token.access.clone(), token.due_at));
        if let Some((access, _)) = kept.as_ref().filter(|(_, due_at)| now < *due_at) {
            return Ok(access.clone());
        }
        let kept = kept.map(|(access, _)| access); // Before its end it still works.
        if let Some(error) = slot.rest.refusal(now) {
            return kept.ok_or(error);
        }
        // A location that had the app and lacks it is not about to get it.
        let waits = if refused.is_some() { &[] } else { &WAITS[..] };
        match self.exchange(company, location, waits).await {
            Ok(token) => {
                slot.rest.end();
                Ok(slot.token.insert(token).access.clone())
            }
            Err(error) => {
                slot.rest.begin(&error, self.timer.now());
                kept.ok_or(error)
            }
        }
    }

    /// Buys a token; waits where the app is about to be installed.
    async fn exchange(
        &self,
        company: &CompanyId,
        location: &LocationId,
        waits: &[Duration],
    ) -> Result<LocationToken, TokenError> {
        let exchange = Exchange { company, location };
        let mut waits = waits.iter();
        let error = loop {
            let outcome = {
                let _permit = self.permits.acquire().await.expect("nobody closes it");
                self.client.call(&exchange).await
            };
            let error = match outcome {
                Ok(issued) => {
                    self.store.note(TokenEvent::Exchanged(location)).await;
                    return Ok(self.token(issued));
                }
                Err(error) => error,
            };
            match (error.kind(), waits.next()) {
                (Some(Kind::NotInstalled), Some(wait)) => self.timer.sleep(*wait).await,
                _ => break error,
            }
        };
        let error = error.into_token_error();
        if let TokenError::Fetch(error) = &error {
            self.store.note(TokenEvent::ExchangeFailed(location, error)).await;
        }
        Err(error)
    }

    fn token(&self, issued: Issued) -> LocationToken {
        let (now, lifetime) = (self.timer.now(), issued.lifetime());
        let after = |wait: Duration| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        LocationToken {
            due_at: after(lifetime * 4 / 5),
            expires_at: after(lifetime),
            access: issued.access_token,
        }
    }

    fn slot(&self, location: &LocationId) -> Arc<SlotLock<Slot>> {
        let mut all = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(location.clone()).or_default())
    }
}

/// `POST /oauth/locationToken`: a company's token becomes a location's.
pub(crate) struct Exchange<'a> {
    company: &'a CompanyId,
    location: &'a LocationId,
}

impl Call for Exchange<'_> {
    type Response = Issued;

    fn profile(&self) -> Profile {
        Profile {
            operation: "oauth.get-location-access-token",
            method: Method::Post,
            repeatable: true, // Each time gives a token, and none takes another's place.
            scope: Some("oauth.write"),
            needs_token: true,
        }
    }

    fn request(&self, base_url: &str) -> Result<Request, Error> {
        let url = format!("{}/oauth/locationToken", base_url.trim_end_matches('/'));
        let fields = [("companyId", self.company.as_str()), ("locationId", self.location.as_str())];
        Ok(request(url, fields).with_header("version", Version::V2021_07_28.as_str()))
    }

    fn read(&self, response: Response) -> Result<Issued, Error> {
        issued(self.profile().operation, response)
    }
}
