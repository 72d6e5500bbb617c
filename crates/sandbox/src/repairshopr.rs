//! The simulated RepairShopr: one account with its records, keys, limits and faults, and notifications of changes.
//!
//! It does what the documentation says, and what was measured where the two differ: page sizes, the
//! filter by change that customers ignore, envelopes and errors of a different shape for almost every
//! operation. Whatever would have gone out to a customer lies in an outbox.
//!
//! ```no_run
//! # async fn example(clock: sandbox::SandboxClock) -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox::repairshopr::{RepairShoprSandbox, RepairShoprSettings};
//!
//! let shop = RepairShoprSandbox::start(RepairShoprSettings::default(), clock).await?;
//! shop.subscribe("http://127.0.0.1:8080/webhooks/repairshopr/TOKEN");
//! println!("{}/api/v1 with the key {}", shop.url(), shop.key());
//! assert!(shop.outbox().is_empty());
//! shop.stop().await;
//! # Ok(())
//! # }
//! ```

mod account;
mod call;
mod control;
mod door;
mod keys;
mod limiter;
mod list;
mod notices;
mod nouns;
mod operation;
mod record;
mod refusal;
mod reply;
mod seed;

use std::{fmt, net::SocketAddr, sync::Arc};

use endpoint::{TransportError, http::HttpTransport};
use serde_json::Value;
use tokio::{sync::mpsc, task::JoinSet};

use self::door::Shared;
pub use self::notices::{Notice, NoticeOptions};
use crate::{
    clock::SandboxClock,
    fault::Faults,
    server::{Server, ServerError},
};

/// How the simulated RepairShopr is set up.
#[derive(Clone)]
pub struct RepairShoprSettings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The first part of the account's address.
    pub subdomain: String,
    /// A key with all permissions.
    pub key: String,
    /// Requests of one address in a window of one minute (`facts/repairshopr.md` 9).
    pub requests_per_minute: u32,
    /// Whether pages are as long as the documentation says, where that is known to differ.
    pub strict_spec: bool,
    /// How many customers the account has from the start, the walk-in customer among them.
    pub customers: usize,
    /// What the chances of faults follow from.
    pub seed: u64,
}

/// A free port of this machine, RepairShopr's limit, 230 customers: three pages.
impl Default for RepairShoprSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            subdomain: "sandbox".to_owned(),
            key: "T0sandbox".to_owned(),
            requests_per_minute: 180,
            strict_spec: false,
            customers: 230,
            seed: 1,
        }
    }
}

/// Without the key.
impl fmt::Debug for RepairShoprSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepairShoprSettings")
            .field("listen", &self.listen)
            .field("subdomain", &self.subdomain)
            .field("requests_per_minute", &self.requests_per_minute)
            .field("strict_spec", &self.strict_spec)
            .field("customers", &self.customers)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Why the simulated RepairShopr does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its address cannot be used.
    #[error(transparent)]
    Listen(#[from] ServerError),
    /// It cannot send.
    #[error("prepare the sender of notifications; check the TLS set-up of this machine")]
    Send(#[from] TransportError),
}

/// A running simulated RepairShopr; dropping it ends it.
pub struct RepairShoprSandbox {
    shared: Arc<Shared>,
    server: Server,
    /// Sends notifications; aborted on drop.
    _sending: JoinSet<()>,
}

impl RepairShoprSandbox {
    /// Starts it on its own port.
    ///
    /// # Errors
    /// When the address cannot be listened on, or the TLS set-up cannot be used.
    pub async fn start(
        settings: RepairShoprSettings,
        clock: SandboxClock,
    ) -> Result<Self, StartError> {
        let transport = HttpTransport::new(endpoint::http::Settings {
            user_agent: "RepairShopr".to_owned(),
            ..endpoint::http::Settings::default()
        })?;
        let listen = settings.listen;
        let (outgoing, queued) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(settings, clock, outgoing));
        let server = Server::start(listen, control::router(shared.clone())).await?;
        let mut sending = JoinSet::new();
        sending.spawn(notices::send_in_order(transport, queued));
        Ok(Self { shared, server, _sending: sending })
    }

    /// Where it answers, without a slash at the end and without `/api/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The key with all permissions.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.shared.settings.key
    }

    /// The first part of the account's address.
    #[must_use]
    pub fn subdomain(&self) -> &str {
        &self.shared.settings.subdomain
    }

    /// Adds a key that has these permissions and no others, in the words of RepairShopr's page for
    /// tokens. A key that is there gets them in place of those that it had.
    pub fn allow(&self, key: &str, permissions: &[&str]) {
        self.shared.state().keys.allow(key, permissions);
    }

    /// Sends notifications of all changes to `url` from here on, also after a reset.
    pub fn subscribe(&self, url: &str) {
        self.shared.state().notices.subscribe(url);
    }

    /// How notifications are sent from here on.
    pub fn set_notices(&self, options: NoticeOptions) {
        self.shared.state().notices.options = options;
    }

    /// All notifications that were sent, oldest first, each as often as it was.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.shared.state().notices.sent()
    }

    /// What would have gone out to customers, as e-mail or text message: oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Value> {
        self.shared.state().account.outbox.clone()
    }

    /// How many customers there are, disabled ones too.
    #[must_use]
    pub fn customer_count(&self) -> usize {
        self.shared.state().account.rows(nouns::Noun::Customer).len()
    }

    /// What goes wrong; clones of the handle share it.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// How many requests have come to the API, failed ones too.
    #[must_use]
    pub fn request_count(&self) -> u64 {
        self.shared.state().log.count()
    }

    /// Ends it; resolves when the port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

#[cfg(test)]
mod tests;
