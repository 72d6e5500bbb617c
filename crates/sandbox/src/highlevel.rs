//! The simulated HighLevel: an API with state, limits, OAuth and faults, and signed webhooks of every change.
//!
//! Every operation of the catalogue is answered: those around contacts from a state that remembers,
//! all others from their schemas. Any other path is answered as HighLevel's router answers a path
//! that it does not know.
//!
//! ```no_run
//! # async fn example(clock: sandbox::SandboxClock) -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, example};
//!
//! let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), clock).await?;
//! highlevel.subscribe("http://127.0.0.1:8080/webhooks/highlevel")?;
//! let event = example("ContactCreate.1").expect("it is embedded");
//! let delivered = highlevel.send(event.json).await?;
//! assert_eq!(delivered.status, Some(200));
//! # Ok(())
//! # }
//! ```

mod api;
mod delivered;
mod deliveries;
mod examples;
mod ids;
mod live;
#[cfg(test)]
pub(crate) mod receiver;
mod retry;
mod routes;
mod signer;
mod webhook;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use endpoint::TransportError;
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinSet};

use self::api::door::Api;
pub use self::{
    api::limiter::{RateLimits, Window},
    delivered::Delivered,
    deliveries::{Attempt, Delivery},
    examples::{Example, example, examples},
    live::{Envelope, Live, LiveError},
    retry::RetryRule,
    signer::{Signer, SignerError},
    webhook::{
        WebhookError, WebhookOptions, WebhookSender,
        oddities::{Oddities, OdditiesError},
    },
};
use crate::{clock::SandboxClock, fault::Faults, server::Server};

/// How often it looks, in real time, for what has become due while nobody called.
const SETTLING: Duration = Duration::from_millis(500);

/// How the simulated HighLevel is set up.
#[derive(Clone, Debug)]
pub struct HighLevelSettings {
    /// Where its server listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What its Ed25519 key and its ids follow from.
    pub seed: u64,
    /// The location of its events.
    pub location_id: String,
    /// The company that the location belongs to.
    pub company_id: String,
    /// A second location of the company.
    pub other_location_id: String,
    /// Where the consent page leads back to: the app's only registered address, of https or of this
    /// machine.
    pub redirect_uri: String,
    /// What an app may ask in a time.
    pub rate_limits: RateLimits,
    /// The scopes of the private tokens of the start; all of them when absent.
    pub token_scopes: Option<Vec<String>>,
    /// Whether two contacts of a location may share an e-mail address or a phone number.
    pub allow_duplicate_contacts: bool,
    /// Whether to answer as the specification says where the live API is known to differ.
    pub strict_spec: bool,
    /// How many contacts the location has from the start.
    pub contacts: usize,
    /// How many contacts the second location has from the start.
    pub other_contacts: usize,
    /// How many opportunities the location has from the start, at most one per contact.
    pub opportunities: usize,
    /// The marketplace app that the hub is to it.
    pub app_id: String,
    /// The version of that app.
    pub version_id: String,
    /// Whether that app is a draft, whose consent page asks for the version.
    pub draft_app: bool,
    /// Whether it also signs in the legacy way, with an RSA key made at the start.
    pub rsa_signature: bool,
    /// When it delivers a webhook again.
    pub retry_rule: RetryRule,
    /// What may be odd about its webhooks.
    pub oddities: Oddities,
    /// How long it waits for the reply to a webhook, in real time.
    pub reply_timeout: Duration,
}

/// A free port of this machine, the ids of the embedded examples, Ed25519 only, the older retry rule.
impl Default for HighLevelSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            location_id: "ajsQIFJLgWv9VxXPLEUh".to_owned(),
            company_id: "56ef6yYlLGvewkUJ2HUL".to_owned(),
            other_location_id: "Rk3Vd8PzQm5TbWy1NcXs".to_owned(),
            redirect_uri: "http://localhost:8080/oauth/callback".to_owned(),
            rate_limits: RateLimits::default(),
            token_scopes: None,
            allow_duplicate_contacts: false,
            strict_spec: false,
            contacts: 1_000,
            other_contacts: 50,
            opportunities: 200,
            app_id: "690d3f1c163553f58055d5e2".to_owned(),
            version_id: "69ea128150dd63907cf80b95".to_owned(),
            draft_app: false,
            rsa_signature: false,
            retry_rule: RetryRule::default(),
            oddities: Oddities::default(),
            reply_timeout: Duration::from_secs(15),
        }
    }
}

