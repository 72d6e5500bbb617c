//! Speaks to the user's own application: rows go there as signed messages, and come in as it tells them.
//!
//! The messages are those of Standard Webhooks, signed as those to subscriptions are. An application
//! keeps its rows by the CRM's id, which each message carries: being told twice to make one is being
//! told to change it, so nothing has to be looked up before a message is repeated.

mod message;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    Actor, Audit, BoxFuture, Clock, Counterpart, Credential, CredentialKey, Credentials, Failure,
    Mapping, Next, Offered, Profiles, RecordKey, Row, RowWrite,
};
use endpoint::{Method, Request, Response, Secret, Transport};

use self::message::{Message, Reply};
use crate::{
    Safe,
    subscriber::{
        failure,
        signature::{self, RANDOM, SigningKey},
        storage, unanswered, wait,
    },
};

/// The vendor's name.
pub const NAME: &str = "application";

/// The name of the source of its rows.
pub const ROWS: &str = "application.rows";

/// How many random bytes [`new_secret`] takes.
pub const SECRET_BYTES: usize = RANDOM;

/// The secret of these random bytes that messages to an application are signed with.
#[must_use]
pub fn new_secret(random: &[u8; SECRET_BYTES]) -> Secret {
    signature::secret(random)
}

/// Tells applications of their rows.
pub struct Application<S, T> {
    store: S,
    safe: Safe<S>,
    transport: T,
    clock: Arc<dyn Clock>,
    /// The keys that were opened, by what they were opened from.
    keys: Mutex<HashMap<CredentialKey, (Credential, SigningKey)>>,
}

impl<S, T> Application<S, T>
where
    S: Profiles + Credentials + Audit + Send + Sync,
    T: Transport,
{
    /// A counterpart over this store. The transport has to be one that judges where it goes.
    #[must_use]
    pub fn new(store: S, safe: Safe<S>, transport: T, clock: Arc<dyn Clock>) -> Self {
        Self { store, safe, transport, clock, keys: Mutex::default() }
    }

    async fn write(&self, mapping: &Mapping, write: &RowWrite) -> Result<Offered, Failure> {
        let message = message::put(mapping, write);
        let reply = self.tell(mapping, &message, Some(write)).await?;
        if reply.status == 410 && write.row.is_some() {
            let row = Reply::default().row(write);
            return Ok(Offered::Taken(Row { gone: true, ..row }));
        }
        if reply.status == 409 && write.row.is_some() {
            return Ok(Offered::Changed(Reply::of(&reply.body).changed(write)));
        }
        verdict(&reply)?;
        Ok(Offered::Taken(Reply::of(&reply.body).row(write)))
    }

    async fn take_away(&self, mapping: &Mapping, row: &str) -> Result<(), Failure> {
        let message = message::remove(mapping, row, self.clock.now());
        let reply = self.tell(mapping, &message, None).await?;
        match reply.status {
            404 | 410 => Ok(()),
            _ => verdict(&reply),
        }
    }

    async fn tell(
        &self,
        mapping: &Mapping,
        message: &Message,
        write: Option<&RowWrite>,
    ) -> Result<Response, Failure> {
        let tenant = mapping.counterpart_tenant();
        let url = self.store.profile(&tenant).await.map_err(storage)?.and_then(|it| it.url);
        let url = url.ok_or_else(|| {
            let reason = "the application has no address; give it one with \
                          `highwire connect application --again`";
            failure(Next::Hold(None), reason)
        })?;
        let key = self.key(&CredentialKey::new(&tenant, CredentialKey::SIGNING_SECRET)).await?;
        let now = self.clock.now();
        let header = |name: &str, value: String| (name.to_owned(), value);
        let mut headers = vec![
            header("content-type", "application/json".to_owned()),
            header("webhook-id", message.id.clone()),
            header("webhook-timestamp", now.as_second().to_string()),
            header("webhook-signature", key.sign(&message.id, now, &message.body)),
        ];
        if let Some(write) = write {
            headers.push(header("x-correlation-id", write.correlation.to_string()));
        }
        let body = message.body.clone().into();
        let request = Request { method: Method::Post, url, headers, body };
        self.transport.send(request).await.map_err(|error| unanswered(&error))
    }

    /// The key that a connection's messages are signed with. It is opened anew where it was renewed.
    async fn key(&self, place: &CredentialKey) -> Result<SigningKey, Failure> {
        let missing = || {
            let reason = "the application's secret is not there; make another with \
                          `highwire connect application --again`";
            failure(Next::Hold(None), reason)
        };
        let stored = self.store.credential(place).await.map_err(storage)?.ok_or_else(missing)?;
        if let Some((from, key)) =
            self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(place)
            && *from == stored
        {
            return Ok(key.clone());
        }
        let opened = self.safe.open_stored(&stored, &Actor::Hub).await;
        let opened = opened.map_err(|error| failure(Next::Hold(None), &error.to_string()))?;
        let key = SigningKey::of(&opened).ok_or_else(missing)?;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(place.clone(), (stored, key.clone()));
        Ok(key)
    }
}

impl<S, T> Counterpart for Application<S, T>
where
    S: Profiles + Credentials + Audit + Send + Sync,
    T: Transport,
{
    fn vendor(&self) -> &'static str {
        NAME
    }

    /// Nothing has to be found: the message that makes a row can be repeated.
    fn find<'a>(
        &'a self,
        _: &'a Mapping,
        _: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Row>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn put<'a>(
        &'a self,
        mapping: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Row, Failure>> {
        Box::pin(async move {
            match self.write(mapping, write).await? {
                Offered::Taken(row) => Ok(row),
                Offered::Changed(_) => Err(failure(
                    Next::Retry,
                    "the application answered 409: it has changed the row since",
                )),
            }
        })
    }

    fn offer<'a>(
        &'a self,
        mapping: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Offered, Failure>> {
        Box::pin(self.write(mapping, write))
    }

    fn remove<'a>(
        &'a self,
        mapping: &'a Mapping,
        row: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(self.take_away(mapping, row))
    }
}

/// What an answer means.
fn verdict(reply: &Response) -> Result<(), Failure> {
    let status = reply.status;
    let said =
        |next, more: &str| Err(failure(next, &format!("the application answered {status}{more}")));
    match status {
        200..=299 => Ok(()),
        300..=399 => said(Next::Retry, "; redirects are not followed, give the address itself"),
        401 | 403 => {
            said(Next::Hold(None), "; check that it verifies with the secret of its connection")
        }
        400 | 413 | 415 | 422 => {
            said(Next::GiveUp, ": it refuses the values; correct them in the CRM or the mapping")
        }
        429 | 503 => match wait(reply) {
            Some(wait) => said(Next::Hold(Some(wait)), ""),
            None => said(Next::Retry, ""),
        },
        _ => said(Next::Retry, ""),
    }
}

#[cfg(test)]
mod tests;
