//! Posts notifications to subscriptions, signed as Standard Webhooks says.
//!
//! A receiver cannot be asked what it has, so whatever is in doubt is sent again under the same
//! `webhook-id`, by which the receiver knows it.

mod notary;
pub(crate) mod signature;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    Action, Actor, Audit, BoxFuture, Clock, CredentialKey, Credentials, Destination, Failure,
    Forbearance, Intent, NewAudit, Next, Notification, Outcome, Receipt, StorageError,
    Subscription, SubscriptionState, Subscriptions,
};
use endpoint::{Method, Request, Response, Transport, TransportError, reach};
use jiff::Timestamp;

pub use self::notary::{Notary, Randomness};
use self::signature::SigningKey;
use crate::Safe;

/// How long one call may take: the standard advises 15 to 30 s at most, and a receiver that works
/// before it answers is better off with a queue.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of a reply is read, so that its connection can be used again. Nothing of it is kept.
pub const REPLY_LIMIT: usize = 16 * 1024;

/// The longest that a receiver can ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// How often a state that somebody else changes at the same time is tried to be changed.
const TRIES: usize = 5;

/// Tells subscriptions.
pub struct Subscriber<S, T> {
    store: S,
    safe: Safe<S>,
    transport: T,
    clock: Arc<dyn Clock>,
    forbearance: Forbearance,
    /// The keys that were opened. A version of a secret never changes.
    keys: Mutex<HashMap<CredentialKey, SigningKey>>,
}

impl<S, T> Subscriber<S, T>
where
    S: Subscriptions + Credentials + Audit + Clone + Send + Sync,
    T: Transport,
{
    /// A subscriber over this store. The transport has to be one that judges where it goes.
    #[must_use]
    pub fn new(
        store: S,
        safe: Safe<S>,
        (transport, clock): (T, Arc<dyn Clock>),
        forbearance: Forbearance,
    ) -> Self {
        Self { store, safe, transport, clock, forbearance, keys: Mutex::default() }
    }

    /// Disables the subscriptions that nobody hears any more, also those that nothing is sent to.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn disable_worn_out(&self) -> Result<(), StorageError> {
        for subscription in self.store.subscriptions(None).await? {
            let now = self.clock.now();
            if let Some(reason) = subscription.is_worn_out(now, self.forbearance) {
                self.disable(&subscription, now, reason).await?;
            }
        }
        Ok(())
    }

    async fn tell(&self, action: &Action) -> Result<Receipt, Failure> {
        let Intent::Notify(notification) = &action.intent else {
            return Err(failure(
                Next::GiveUp,
                "subscriptions are told of events only; report this as a bug",
            ));
        };
        let found = self.store.subscription(&notification.subscription).await.map_err(storage)?;
        let Some(subscription) = found else {
            return Err(failure(Next::GiveUp, "its subscription was removed"));
        };
        if subscription.state != SubscriptionState::Active {
            return Err(failure(Next::Hold(None), "its subscription is not active; resume it"));
        }
        let request = self.request(&subscription, action, notification).await?;
        let sent = self.transport.send(request).await;
        let told = verdict(sent.as_ref());
        self.note(&subscription, sent.as_ref().ok(), told.is_ok()).await.map_err(storage)?;
        told
    }

    async fn request(
        &self,
        subscription: &Subscription,
        action: &Action,
        notification: &Notification,
    ) -> Result<Request, Failure> {
        let now = self.clock.now();
        let mut signatures = Vec::new();
        for version in subscription.secret.signing(now) {
            let key = self.key(&subscription.secret_key(version)).await?;
            signatures.push(key.sign(&notification.message, now, &notification.body));
        }
        let header = |name: &str, value: String| (name.to_owned(), value);
        Ok(Request {
            method: Method::Post,
            url: subscription.url.clone(),
            headers: vec![
                header("content-type", "application/json".to_owned()),
                header("webhook-id", notification.message.clone()),
                header("webhook-timestamp", now.as_second().to_string()),
                header("webhook-signature", signatures.join(" ")),
                header("x-correlation-id", action.correlation.to_string()),
            ],
            body: notification.body.clone().into(),
        })
    }

    /// The key of a version of a secret.
    async fn key(&self, place: &CredentialKey) -> Result<SigningKey, Failure> {
        if let Some(key) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(place) {
            return Ok(key.clone());
        }
        let opened = self.safe.open(place, &Actor::Hub).await;
        // Nothing of this subscription can be signed before an operator has done something.
        let opened = opened.map_err(|error| failure(Next::Hold(None), &error.to_string()))?;
        let key = opened.as_ref().and_then(SigningKey::of).ok_or_else(|| {
            failure(Next::Hold(None), "its secret is not there; rotate it to make another")
        })?;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(place.clone(), key.clone());
        Ok(key)
    }

    /// Notes how the receiver fares, and disables a subscription that nobody hears any more.
    async fn note(
        &self,
        subscription: &Subscription,
        reply: Option<&Response>,
        was_taken: bool,
    ) -> Result<(), StorageError> {
        let now = self.clock.now();
        let id = &subscription.id;
        if was_taken {
            return match subscription.failing_since {
                Some(_) => self.store.note_failing(id, None).await,
                None => Ok(()),
            };
        }
        if subscription.failing_since.is_none() {
            self.store.note_failing(id, Some(now)).await?;
        }
        let gone = reply
            .is_some_and(|reply| reply.status == 410)
            .then(|| "the receiver answered 410 Gone; give another address or resume".to_owned());
        match gone.or_else(|| subscription.is_worn_out(now, self.forbearance)) {
            Some(reason) => self.disable(subscription, now, reason).await,
            None => Ok(()),
        }
    }

    async fn disable(
        &self,
        known: &Subscription,
        now: Timestamp,
        reason: String,
    ) -> Result<(), StorageError> {
        for _ in 0..TRIES {
            let found = self.store.subscription(&known.id).await?;
            // Whoever gave it another address or another state since then knows better.
            let is_same = |one: &Subscription| one.url == known.url && one.state == known.state;
            let Some(current) = found.filter(is_same) else { return Ok(()) };
            if self.store.put_subscription(current.disabled(now, reason.clone())).await? {
                tracing::warn!(subscription = %known.id, reason, "a subscription is disabled");
                let noted = NewAudit {
                    at: now,
                    organization: Some(known.organization.clone()),
                    connection: known.connection.clone(),
                    actor: Actor::Hub,
                    act: "subscription.disabled".to_owned(),
                    outcome: Outcome::Done,
                    subject: Some(known.id.to_string()),
                    detail: Some(reason),
                };
                return self.store.note_audit(vec![noted]).await;
            }
        }
        Ok(())
    }
}