/// Why the simulated HighLevel does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its address cannot be used.
    #[error(transparent)]
    Listen(#[from] crate::server::ServerError),
    /// It has no keys to sign with.
    #[error(transparent)]
    Sign(#[from] SignerError),
    /// Its webhooks cannot be odd in this way.
    #[error(transparent)]
    Oddities(#[from] OdditiesError),
    /// Its consent page would lead elsewhere without TLS.
    #[error("the consent page leads to https addresses; http is only for this machine")]
    Redirect,
    /// It cannot send.
    #[error("prepare the sender of webhooks; check the TLS set-up of this machine")]
    Send(#[from] TransportError),
}

/// A running simulated HighLevel; dropping it ends it.
pub struct HighLevelSandbox {
    settings: HighLevelSettings,
    sender: Arc<WebhookSender>,
    api: Arc<Api>,
    server: Server,
    /// Sends webhooks and their retries; aborted on drop.
    _sending: JoinSet<()>,
}

impl HighLevelSandbox {
    /// Starts it on its own port.
    ///
    /// # Errors
    /// When the port is taken, no key can be made, the oddities make no sense, or the TLS set-up
    /// cannot be used.
    pub async fn start(
        settings: HighLevelSettings,
        clock: SandboxClock,
    ) -> Result<Self, StartError> {
        settings.oddities.check()?;
        if !api::app::may_lead_to(&settings.redirect_uri) {
            return Err(StartError::Redirect);
        }
        let signer = Signer::new(settings.seed, settings.rsa_signature)?;
        let sender = Arc::new(WebhookSender::new(&settings, signer, clock.clone())?);
        let (events, queued) = mpsc::unbounded_channel();
        let api = Arc::new(Api::new(settings.clone(), clock.clone(), sender.clone(), events));
        let shared = routes::Shared {
            settings: settings.clone(),
            clock,
            sender: sender.clone(),
            api: api.clone(),
        };
        let server = Server::start(settings.listen, routes::router(shared)).await?;
        let mut sending = JoinSet::new();
        let retrying = sender.clone();
        sending.spawn(async move { retrying.keep_sending_due().await });
        sending.spawn(send_in_order(sender.clone(), queued));
        sending.spawn(keep_settling(api.clone()));
        Ok(Self { settings, sender, api, server, _sending: sending })
    }

    /// Where its server answers, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The public keys that verify its webhooks, as base64 of their SPKI form: Ed25519 first.
    #[must_use]
    pub fn webhook_public_keys(&self) -> Vec<String> {
        self.sender.signer().public_keys()
    }

    /// Sends all webhooks to `url` from here on, also after a reset.
    ///
    /// # Errors
    /// When `url` is no http or https address.
    pub fn subscribe(&self, url: &str) -> Result<(), WebhookError> {
        self.sender.subscribe_for_good(url)
    }

    /// Sends an event in live form, signed.
    ///
    /// # Errors
    /// When nobody is subscribed, `json` is not a JSON object, or it cannot be signed. An answer
    /// that is no success is none: see [`Delivered::status`].
    pub async fn send(&self, json: &str) -> Result<Delivered, WebhookError> {
        self.send_named(json, "the event").await
    }

    /// As [`Self::send`], for an event that came from a file: `file` stands in errors, and for the
    /// event's type where it has none.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn send_named(&self, json: &str, file: &str) -> Result<Delivered, WebhookError> {
        self.sender.deliver(json, file).await
    }

    /// Sends the same bytes under the same ids once more.
    ///
    /// # Errors
    /// When nobody is subscribed or the body cannot be signed.
    pub async fn redeliver(&self, delivered: &Delivered) -> Result<Delivered, WebhookError> {
        self.sender.redeliver(delivered).await
    }

    /// What sends its webhooks: the log, the retries, the signer.
    #[must_use]
    pub fn sender(&self) -> &WebhookSender {
        &self.sender
    }

    /// The location of its events.
    #[must_use]
    pub fn location_id(&self) -> &str {
        &self.settings.location_id
    }

    /// The company of its events.
    #[must_use]
    pub fn company_id(&self) -> &str {
        &self.settings.company_id
    }

    /// A second location of the company, with data of its own.
    #[must_use]
    pub fn other_location_id(&self) -> &str {
        &self.settings.other_location_id
    }

    /// The private token of the location.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.api.tokens.location
    }

    /// The private token of the second location.
    #[must_use]
    pub fn other_token(&self) -> &str {
        &self.api.tokens.other_location
    }

    /// The private token of the agency.
    #[must_use]
    pub fn agency_token(&self) -> &str {
        &self.api.tokens.agency
    }

    /// The token of the browser that is signed in at the simulated application.
    #[must_use]
    pub fn browser_token(&self) -> &'static str {
        api::browser::TOKEN
    }

    /// The id of the marketplace app as an OAuth client.
    #[must_use]
    pub fn client_id(&self) -> String {
        self.api.state().world.grants.client_id.clone()
    }

    /// The version of the app, which a draft's consent page asks for.
    #[must_use]
    pub fn version_id(&self) -> &str {
        &self.settings.version_id
    }

    /// The secret of that client.
    #[must_use]
    pub fn client_secret(&self) -> String {
        self.api.state().world.grants.client_secret.clone()
    }

    /// Where its consent page leads back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }

    /// What goes wrong; clones of the handle share it.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.api.faults
    }

    /// How many requests have come to the API, failed ones too.
    #[must_use]
    pub fn request_count(&self) -> u64 {
        self.api.state().log.count()
    }

    /// How many contacts the location has.
    #[must_use]
    pub fn contact_count(&self) -> usize {
        let state = self.api.state();
        let account = state.world.accounts.get(&self.settings.location_id);
        account.map_or(0, |account| account.contacts().len())
    }

    /// Ends its server and its retries; resolves when the port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Delivers the webhooks of changes, one after the other, in the order of the changes.
async fn send_in_order(sender: Arc<WebhookSender>, mut queued: mpsc::UnboundedReceiver<Value>) {
    while let Some(event) = queued.recv().await {
        if let Err(error) = sender.emit(&event.to_string(), "the change").await {
            tracing::debug!(%error, "webhook of a change not sent");
        }
    }
}

/// Lets scheduled messages leave while nobody calls.
async fn keep_settling(api: Arc<Api>) {
    loop {
        tokio::time::sleep(SETTLING).await;
        api.settle();
    }
}

#[cfg(test)]
mod tests;
