//! `/oauth`: the token operations, which take forms and answer with secrets.

use std::time::Duration;

use endpoint::{Content, Method, Request, Response, Retry, Timer, Transport, TransportError};

use super::token_pair::Issued;
use crate::{Error, Version};

/// The waits before each repetition. The same refresh within 30 seconds gives the same pair
/// (`facts/highlevel.md` 2.2); after that it would be a second use of the token.
const WAITS: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_millis(1000), Duration::from_millis(2000)];

/// When the grace for a repeated refresh is too near its end to try again.
const GRACE: Duration = Duration::from_secs(25);

/// The fields that are credentials.
const CREDENTIALS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];

/// A token operation with the values of one call. It has no `Debug`: its fields are secrets.
pub(super) struct Form<'a> {
    pub(super) operation: &'static str,
    pub(super) path: &'static str,
    pub(super) version: Option<Version>,
    pub(super) bearer: Option<&'a str>,
    pub(super) fields: &'a [(&'static str, &'a str)],
}

impl Form<'_> {
    fn request(&self, base_url: &str) -> Request {
        let content = Content::form(self.fields.iter().copied());
        let mut request = Request {
            method: Method::Post,
            url: format!("{}{}", base_url.trim_end_matches('/'), self.path),
            headers: Vec::new(),
            body: content.bytes,
        }
        .with_header("accept", "application/json")
        .with_header("content-type", content.media_type);
        if let Some(version) = self.version {
            request = request.with_header("version", version.as_str());
        }
        match self.bearer {
            Some(token) => request.with_header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// Sends the form; repeats it three times when the connection or HighLevel fails, and after
    /// throttling.
    pub(super) async fn send<T: Transport, C: Timer>(
        &self,
        transport: &T,
        timer: &C,
        base_url: &str,
    ) -> Result<Issued, Error> {
        let request = self.request(base_url);
        let started = timer.now();
        let mut waits = WAITS.iter();
        loop {
            let error = match self.read(transport.send(request.clone()).await) {
                Ok(issued) => return Ok(issued),
                Err(error) => error,
            };
            let Some(wait) = waits.next() else {
                return Err(error);
            };
            let wait = match error.retry() {
                Retry::Never => return Err(error),
                Retry::After(named) => named.max(*wait),
                Retry::Backoff => *wait,
            };
            let spent = Duration::try_from(timer.now().duration_since(started));
            if spent.unwrap_or_default().saturating_add(wait) > GRACE {
                return Err(error);
            }
            timer.sleep(wait).await;
        }
    }

    /// The values that are credentials, which a refusal may repeat.
    fn credentials(&self) -> impl Iterator<Item = &str> {
        let secrets = self.fields.iter().filter(|(name, _)| CREDENTIALS.contains(name));
        secrets.map(|(_, value)| *value).chain(self.bearer)
    }

    fn read(&self, outcome: Result<Response, TransportError>) -> Result<Issued, Error> {
        let (operation, method) = (self.operation, Method::Post);
        let response = match outcome {
            Ok(response) => self.credentials().fold(response, Response::without),
            Err(source) => {
                return Err(self.failed(endpoint::Error::Send { operation, method, source }));
            }
        };
        if !(200..300).contains(&response.status) {
            return Err(self.failed(endpoint::Error::Status { operation, method, response }));
        }
        serde_json::from_slice(&response.body).map_err(|source| {
            // The bytes of a success hold tokens: an error must not carry them about.
            let response = Response { body: Default::default(), ..response };
            self.failed(endpoint::Error::Decode { operation, response, source })
        })
    }

    /// The error for a success that lacks a refresh token or an owner.
    pub(super) fn incomplete(&self) -> Error {
        let source = serde::de::Error::custom("it names no refresh token, or nobody whose it is");
        let response = Response { status: 200, ..Response::default() };
        self.failed(endpoint::Error::Decode { operation: self.operation, response, source })
    }

    fn failed(&self, call: endpoint::Error) -> Error {
        Error::of_token_call(self.operation, call)
    }
}
