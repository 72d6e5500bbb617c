//! The guard: turns the API key of a request into somebody, and lets them in or not.

mod rate;
mod uses;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Actor, ApiKey, ApiKeySecret, Clock, KeyHash, KeyState, Storage, StorageError};
use policy::access::{self, Denial, Exposure, Need, Principal};
use tokio::sync::watch;

pub(crate) use self::rate::Allowance;
use self::{rate::Rates, uses::Uses};
use crate::problem::{Kind, Problem};

/// The header for keys that older tools know, in lower case.
pub(crate) const KEY_HEADER: &str = "x-api-key";

/// How long uses of keys are gathered before they are written.
const GATHER: Duration = Duration::from_secs(10);

/// Who calls: what a guarded handler finds in its request.
#[derive(Clone)]
pub(crate) struct Caller {
    /// The key, which counts; none for the administrator of the installation, and for who holds a
    /// token of an authorization server.
    pub(crate) key: Option<Arc<ApiKey>>,
    /// How the audit names whoever it is.
    pub(crate) actor: Actor,
    /// What it stands for.
    pub(crate) principal: Arc<Principal>,
}

impl Caller {
    /// How the audit names it.
    pub(crate) fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

/// Watches over routes.
pub(crate) struct Guard<S> {
    store: S,
    clock: Arc<dyn Clock>,
    lock: Lock,
    uses: Uses,
    rates: Rates,
}

/// What the guard goes by besides the store.
#[derive(Clone, Copy)]
pub(crate) struct Lock {
    /// Who can reach the address.
    pub(crate) exposure: Exposure,
    /// The key of the installation's administrator; none where nobody administers it from afar.
    pub(crate) administrator: Option<KeyHash>,
    /// How many requests a minute each API key has; 0 for any number.
    pub(crate) requests_per_minute: u32,
}

/// One guarded route.
pub(crate) struct Post<S> {
    pub(crate) guard: Arc<Guard<S>>,
    pub(crate) need: &'static Need,
}

impl<S> Clone for Post<S> {
    fn clone(&self) -> Self {
        Self { guard: Arc::clone(&self.guard), need: self.need }
    }
}

impl<S: Storage> Guard<S> {
    /// A guard of what this store keeps.
    pub(crate) fn new(store: S, clock: Arc<dyn Clock>, lock: Lock) -> Self {
        let rates = Rates::new(lock.requests_per_minute);
        Self { store, clock, lock, uses: Uses::default(), rates }
    }

    /// Whether everybody may have this without a word.
    pub(crate) fn is_open(&self, need: &Need) -> bool {
        access::decide(need, None, self.lock.exposure).is_ok()
    }

    /// Writes down the uses of keys from time to time, until the word to stop.
    pub(crate) async fn run(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        // A sender that is gone means the same as its word.
        while tokio::time::timeout(GATHER, stopped.wait_for(|stopped| *stopped)).await.is_err() {
            self.write_uses().await;
        }
    }

    /// Writes down the uses that were gathered; those that cannot be written wait for the next time.
    pub(crate) async fn write_uses(&self) {
        let uses = self.uses.take();
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store.note_use(uses.clone()).await {
            tracing::warn!(%error, keys = uses.len(), "the use of API keys cannot be noted yet");
            self.uses.put_back(uses);
        }
    }

    /// Whether somebody may do something here.
    pub(crate) fn decide(&self, need: &Need, principal: Option<&Principal>) -> Result<(), Denial> {
        access::decide(need, principal, self.lock.exposure)
    }

    /// The key with this hash, where it counts; its use is noted.
    pub(crate) async fn active(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StorageError> {
        let now = self.clock.now();
        let key = self.store.api_key_by_hash(hash).await?;
        let key = key.filter(|key| key.state(now) == KeyState::Active);
        if let Some(key) = &key {
            self.uses.note(&key.id, now);
        }
        Ok(key)
    }

    /// Ends a key.
    pub(crate) async fn revoke(&self, key: &ApiKey) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.store.revoke_api_key(&key.organization, &key.id, now).await.map(|_| ())
    }

    /// Who calls; none where no key that counts came, for whatever reason.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Result<Option<Caller>, StorageError> {
        let Some(text) = presented(headers) else { return Ok(None) };
        if self.lock.administrator.is_some_and(|key| key == KeyHash::of(text)) {
            let principal = Arc::new(Principal::installation());
            return Ok(Some(Caller { key: None, actor: Actor::Installation, principal }));
        }
        let Some(secret) = ApiKeySecret::parse(text) else { return Ok(None) };
        let Some(key) = self.active(&secret.hash()).await? else { return Ok(None) };
        let principal = Arc::new(Principal::of_key(&key));
        let actor = Actor::Key(key.id.clone());
        Ok(Some(Caller { key: Some(Arc::new(key)), actor, principal }))
    }

