//! Delivers webhooks as HighLevel does: live form, signature, one subscriber, retries by the clock.

pub(crate) mod oddities;
mod queue;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use endpoint::{
    Method, Request, Transport as _, TransportError,
    http::{HttpTransport, Settings as HttpSettings},
};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Notify;

use self::{
    oddities::{Odd, Oddities, OdditiesError},
    queue::{Queue, Waiting},
};
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

/// How long a webhook waits to be overtaken where none follows it.
const OVERTAKEN_FOR: Duration = Duration::from_secs(10);

/// How often waiting webhooks look at the clock, which may be advanced from outside.
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

/// How webhooks are sent; both can be changed while the sandbox runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WebhookOptions {
    /// When a webhook is delivered again.
    pub retry_rule: RetryRule,
    /// What may be odd about the webhooks of changes and of `POST /_sandbox/webhooks`.
    pub oddities: Oddities,
}

#[derive(Default)]
struct State {
    subscriber: Option<String>,
    /// Whom a reset goes back to.
    first_subscriber: Option<String>,
    options: WebhookOptions,
    /// How many webhooks had a chance to be odd.
    emitted: u64,
    log: DeliveryLog,
    queue: Queue,
}

impl State {
    /// The first webhook that is due; none also while there is nobody to send it to.
    fn take_due(&mut self, now: Timestamp) -> Option<Waiting> {
        self.subscriber.is_some().then(|| self.queue.take_due(now))?
    }
}