impl<S, T> Destination for Subscriber<S, T>
where
    S: Subscriptions + Credentials + Audit + Clone + Send + Sync,
    T: Transport,
{
    fn name(&self) -> &'static str {
        "subscriber"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(self.tell(action))
    }

    /// A receiver cannot be asked: the same message is sent again, under the same id.
    fn find<'a>(&'a self, _: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// What an answer, or none, means for the notification.
fn verdict(sent: Result<&Response, &TransportError>) -> Result<Receipt, Failure> {
    let reply = sent.map_err(unanswered)?;
    let status = reply.status;
    let said = |next| failure(next, &format!("the receiver answered {status}"));
    match status {
        200..=299 => Ok(Receipt { reference: status.to_string(), adopted: false }),
        410 => Err(said(Next::GiveUp)),
        429 | 503 => Err(said(match wait(reply) {
            Some(wait) => Next::Hold(Some(wait)),
            None => Next::Retry,
        })),
        300..=399 => Err(failure(
            Next::Retry,
            &format!(
                "the receiver answered {status}; redirects are not followed, give the address itself"
            ),
        )),
        _ => Err(said(Next::Retry)),
    }
}

/// Why there is no answer, without the address.
pub(crate) fn unanswered(error: &TransportError) -> Failure {
    if let Some(refusal) = reach::refusal(error) {
        return failure(Next::Retry, &refusal.to_string());
    }
    match error {
        TransportError::Connect { .. } => failure(
            Next::Retry,
            "the receiver cannot be reached; check its address, its certificate, and that it runs",
        ),
        TransportError::Interrupted { .. } => failure(
            Next::Retry,
            "the receiver did not answer within 10 seconds; answer first and work later",
        ),
    }
}

/// How long the receiver asks to be left alone, where it says so in seconds.
pub(crate) fn wait(reply: &Response) -> Option<Duration> {
    let seconds: u64 = reply.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Nothing is ambiguous here: what may have arrived is sent again under its own name.
pub(crate) fn failure(next: Next, reason: &str) -> Failure {
    Failure { next, ambiguous: false, reason: reason.to_owned() }
}

pub(crate) fn storage(error: StorageError) -> Failure {
    failure(Next::Hold(None), &error.to_string())
}

#[cfg(test)]
mod tests;
