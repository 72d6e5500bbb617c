//! A bound on a body: what would be longer breaks off.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;

use super::{BodyError, Pieces, TooLarge};

/// The same body, which breaks off with [`TooLarge`] before it has given more than `limit` bytes.
#[must_use]
pub fn cap(pieces: Pieces, limit: u64) -> Pieces {
    Box::pin(Capped { pieces, limit, given: 0, is_over: false })
}

struct Capped {
    pieces: Pieces,
    limit: u64,
    given: u64,
    is_over: bool,
}

impl Stream for Capped {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = match ready!(self.pieces.as_mut().poll_next(context)) {
            Some(Ok(piece)) => piece,
            end => {
                self.is_over = true;
                return Poll::Ready(end);
            }
        };
        self.given = self.given.saturating_add(piece.len() as u64);
        if self.given <= self.limit {
            return Poll::Ready(Some(Ok(piece)));
        }
        self.is_over = true;
        Poll::Ready(Some(Err(TooLarge { limit: self.limit }.into())))
    }
}
