//! Bodies that come piece by piece: an exchange whose request and reply are never whole in memory.
//!
//! A piece is asked for when the last one is gone, so whoever is slower sets the pace.

mod blot;
mod cap;

use std::{fmt, future::Future, pin::Pin};

use bytes::Bytes;
use futures_core::Stream;

pub use self::{blot::blot, cap::cap};
use crate::{Request, Transport, TransportError};

/// What a body says when it breaks off.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The pieces of a body, in order. After an error nothing follows.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// A body on its way out.
pub struct Upload {
    /// How many bytes it has, where that is known.
    pub length: Option<u64>,
    /// Its bytes.
    pub pieces: Pieces,
}

/// The head of a reply, and its body as it arrives.
pub struct StreamedResponse {
    /// The HTTP status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body. Dropping it ends the exchange.
    pub pieces: Pieces,
}

/// A transport that carries bodies piece by piece.
pub trait StreamTransport: Transport {
    /// Sends one request, with the upload in place of its body where there is one, and gives the
    /// reply as soon as its head is there, whatever its status.
    ///
    /// # Errors
    /// When no head arrived; the variant says whether the request may have been received. What
    /// breaks off later is an error of the reply's pieces.
    fn open(
        &self,
        request: Request,
        upload: Option<Upload>,
    ) -> impl Future<Output = Result<StreamedResponse, TransportError>> + Send;
}

/// A body of more bytes than there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is larger than {limit} bytes; send it in parts, or raise the limit")]
pub struct TooLarge {
    /// The limit.
    pub limit: u64,
}

/// The next piece; none at the end.
pub async fn next(pieces: &mut Pieces) -> Option<Result<Bytes, BodyError>> {
    std::future::poll_fn(|context| pieces.as_mut().poll_next(context)).await
}

/// A body that is there already.
#[must_use]
pub fn whole(bytes: Bytes) -> Pieces {
    Box::pin(Whole(Some(bytes).filter(|bytes| !bytes.is_empty())))
}

/// The whole body, where it is not larger than `limit` bytes; otherwise its beginning, which is at
/// most one piece longer than that, and what still comes.
///
/// # Errors
/// When it breaks off.
pub async fn gather(mut pieces: Pieces, limit: usize) -> Result<Gathered, BodyError> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut pieces).await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > limit {
            return Ok(Gathered::Part(bytes.into(), pieces));
        }
    }
    Ok(Gathered::Whole(bytes.into()))
}

/// What [`gather`] has of a body.
pub enum Gathered {
    /// All of it.
    Whole(Bytes),
    /// Its beginning, and the rest.
    Part(Bytes, Pieces),
}

impl Gathered {
    /// The body again, as pieces.
    #[must_use]
    pub fn into_pieces(self) -> Pieces {
        match self {
            Self::Whole(bytes) => whole(bytes),
            Self::Part(first, rest) => Box::pin(Begun { first: Some(first), rest }),
        }
    }
}

impl fmt::Debug for StreamedResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StreamedResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}

struct Begun {
    first: Option<Bytes>,
    rest: Pieces,
}

impl Stream for Begun {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        match self.first.take() {
            Some(first) => std::task::Poll::Ready(Some(Ok(first))),
            None => self.rest.as_mut().poll_next(context),
        }
    }
}

#[cfg(test)]
mod tests;
