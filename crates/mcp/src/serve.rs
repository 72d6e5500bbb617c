//! How a server is reached: over the pipes of a terminal, and by HTTP requests, one at a time.
//!
//! HTTP has no sessions here: whatever a request needs is in it, so any process can answer the next
//! one, and nobody fills a table by beginning and never ending. Who calls is the business of whoever
//! hands a request over; it is never read from the message.

use std::{convert::Infallible, fmt::Display, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::BoxBody;
use rmcp::{
    ServerHandler, ServiceExt,
    transport::{
        io::stdio_pipes,
        streamable_http_server::{
            StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
        },
    },
};

/// The body of an answer: JSON, or a stream of events where a call tells how far it is.
pub type Reply = BoxBody<Bytes, Infallible>;

/// Why a server over pipes ended before its client did.
#[derive(Debug, thiserror::Error)]
pub enum Unserved {
    /// The client did not open the connection as the protocol says.
    #[error("the client does not begin as the protocol says; check that it speaks MCP over stdio")]
    Opening(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The loop broke.
    #[error("the connection to the client broke off; start it again")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Serves one client over standard input and output until it closes them.
///
/// # Errors
/// Where the client does not begin as the protocol says, or the loop breaks.
pub async fn stdio(server: impl ServerHandler) -> Result<(), Unserved> {
    let running = match server.serve(stdio_pipes()).await {
        Ok(running) => running,
        // A client that closes the pipes before its first message has changed its mind.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(Unserved::Opening(Box::new(error))),
    };
    running.waiting().await.map(|_| ()).map_err(|error| Unserved::Broken(Box::new(error)))
}

/// From where HTTP requests are taken (`facts/mcp.md` 4.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// The names in the header `Host`, with or without a port, besides those of the machine itself.
    /// A page of another name that a resolver leads here is refused by it.
    pub hosts: Vec<String>,
    /// The origins of pages that may call, as `https://example.com:443`. A request of a browser from
    /// any other is refused; programs send none.
    pub origins: Vec<String>,
    /// The largest body in bytes.
    pub body_limit: usize,
}

/// Answers HTTP requests, each by the server of its caller.
#[derive(Clone)]
pub struct Http {
    config: StreamableHttpServerConfig,
    sessions: Arc<NeverSessionManager>,
}

impl Http {
    /// A door for these hosts and origins.
    #[must_use]
    pub fn new(settings: &HttpSettings) -> Self {
        let own = StreamableHttpServerConfig::default();
        let hosts = own.allowed_hosts.iter().chain(&settings.hosts).cloned().collect::<Vec<_>>();
        let config = own
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_allowed_hosts(hosts)
            .with_allowed_origins(settings.origins.clone())
            .enforce_origin_validation()
            .with_max_request_body_bytes(settings.body_limit);
        Self { config, sessions: Arc::default() }
    }

    /// Answers one request by this server.
    pub async fn answer<S, B>(&self, server: S, request: Request<B>) -> Response<Reply>
    where
        S: ServerHandler + Clone,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Display,
    {
        let make = move || Ok(server.clone());
        let service =
            StreamableHttpService::new(make, Arc::clone(&self.sessions), self.config.clone());
        service.handle(request).await
    }
}
