//! Delivers webhooks as HighLevel does: live form, signature, one subscriber, retries by the clock.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use endpoint::{
    Method, Request, Transport as _, TransportError,
    http::{HttpTransport, Settings as HttpSettings},
};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::{
    clock::SandboxClock,
    highlevel::{
        HighLevelSettings,
        delivered::{Delivered, Parcel},
        deliveries::{Attempt, Delivery, DeliveryLog},
        ids::Ids,
        live::{Envelope, Live, LiveError},
        retry::RetryRule,
        signer::{Signer, SignerError},
    },
};

/// How often waiting retries look at the clock, which may be advanced from outside.
const CLOCK_CHECK: Duration = Duration::from_millis(500);

/// Why a webhook was not sent. A webhook that was sent and not accepted is no error: see
/// [`Delivered::status`].
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Nobody asked for webhooks.
    #[error(
        "send a webhook: nobody is subscribed; PUT {{\"url\": …}} to /_sandbox/subscription first"
    )]
    NotSubscribed,
    /// The address of a subscriber is none.
    #[error("subscribe `{url}`: it is no http or https address; give the hub's webhook address")]
    Address {
        /// What was given.
        url: String,
    },
    /// The event cannot be delivered.
    #[error(transparent)]
    Event(#[from] LiveError),
    /// The body could not be signed.
    #[error(transparent)]
    Sign(#[from] SignerError),
}

/// A parcel that waits for its next try.
struct Retry {
    due: Timestamp,
    tries: u32,
    parcel: Parcel,
}

#[derive(Default)]
struct State {
    subscriber: Option<String>,
    log: DeliveryLog,
    /// Ordered by due time.
    retries: VecDeque<Retry>,
}

impl State {
    fn add_retry(&mut self, retry: Retry) {
        let place = self.retries.partition_point(|waiting| waiting.due <= retry.due);
        self.retries.insert(place, retry);
    }

    /// The first retry that is due; none also while there is nobody to send it to.
    fn take_due(&mut self, now: Timestamp) -> Option<Retry> {
        let due = self.retries.front().is_some_and(|retry| retry.due <= now);
        (due && self.subscriber.is_some()).then(|| self.retries.pop_front())?
    }
}

/// Sends events to the one subscriber, as HighLevel sends every event of an app to one address.
pub struct WebhookSender {
    app_id: String,
    version_id: String,
    rule: RetryRule,
    ids: Ids,
    signer: Signer,
    clock: SandboxClock,
    transport: HttpTransport,
    state: Mutex<State>,
    /// Wakes the retry loop when something is planned.
    planned: Notify,
    /// Held while retries are sent, so that whoever asks for them next finds them done.
    retrying: tokio::sync::Mutex<()>,
}

impl WebhookSender {
    /// A sender without a subscriber.
    ///
    /// # Errors
    /// When the TLS set-up of this machine cannot be used.
    pub fn new(
        settings: &HighLevelSettings,
        signer: Signer,
        clock: SandboxClock,
    ) -> Result<Self, TransportError> {
        let transport = HttpTransport::new(HttpSettings {
            user_agent: concat!("HighLevel-Sandbox/", env!("CARGO_PKG_VERSION")).to_owned(),
            call_timeout: settings.reply_timeout,
            ..HttpSettings::default()
        })?;
        Ok(Self {
            app_id: settings.app_id.clone(),
            version_id: settings.version_id.clone(),
            rule: settings.retry_rule,
            ids: Ids::new(settings.seed, clock.now()),
            signer,
            clock,
            transport,
            state: Mutex::default(),
            planned: Notify::new(),
            retrying: tokio::sync::Mutex::default(),
        })
    }

    /// Sends all webhooks to `url` from here on, waiting retries included.
    ///
    /// # Errors
    /// When `url` is no http or https address.
    pub fn subscribe(&self, url: &str) -> Result<(), WebhookError> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(WebhookError::Address { url: url.to_owned() });
        }
        self.state().subscriber = Some(url.to_owned());
        Ok(())
    }

    /// Whether anybody wants webhooks.
    pub(crate) fn is_subscribed(&self) -> bool {
        self.state().subscriber.is_some()
    }

    /// Sends an event in live form, signed. `file` names it where it has no `type`.
    ///
    /// # Errors
    /// When nobody is subscribed, `json` is not a JSON object, or it cannot be signed.
    pub async fn deliver(&self, json: &str, file: &str) -> Result<Delivered, WebhookError> {
        let now = self.clock.now();
        let webhook_id = self.ids.next();
        let envelope = Envelope {
            webhook_id: &webhook_id,
            timestamp: now,
            app_id: &self.app_id,
            version_id: &self.version_id,
        };
        let live = Live::new(json, file, &envelope)?;
        let parcel = Parcel::new(live, webhook_id, self.ids.next());
        self.attempt(parcel, 1, now).await
    }

    /// Sends the same bytes under the same ids once more, as a duplicate.
    ///
    /// # Errors
    /// When nobody is subscribed or the body cannot be signed.
    pub async fn redeliver(&self, delivered: &Delivered) -> Result<Delivered, WebhookError> {
        self.attempt(Parcel::again(delivered), 1, self.clock.now()).await
    }

    /// Sends every retry that is due by the clock, and what that makes due in turn.
    pub async fn send_due(&self) {
        let _one_at_a_time = self.retrying.lock().await;
        loop {
            let due = self.state().take_due(self.clock.now());
            let Some(Retry { due, tries, parcel }) = due else {
                return;
            };
            let delivery_id = parcel.delivery_id.clone();
            if let Err(error) = self.attempt(parcel, tries + 1, due).await {
                tracing::warn!(delivery.id = delivery_id, %error, "webhook retry given up");
            }
        }
    }

    /// Sends retries as they become due; never returns.
    pub(crate) async fn keep_sending_due(&self) {
        loop {
            match self.waiting() {
                0 => self.planned.notified().await,
                _ => tokio::time::sleep(CLOCK_CHECK).await,
            }
            self.send_due().await;
        }
    }

    /// The webhooks sent so far, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().log.all()
    }

    /// How many webhooks wait for another try.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().retries.len()
    }

    /// Forgets the subscriber, the log and the retries. Ids go on, so that none is given twice.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// What signs the webhooks.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// An id for an answer that HighLevel marks with one.
    pub(crate) fn trace_id(&self) -> String {
        self.ids.next()
    }

    /// One try. The next is due a pause after `due`, not after the reply: an advanced clock then
    /// meets the same schedule as a slow one.
    async fn attempt(
        &self,
        parcel: Parcel,
        tries: u32,
        due: Timestamp,
    ) -> Result<Delivered, WebhookError> {
        let request = self.request(&parcel)?;
        let at = self.clock.now();
        let started = Instant::now();
        let reply = self.transport.send(request).await;
        let elapsed = started.elapsed();
        let (status, failure, body) = match reply {
            Ok(reply) => (Some(reply.status), None, reply.body),
            Err(error) => (None, Some(error.to_string()), Bytes::new()),
        };
        let attempt = Attempt { at, status, failure, elapsed };
        self.note(&parcel, &attempt, tries, due);
        Ok(parcel.delivered(attempt, body))
    }

    fn request(&self, parcel: &Parcel) -> Result<Request, WebhookError> {
        let url = self.state().subscriber.clone().ok_or(WebhookError::NotSubscribed)?;
        let request =
            Request { method: Method::Post, url, headers: Vec::new(), body: parcel.body.clone() };
        let request = request
            .with_header("content-type", "application/json")
            .with_header("deliveryId", &parcel.delivery_id);
        let signatures = self.signer.headers(&parcel.body)?;
        let signed = signatures
            .into_iter()
            .fold(request, |request, (name, signature)| request.with_header(name, signature));
        Ok(signed)
    }

    fn note(&self, parcel: &Parcel, attempt: &Attempt, tries: u32, due: Timestamp) {
        let pause = self.rule.pause(attempt.status, tries);
        let next = pause.and_then(|pause| due.checked_add(pause).ok());
        let mut state = self.state();
        state.log.note(|| parcel.log_entry(), &parcel.delivery_id, attempt.clone());
        state.log.plan(&parcel.delivery_id, next);
        if let Some(due) = next {
            state.add_retry(Retry { due, tries, parcel: parcel.clone() });
            self.planned.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
