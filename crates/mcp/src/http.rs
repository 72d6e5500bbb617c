//! The server over HTTP: answers requests one at a time, each for the caller who was found out before.
//!
//! There are no sessions: whatever a request needs is in it, so any process can answer the next one, and
//! nobody fills a table by beginning and never ending. Who calls is the business of whoever hands a
//! request over; it is never read from the message.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Full, combinators::BoxBody};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};

/// The body of an answer: JSON, or a stream of events where a call tells how far it is.
pub type Reply = BoxBody<Bytes, Infallible>;

/// From where HTTP requests are taken (`facts/mcp.md` 4.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// The names in the header `Host`, with or without a port, besides those of the machine itself.
    /// A page of another name that a resolver leads here is refused by it.
    pub hosts: Vec<String>,
    /// The origins of pages that may call, as `https://example.com:443`. A request of a browser from
    /// any other is refused; programs send none.
    pub origins: Vec<String>,
    /// Whether clients of the older revisions get sessions, in which a server can ask them something. A
    /// session is served for whoever began it: only where everybody is the same caller.
    pub has_sessions: bool,
}

/// Answers HTTP requests, each by the server of its caller.
#[derive(Clone)]
pub struct Http {
    config: StreamableHttpServerConfig,
    sessions: Arc<LocalSessionManager>,
}

impl Http {
    /// A door for these hosts and origins.
    #[must_use]
    pub fn new(settings: &HttpSettings) -> Self {
        let own = StreamableHttpServerConfig::default();
        let hosts = own.allowed_hosts.iter().chain(&settings.hosts).cloned().collect::<Vec<_>>();
        let config = own
            .with_legacy_session_mode(settings.has_sessions)
            .with_json_response(true)
            .with_allowed_hosts(hosts)
            .with_allowed_origins(settings.origins.clone())
            .enforce_origin_validation();
        Self { config, sessions: Arc::default() }
    }

    /// Answers one request by this server. Whoever hands it over has bounded its body.
    pub async fn answer(
        &self,
        server: impl ServerHandler + Clone,
        request: Request<Bytes>,
    ) -> Response<Reply> {
        let make = move || Ok(server.clone());
        let service =
            StreamableHttpService::new(make, Arc::clone(&self.sessions), self.config.clone());
        service.handle(request.map(Full::new)).await
    }
}
