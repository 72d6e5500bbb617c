//! `/oauth`: the token operations, which take forms and answer with secrets.

use std::time::Duration;

use endpoint::{Content, Method, Request, Response, Retry, Timer, Transport};
use jiff::Timestamp;

use super::token_pair::Issued;
use crate::Error;

/// The waits before each repetition.
const WAITS: [Duration; 3] =
    [Duration::from_millis(500), Duration::from_millis(1000), Duration::from_millis(2000)];

/// How long after its first attempt a refresh may be tried again. The same refresh within 30 seconds
/// gives the same pair (`facts/highlevel.md` 2.2), and whoever takes over after a crash needs some
/// of them: this and [`super::TURN`] are less than that together.
const REPEATED_FOR: Duration = Duration::from_secs(15);

/// The fields that are credentials.
const CREDENTIALS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];

/// The path of the token endpoint, and the name of its operation.
const PATH: &str = "/oauth/token";
const OPERATION: &str = "oauth.get-access-token";

/// A request of the token endpoint with the values of one call. It has no `Debug`: its fields are
/// secrets.
pub(super) struct Form<'a> {
    pub(super) fields: &'a [(&'static str, &'a str)],
}

impl Form<'_> {
    /// Sends the form; repeats it three times when the connection or HighLevel fails, and after
    /// throttling.
    pub(super) async fn send<T: Transport, C: Timer>(
        &self,
        transport: &T,
        timer: &C,
        base_url: &str,
    ) -> Result<Issued, Error> {
        let mut repetitions = Repetitions::begin(timer.now());
        loop {
            let error = match self.attempt(transport, base_url).await {
                Ok(issued) => return Ok(issued),
                Err(error) => error,
            };
            let Some(wait) = repetitions.after(&error, timer.now()) else { return Err(error) };
            timer.sleep(wait).await;
        }
    }

    /// Sends the form once.
    pub(super) async fn attempt<T: Transport>(
        &self,
        transport: &T,
        base_url: &str,
    ) -> Result<Issued, Error> {
        let outcome = transport.send(self.request(base_url)).await;
        let method = Method::Post;
        let response = outcome.map_err(|source| {
            let call = endpoint::Error::Send { operation: OPERATION, method, source };
            Error::of_token_call(OPERATION, call)
        })?;
        let credentials = self.fields.iter().filter(|(name, _)| CREDENTIALS.contains(name));
        let response = credentials.fold(response, |response, (_, value)| response.without(value));
        issued(OPERATION, response)
    }

    fn request(&self, base_url: &str) -> Request {
        let url = format!("{}{PATH}", base_url.trim_end_matches('/'));
        request(url, self.fields.iter().copied())
    }

    /// The error for a success that lacks a refresh token or an owner.
    pub(super) fn incomplete() -> Error {
        let source = serde::de::Error::custom("it names no refresh token, or nobody whose it is");
        let response = Response { status: 200, ..Response::default() };
        let call = endpoint::Error::Decode { operation: OPERATION, response, source };
        Error::of_token_call(OPERATION, call)
    }
}

/// How often a form was sent, and whether it may be sent again.
pub(super) struct Repetitions {
    started: Timestamp,
    waits: std::slice::Iter<'static, Duration>,
}

impl Repetitions {
    /// Notes that the first attempt leaves.
    pub(super) fn begin(now: Timestamp) -> Self {
        Self { started: now, waits: WAITS.iter() }
    }

    /// The wait before the next attempt; none where there should be none.
    pub(super) fn after(&mut self, error: &Error, now: Timestamp) -> Option<Duration> {
        let wait = *self.waits.next()?;
        let wait = match error.retry() {
            Retry::Never => return None,
            Retry::After(named) => named.max(wait),
            Retry::Backoff => wait,
        };
        let spent = Duration::try_from(now.duration_since(self.started)).unwrap_or_default();
        (spent.saturating_add(wait) <= REPEATED_FOR).then_some(wait)
    }
}

/// The request of a token operation, without a bearer.
pub(super) fn request<'a>(
    url: String,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request {
    let content = Content::form(fields);
    let request = Request { method: Method::Post, url, headers: Vec::new(), body: content.bytes };
    request
        .with_header("accept", "application/json")
        .with_header("content-type", content.media_type)
}

/// Reads the reply of a token operation.
pub(super) fn issued(operation: &'static str, response: Response) -> Result<Issued, Error> {
    if !(200..300).contains(&response.status) {
        let call = endpoint::Error::Status { operation, method: Method::Post, response };
        return Err(Error::of_token_call(operation, call));
    }
    serde_json::from_slice(&response.body).map_err(|source| {
        // The bytes of a success hold tokens: an error must not carry them about.
        let response = Response { body: Default::default(), ..response };
        Error::of_token_call(operation, endpoint::Error::Decode { operation, response, source })
    })
}
