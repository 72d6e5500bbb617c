//! Passing requests on: the same limits, tokens and repetitions, and a reply that is not read.

use endpoint::{
    Request, Response, Secret, Timer,
    stream::{self, Gathered, Pieces, StreamTransport, StreamedResponse, Upload},
};
use jiff::Timestamp;

use super::{
    Client,
    attempts::{Attempts, unsent, with_token},
    patience::Patience,
};
use crate::{Error, Forward, Profile, ledger::News};

/// The longest refusal that is read to find out what it means, in bytes. A longer one is passed on.
const LONGEST_REFUSAL: usize = 64 * 1024;

impl<T: StreamTransport, C: Timer> Client<T, C> {
    /// Passes a request on, and gives the reply as its head is there. The token stands in none of its
    /// headers and pieces.
    ///
    /// It waits for the budget and repeats as [`Self::call`] does. A body that comes piece by piece
    /// is sent once: there only a call that waits for its turn waits.
    ///
    /// # Errors
    /// What is no success, with the whole reply in [`Error::response`] where one came; a refusal of
    /// more than 64 KiB is given as a reply.
    pub async fn forward(&self, forward: Forward) -> Result<StreamedResponse, Error> {
        let (settings, profile) = (&self.shared.settings, forward.profile());
        let (request, mut upload) = forward.into_request(&settings.base_url)?;
        let may_repeat = upload.is_none();
        let mut attempts = Attempts::new(Patience::new(settings, profile.repeatable));
        loop {
            let (token, sent) = self.begin(profile, &mut attempts).await?;
            let token = token.as_ref();
            match self.pass(profile, (&request, upload.take()), token, sent).await {
                Ok(reply) => return Ok(reply),
                Err(error) if may_repeat => {
                    self.settle(profile, &mut attempts, token, error).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One attempt.
    async fn pass(
        &self,
        profile: Profile,
        (request, upload): (&Request, Option<Upload>),
        token: Option<&Secret>,
        sent: Timestamp,
    ) -> Result<StreamedResponse, Error> {
        let outcome = self.shared.transport.open(with_token(request, token), upload).await;
        let now = self.shared.timer.now();
        self.note_end(now, outcome.as_ref().ok().map(|reply| reply.status));
        let reply = outcome.map_err(|source| unsent(profile, source))?;
        let taught = News::in_headers(self.shared.settings.allowance(), sent, &reply.headers);
        let reply = understood(profile, without(reply, token)).await;
        self.learn(taught, reply.as_ref().err(), now).await;
        reply
    }
}

/// A success as it is; a refusal as an error, where it is short enough to be one.
async fn understood(profile: Profile, reply: StreamedResponse) -> Result<StreamedResponse, Error> {
    if reply.status < 400 {
        return Ok(reply);
    }
    let StreamedResponse { status, headers, pieces } = reply;
    let gathered = match stream::gather(pieces, LONGEST_REFUSAL).await {
        Ok(gathered) => gathered,
        // The status counts; what should have followed says nothing any more.
        Err(_) => Gathered::Whole(Vec::new().into()),
    };
    match gathered {
        Gathered::Whole(body) => {
            let response = Response { status, headers, body };
            let (operation, method) = (profile.operation, profile.method);
            let call = endpoint::Error::Status { operation, method, response };
            Err(Error::of(profile, call))
        }
        part @ Gathered::Part(..) => {
            Ok(StreamedResponse { status, headers, pieces: part.into_pieces() })
        }
    }
}

/// The reply with the credential blotted out wherever it stands.
fn without(reply: StreamedResponse, token: Option<&Secret>) -> StreamedResponse {
    let Some(token) = token else { return reply };
    let StreamedResponse { status, headers, pieces } = reply;
    let head = Response { status, headers, ..Response::default() }.without(token.expose());
    let pieces: Pieces = stream::blot(pieces, token.clone());
    StreamedResponse { status, headers: head.headers, pieces }
}

#[cfg(test)]
mod tests;
