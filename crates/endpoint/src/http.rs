//! The real transport: HTTP over one pooled client with time-outs and without redirects.

mod guard;
mod streaming;

use std::{sync::Arc, time::Duration};

pub use self::guard::{Guard, Lookup, SystemLookup};
use crate::{Method, Request, Response, Transport, TransportError, reach::Refusal};

/// How the transport behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Sent with every request: some vendors refuse a missing one (`facts/highlevel.md` 1.1).
    pub user_agent: String,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long one call may take from start to the last byte of its reply. Of a call that is carried
    /// piece by piece, how long it may take from the last piece of its body to the head of its reply.
    pub call_timeout: Duration,
    /// How long the next piece of a streamed reply may take.
    pub piece_timeout: Duration,
    /// Replies above this many bytes are refused, so that a vendor cannot exhaust the memory.
    pub reply_limit: usize,
    /// What becomes of them.
    pub overlong: Overlong,
    /// Judges where calls go, where others choose it. Proxies of the environment are then not used,
    /// since nobody would judge where they lead.
    pub guard: Option<Guard>,
}

/// What becomes of a reply that is above the limit or ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlong {
    /// It is refused: half a reply is none.
    Refused,
    /// It is cut: its status is what counts.
    Cut,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("highwire/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(65), // Notion works up to 60 s before it answers 504.
            piece_timeout: Duration::from_secs(30),
            reply_limit: 32 * 1024 * 1024,
            overlong: Overlong::Refused,
            guard: None,
        }
    }
}

/// Speaks HTTP. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    call_timeout: Duration,
    piece_timeout: Duration,
    reply_limit: usize,
    overlong: Overlong,
    guard: Option<Guard>,
}

impl HttpTransport {
    /// Makes a transport.
    ///
    /// Redirects are not followed: a vendor that sends a credential elsewhere is refused.
    ///
    /// # Errors
    /// When the TLS set-up of this machine cannot be used.
    pub fn new(settings: Settings) -> Result<Self, TransportError> {
        let mut builder = reqwest::Client::builder();
        if let Some(guard) = &settings.guard {
            builder = builder.no_proxy().dns_resolver(Arc::new(guard.clone()));
        }
        let client = builder
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()
            .map_err(|source| TransportError::Connect {
                host: "any host (the TLS set-up failed)".to_owned(),
                source: source.into(),
            })?;
        let Settings { call_timeout, piece_timeout, reply_limit, overlong, guard, .. } = settings;
        Ok(Self { client, call_timeout, piece_timeout, reply_limit, overlong, guard })
    }

    /// The request without a body.
    fn head(&self, request: &Request) -> reqwest::RequestBuilder {
        let builder = self.client.request(method(request.method), &request.url);
        let headers = request.headers.iter();
        headers.fold(builder, |builder, (name, value)| builder.header(name, value))
    }

    /// Judges where a request goes, as far as its address tells.
    fn permit(&self, request: &Request, host: &str) -> Result<(), TransportError> {
        let Some(guard) = &self.guard else { return Ok(()) };
        let refused = |refusal: Refusal| TransportError::Connect {
            host: host.to_owned(),
            source: refusal.into(),
        };
        guard.reach().target(&request.url).map(|_| ()).map_err(refused)
    }

    /// Reads a reply's body, as far as it may be.
    async fn body(
        &self,
        mut reply: reqwest::Response,
        host: &str,
    ) -> Result<Vec<u8>, TransportError> {
        let mut body = Vec::new();
        loop {
            let chunk = match (reply.chunk().await, self.overlong) {
                (Ok(Some(chunk)), _) => chunk,
                (Ok(None), _) | (Err(_), Overlong::Cut) => return Ok(body),
                (Err(source), Overlong::Refused) => return Err(failure(host, source)),
            };
            if body.len() + chunk.len() > self.reply_limit {
                match self.overlong {
                    Overlong::Cut => return Ok(body),
                    Overlong::Refused => {
                        let said = format!("the reply is larger than {} bytes", self.reply_limit);
                        let host = host.to_owned();
                        return Err(TransportError::Interrupted { host, source: said.into() });
                    }
                }
            }
            body.extend_from_slice(&chunk);
        }
    }
}

impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let host = host_of(&request.url);
        self.permit(&request, &host)?;
        let mut builder = self.head(&request).timeout(self.call_timeout);
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        }
        let failed = |source: reqwest::Error| failure(&host, source);
        let reply = builder.send().await.map_err(failed)?;
        let status = reply.status().as_u16();
        let headers = headers_of(&reply);
        let body = self.body(reply, &host).await?;
        Ok(Response { status, headers, body: body.into() })
    }
}

/// Those that are text, their names in lower case.
fn headers_of(reply: &reqwest::Response) -> Vec<(String, String)> {
    let text = |value: &reqwest::header::HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = reply.headers().iter();
    headers.filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect()
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// The error without its address: the address of some vendors carries a secret.
fn failure(host: &str, source: reqwest::Error) -> TransportError {
    let never_left = source.is_connect() || source.is_builder();
    let (host, source) = (host.to_owned(), source.without_url().into());
    match never_left {
        true => TransportError::Connect { host, source },
        false => TransportError::Interrupted { host, source },
    }
}

/// The host and port, without the name and password that may stand before them.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn only_the_host_is_named_in_errors() {
        assert_eq!(host_of("https://vendor.test:8443/hooks/secret?token=x"), "vendor.test:8443");
        assert_eq!(host_of("http://user:pass@word@vendor.test?x=@y"), "vendor.test");
    }
}
