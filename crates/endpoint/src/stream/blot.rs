//! Blots a credential out of a body that comes piece by piece, also where two pieces share it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;

use super::{BodyError, Pieces};
use crate::{
    Secret,
    transport::{blotted, is_credential},
};

/// The same body with `[secret]` in place of the credential, as [`crate::Response::without`] does for
/// a whole one.
///
/// It holds back what could be the credential's beginning until the next piece tells, and no more.
#[must_use]
pub fn blot(pieces: Pieces, credential: Secret) -> Pieces {
    if !is_credential(credential.expose()) {
        return pieces;
    }
    Box::pin(Blotted { pieces, credential, held: Vec::new(), is_over: false })
}

struct Blotted {
    pieces: Pieces,
    credential: Secret,
    /// The end of what came, which is how the credential begins.
    held: Vec<u8>,
    is_over: bool,
}

impl Blotted {
    /// What can be given of the held bytes and a piece; the rest is held.
    fn give(&mut self, piece: &[u8]) -> Bytes {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend_from_slice(piece);
        let credential = self.credential.expose().as_bytes();
        let mut bytes = blotted(&bytes, credential).unwrap_or(bytes);
        self.held = bytes.split_off(bytes.len() - shared(&bytes, credential));
        bytes.into()
    }
}

/// How many bytes at the end of `bytes` are a beginning of the credential.
fn shared(bytes: &[u8], credential: &[u8]) -> usize {
    let longest = bytes.len().min(credential.len() - 1);
    (1..=longest).rev().find(|length| bytes.ends_with(&credential[..*length])).unwrap_or(0)
}

impl Stream for Blotted {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.is_over {
            match ready!(self.pieces.as_mut().poll_next(context)) {
                Some(Ok(piece)) => {
                    let given = self.give(&piece);
                    if !given.is_empty() {
                        return Poll::Ready(Some(Ok(given)));
                    }
                }
                Some(Err(error)) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.is_over = true;
                    let held = std::mem::take(&mut self.held);
                    return Poll::Ready(
                        Some(held).filter(|it| !it.is_empty()).map(|it| Ok(it.into())),
                    );
                }
            }
        }
        Poll::Ready(None)
    }
}