/// Sends events to the one subscriber, as HighLevel sends every event of an app to one address.
pub struct WebhookSender {
    app_id: String,
    version_id: String,
    seed: u64,
    /// Those of the start, which a reset goes back to.
    options: WebhookOptions,
    ids: Ids,
    signer: Signer,
    clock: SandboxClock,
    transport: HttpTransport,
    state: Mutex<State>,
    /// Wakes the loop over what waits when something is planned.
    planned: Notify,
    /// Held while what is due is sent, so that whoever asks for them next finds them done.
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
        let options =
            WebhookOptions { retry_rule: settings.retry_rule, oddities: settings.oddities };
        Ok(Self {
            app_id: settings.app_id.clone(),
            version_id: settings.version_id.clone(),
            seed: settings.seed,
            options,
            ids: Ids::new(settings.seed, clock.now()),
            signer,
            clock,
            transport,
            state: Mutex::new(State { options, ..State::default() }),
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

    /// As [`Self::subscribe`], also after every reset.
    ///
    /// # Errors
    /// When `url` is no http or https address.
    pub fn subscribe_for_good(&self, url: &str) -> Result<(), WebhookError> {
        self.subscribe(url)?;
        self.state().first_subscriber = Some(url.to_owned());
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
        self.attempt(self.parcel(json, file, now)?, 1, now).await
    }

    /// As [`Self::deliver`], with the oddities that befall it. One that is held back has no status
    /// yet, and says in [`Delivered::failure`] until when.
    ///
    /// # Errors
    /// As [`Self::deliver`].
    pub async fn emit(&self, json: &str, file: &str) -> Result<Delivered, WebhookError> {
        let now = self.clock.now();
        let odd = self.draw();
        let name = oddities::kind(json);
        let parcel = self.parcel(&odd.strip(json), name.as_deref().unwrap_or(file), now)?;
        if !self.is_subscribed() {
            return Err(WebhookError::NotSubscribed);
        }
        let copies = if odd.duplicate { 2 } else { 1 };
        if odd.delay.is_some() || odd.overtaken {
            let due = now.checked_add(odd.delay.unwrap_or(OVERTAKEN_FOR)).unwrap_or(now);
            return Ok(self.hold(parcel, odd.delay.is_none(), (due, copies)));
        }
        let delivered = self.attempt(parcel, 1, now).await?;
        if odd.duplicate {
            self.redeliver(&delivered).await?;
        }
        self.send_overtaken().await;
        Ok(delivered)
    }

    /// Sends the same bytes under the same ids once more, as a duplicate.
    ///
    /// # Errors
    /// When nobody is subscribed or the body cannot be signed.
    pub async fn redeliver(&self, delivered: &Delivered) -> Result<Delivered, WebhookError> {
        self.attempt(Parcel::again(delivered), 1, self.clock.now()).await
    }

    /// How webhooks are sent.
    #[must_use]
    pub fn options(&self) -> WebhookOptions {
        self.state().options
    }

    /// Sends webhooks so from here on, those that wait included.
    ///
    /// # Errors
    /// When the oddities make no sense; then nothing changes.
    pub fn set_options(&self, options: WebhookOptions) -> Result<(), OdditiesError> {
        options.oddities.check()?;
        self.state().options = options;
        Ok(())
    }

    /// Sends every webhook that is due by the clock, and what that makes due in turn.
    pub async fn send_due(&self) {
        let _one_at_a_time = self.retrying.lock().await;
        loop {
            let due = self.state().take_due(self.clock.now());
            let Some(waiting) = due else {
                return;
            };
            self.send_waiting(waiting).await;
        }
    }

    /// Sends what waits as it becomes due; never returns.
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
        self.state().queue.len()
    }

    /// Forgets the log, what waits and every subscriber but the one for good, and sends as at the
    /// start. Ids go on, so that none is given twice.
    pub fn reset(&self) {
        let mut state = self.state();
        let first_subscriber = state.first_subscriber.take();
        let subscriber = first_subscriber.clone();
        let options = self.options;
        *state = State { subscriber, first_subscriber, options, ..State::default() };
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

    fn draw(&self) -> Odd {
        let mut state = self.state();
        state.emitted += 1;
        state.options.oddities.befall(self.seed, state.emitted)
    }

    fn parcel(&self, json: &str, file: &str, now: Timestamp) -> Result<Parcel, WebhookError> {
        let webhook_id = self.ids.next();
        let envelope = Envelope {
            webhook_id: &webhook_id,
            timestamp: now,
            app_id: &self.app_id,
            version_id: &self.version_id,
        };
        let live = Live::new(json, file, &envelope)?;
        Ok(Parcel::new(live, webhook_id, self.ids.next()))
    }

    /// Keeps copies of a parcel until they are due or overtaken.
    fn hold(
        &self,
        parcel: Parcel,
        overtaken: bool,
        (due, copies): (Timestamp, usize),
    ) -> Delivered {
        let mut state = self.state();
        state.log.announce(parcel.log_entry(), due);
        for _ in 0..copies {
            state.queue.add(Waiting { due, tries: 0, overtaken, parcel: parcel.clone() });
        }
        drop(state);
        self.planned.notify_one();
        let failure = Some(format!("held back until {due}"));
        let none = Attempt { at: self.clock.now(), status: None, failure, elapsed: Duration::ZERO };
        parcel.delivered(none, Bytes::new())
    }

    async fn send_overtaken(&self) {
        loop {
            let overtaken = self.state().queue.take_overtaken();
            let Some(waiting) = overtaken else {
                return;
            };
            self.send_waiting(Waiting { due: self.clock.now(), ..waiting }).await;
        }
    }

    async fn send_waiting(&self, waiting: Waiting) {
        let delivery_id = waiting.parcel.delivery_id.clone();
        if let Err(error) = self.attempt(waiting.parcel, waiting.tries + 1, waiting.due).await {
            tracing::warn!(delivery.id = delivery_id, %error, "webhook given up");
        }
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
        let mut state = self.state();
        let pause = state.options.retry_rule.pause(attempt.status, tries);
        let next = pause.and_then(|pause| due.checked_add(pause).ok());
        state.log.note(|| parcel.log_entry(), &parcel.delivery_id, attempt.clone());
        state.log.plan(&parcel.delivery_id, next);
        if let Some(due) = next {
            let parcel = parcel.clone();
            state.queue.add(Waiting { due, tries, overtaken: false, parcel });
            self.planned.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