    /// Lets a request in that may go on; and what its key has left, where that is bounded.
    async fn admit(
        &self,
        need: &Need,
        headers: &HeaderMap,
    ) -> (Result<Caller, Problem>, Option<Allowance>) {
        let caller = match self.caller(headers).await {
            Ok(caller) => caller,
            Err(error) => return (Err(error.into()), None),
        };
        let (admitted, allowance) = self.let_in(need, caller);
        (admitted.map_err(Problem::from), allowance)
    }

    /// Lets somebody in who may go on; and what their key has left, where that is bounded.
    pub(crate) fn let_in(
        &self,
        need: &Need,
        caller: Option<Caller>,
    ) -> (Result<Caller, Stopped>, Option<Allowance>) {
        // What may not be done counts too: it costs as much.
        let holder = caller.as_ref().map(|caller| &caller.actor);
        let holder = holder.filter(|actor| matches!(actor, Actor::Key(_) | Actor::Token(_)));
        let allowance = holder.and_then(|holder| self.rates.spend(holder, self.clock.now()));
        if let Some(Allowance { is_admitted: false, seconds, .. }) = allowance {
            metrics::counter!("highwire_requests_refused_total", "reason" => "key_rate")
                .increment(1);
            let hint = "wait for so many seconds as `Retry-After` says";
            let problem = Problem::new(Kind::TooMany, "the key asked too often", hint);
            return (Err(Stopped::TooOften(problem.after(u64::from(seconds)))), allowance);
        }
        let principal = caller.as_ref().map(|caller| &*caller.principal);
        let decided = access::decide(need, principal, self.lock.exposure);
        let caller = decided.and_then(|()| caller.ok_or(Denial::Unknown));
        (caller.map_err(Stopped::Denied), allowance)
    }
}

/// Why somebody is not let in.
pub(crate) enum Stopped {
    /// They may not.
    Denied(Denial),
    /// They asked too often.
    TooOften(Problem),
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Denied(denial) => denial.into(),
            Stopped::TooOften(problem) => problem,
        }
    }
}

/// Lets a request in with its caller, or answers it.
pub(crate) async fn watch<S: Storage>(
    State(post): State<Post<S>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (admitted, allowance) = post.guard.admit(post.need, request.headers()).await;
    let mut response = match admitted {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(allowance) = allowance {
        allowance.tell(response.headers_mut());
    }
    response
}

/// The one secret of a request. Two of them are none: nobody can say which one was meant.
pub(crate) fn presented(headers: &HeaderMap) -> Option<&str> {
    let bearers = headers.get_all(header::AUTHORIZATION).iter().map(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    let plain = headers.get_all(KEY_HEADER).iter().map(|value| value.to_str().ok());
    let mut all = bearers.chain(plain);
    match (all.next(), all.next()) {
        (Some(Some(text)), None) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(pairs: &[(&'static str, String)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let secret = presented(&headers).and_then(ApiKeySecret::parse);
        secret.map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_key_comes_in_one_of_two_headers_and_once() {
        let (_, secret) = ApiKeySecret::from_random(&[7; ApiKeySecret::RANDOM]);
        let text = secret.expose().to_owned();
        let bearer = |text: &str| ("authorization", format!("Bearer {text}"));
        let plain = |text: &str| ("x-api-key", text.to_owned());
        assert_eq!(read(&[bearer(&text)]), Some(text.clone()));
        assert_eq!(read(&[("authorization", format!("bearer {text}"))]), Some(text.clone()));
        assert_eq!(read(&[plain(&text)]), Some(text.clone()));
        for wrong in [
            vec![],
            vec![("authorization", text.clone())],
            vec![("authorization", format!("Basic {text}"))],
            vec![bearer(&text), bearer(&text)],
            vec![plain(&text), plain(&text)],
            vec![bearer(&text), plain(&text)],
            vec![bearer("other"), plain(&text)],
            vec![("authorization", "Basic Og==".to_owned()), plain(&text)],
            vec![plain("")],
            vec![plain(&format!("{text} {text}"))],
        ] {
            assert_eq!(read(&wrong), None, "{wrong:?}");
        }
    }
}
