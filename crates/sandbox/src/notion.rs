//! The simulated Notion: databases, pages and blocks with state, limits and faults, over HTTP.
//!
//! It covers what a hub that writes rows needs, and refuses the rest in words that say so. It is
//! validated on its own terms and by the official client, and shares no code with the hub's client.
//!
//! ```no_run
//! # async fn example(clock: sandbox::SandboxClock) -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox::fault::{Fault, FaultAction};
//! use sandbox::notion::{NotionSandbox, NotionSettings};
//!
//! let notion = NotionSandbox::start(NotionSettings::default(), clock).await?;
//! let fault = Fault::always(FaultAction::status(529)).on("pages.create").times(1);
//! notion.faults().set(vec![fault])?;
//! println!("{}/v1 with a page {}", notion.url(), notion.parent_page_id());
//! notion.stop().await;
//! # Ok(())
//! # }
//! ```

mod block;
mod call;
mod change;
mod choice;
mod control;
mod data_source;
mod database;
mod date;
mod door;
mod field;
mod filter;
mod ids;
mod kind;
mod limiter;
mod operation;
mod operations;
mod page;
mod paging;
mod refusal;
mod reply;
mod rich_text;
mod schema;
mod sort;
mod value;
mod version;
mod webhook;
mod workspace;

use std::{fmt, net::SocketAddr, sync::Arc};

use serde_json::Value;
use tokio::{sync::mpsc, task::JoinSet};

use self::door::Shared;
pub use self::webhook::{WebhookAttempt, WebhookOptions};
use crate::{
    clock::SandboxClock,
    fault::Faults,
    server::{Server, ServerError},
};

/// How the simulated Notion is set up.
#[derive(Clone)]
pub struct NotionSettings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The only token that it knows.
    pub token: String,
    /// Requests in a window of one minute (`facts/notion.md` 0).
    pub requests_per_minute: u32,
    /// The limit that all connections of the workspace share; none when absent.
    pub workspace_requests_per_minute: Option<u32>,
    /// How many rows of one query can be had (`facts/notion.md` 5).
    pub query_row_cap: usize,
    /// Whether queries answer parts that hold fewer rows than asked for, although more follow
    /// (`facts/notion.md` 4).
    pub short_parts: bool,
    /// What ids and the chances of faults follow from.
    pub seed: u64,
}

/// A free port of this machine, Notion's limits without one for the workspace.
impl Default for NotionSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "ntn_sandbox".to_owned(),
            requests_per_minute: 180,
            workspace_requests_per_minute: None,
            query_row_cap: 10_000,
            short_parts: false,
            seed: 1,
        }
    }
}

/// Without the token.
impl fmt::Debug for NotionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotionSettings")
            .field("listen", &self.listen)
            .field("requests_per_minute", &self.requests_per_minute)
            .field("workspace_requests_per_minute", &self.workspace_requests_per_minute)
            .field("query_row_cap", &self.query_row_cap)
            .field("short_parts", &self.short_parts)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// A running simulated Notion; dropping it ends it.
pub struct NotionSandbox {
    shared: Arc<Shared>,
    server: Server,
    _sending: JoinSet<()>,
}

impl NotionSandbox {
    /// Starts it on its own port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(settings: NotionSettings, clock: SandboxClock) -> Result<Self, ServerError> {
        let listen = settings.listen;
        let (outgoing, queued) = mpsc::unbounded_channel();
        let sent = Arc::default();
        let shared = Arc::new(Shared::new(settings, clock, (outgoing, Arc::clone(&sent))));
        let server = Server::start(listen, control::router(shared.clone())).await?;
        let mut sending = JoinSet::new();
        sending.spawn(webhook::send(queued, sent));
        Ok(Self { shared, server, _sending: sending })
    }

    /// Where it answers, without a slash at the end: the official client's `baseUrl`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The token that it knows.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.shared.settings.token
    }

    /// The page that is shared with the connection from the start.
    #[must_use]
    pub fn parent_page_id(&self) -> String {
        self.shared.state().workspace.shared_page.to_string()
    }

    /// Every row of a data source as version 2026-03-11 shows it, in the order of creation, those
    /// in the trash too; none of an unknown one.
    #[must_use]
    pub fn pages(&self, data_source_id: &str) -> Vec<Value> {
        control::all_rows(&self.shared.state().workspace, data_source_id).unwrap_or_default()
    }

    /// How many pages have been created, rows and others.
    #[must_use]
    pub fn page_count(&self) -> usize {
        // The shared page was there from the start.
        self.shared.state().workspace.pages.len() - 1
    }

    /// Does what a person does in the application, said as the API would say it: without a token,
    /// limits and faults, and not counted as a request.
    ///
    /// # Errors
    /// Notion's message, where the API would refuse the same call.
    pub fn act(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.shared.act(method, path, body).map_err(|refusal| refusal.message)
    }

    /// Tells this address from now on what changes, and hands it the token that signs; returns the
    /// token.
    pub fn subscribe(&self, url: &str, options: WebhookOptions) -> String {
        self.shared.state().webhooks.subscribe(url, options)
    }

    /// Every attempt to tell the receiver something, in the order in which they ended.
    #[must_use]
    pub fn webhooks(&self) -> Vec<WebhookAttempt> {
        self.shared.state().webhooks.sent()
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
