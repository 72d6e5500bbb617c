//! The attempts of one call: what happens before each, what its end teaches, and whether another follows.

use endpoint::{Request, Retry, Secret, Timer, Transport, TransportError};
use jiff::Timestamp;

use super::{
    Client,
    patience::{Next, Patience},
};
use crate::{Error, Kind, Profile, ledger::News};

/// What the attempts of one call have come to.
#[derive(Debug)]
pub(super) struct Attempts {
    patience: Patience,
    /// The token in place of the one that expired.
    renewed: Option<Secret>,
    last: Option<Error>,
}

impl Attempts {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, renewed: None, last: None }
    }
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// Waits until an attempt may leave; gives its token and the moment.
    pub(super) async fn begin(
        &self,
        profile: Profile,
        attempts: &mut Attempts,
    ) -> Result<(Option<Secret>, Timestamp), Error> {
        // Before the budget: a call that waits for its token would leave later than was counted.
        let token = self.token(profile, attempts.renewed.as_ref()).await?;
        let sent = match self.admit(profile, attempts.patience.deadline()).await {
            Ok(Some(sent)) => sent,
            Ok(None) => {
                return Err(attempts.last.take().expect("patience begins with a first attempt"));
            }
            // What happened to the call itself says more than why it is not repeated.
            Err(refused) if refused.kind() == Some(&Kind::Stopped) => {
                return Err(attempts.last.take().unwrap_or(refused));
            }
            Err(refused) => return Err(refused),
        };
        attempts.patience.start(sent);
        Ok((token, sent))
    }

    /// Waits until another attempt makes sense after one that failed; the error where none does.
    pub(super) async fn settle(
        &self,
        profile: Profile,
        attempts: &mut Attempts,
        token: Option<&Secret>,
        error: Error,
    ) -> Result<(), Error> {
        if let (Some(Kind::Expired), Some(token), None) = (error.kind(), token, &attempts.renewed) {
            attempts.renewed = self.renew(profile, token).await?;
            if attempts.renewed.is_none() {
                return Err(error);
            }
            attempts.last = Some(error);
            return Ok(());
        }
        let now = self.shared.timer.now();
        match attempts.patience.after(&error, now, &self.shared.jitter) {
            Next::GiveUp => return Err(error),
            Next::Again(wait) => self.shared.timer.sleep(wait).await,
            Next::AfterPause => {}
        }
        attempts.last = Some(error);
        Ok(())
    }

    /// Tells the breaker how an attempt ended: with this status, or without an answer.
    pub(super) fn note_end(&self, now: Timestamp, status: Option<u16>) {
        self.breaker().note(now, status.is_some_and(|status| status < 500));
    }

    /// Tells the ledger what a reply taught, its headers first.
    pub(super) async fn learn(&self, mut news: Vec<News>, error: Option<&Error>, now: Timestamp) {
        news.extend(error.and_then(|error| throttling(error, now)));
        if !news.is_empty() {
            let allowance = self.shared.settings.allowance();
            // The reply counts more than a ledger that fails; the next call finds out about that.
            drop(self.shared.ledger.note(&self.tenant, allowance, &news, now).await);
        }
    }
}

/// The request as it leaves.
pub(super) fn with_token(request: &Request, token: Option<&Secret>) -> Request {
    let request = request.clone();
    match token {
        Some(token) => request.with_header("authorization", format!("Bearer {}", token.expose())),
        None => request,
    }
}

/// The error of an attempt that got no answer.
pub(super) fn unsent(profile: Profile, source: TransportError) -> Error {
    let Profile { operation, method, .. } = profile;
    Error::of(profile, endpoint::Error::Send { operation, method, source })
}

/// What a failed call teaches about the limits: a 429 pauses everybody.
fn throttling(error: &Error, now: Timestamp) -> Option<News> {
    let response = error.response().filter(|response| response.status == 429)?;
    let named = match error.retry() {
        Retry::After(wait) => Some(wait),
        Retry::Backoff | Retry::Never => None,
    };
    Some(News::of_throttling(now, response, named))
}
