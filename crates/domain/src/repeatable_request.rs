//! A repeatable request: what its sender may send again under one key, and get one answer for.

use std::future::Future;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use jiff::Timestamp;

use crate::{Actor, StorageError};

/// Whose request it is, and under which key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestKey {
    /// Who sent it: the same word of another is another key.
    pub holder: Actor,
    /// The word that the sender chose.
    pub word: String,
}

/// What tells two requests apart: the hash of method, target and body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestMark([u8; 32]);

/// A request that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// Its key.
    pub key: RequestKey,
    /// What it asks for.
    pub mark: RequestMark,
    /// Now.
    pub begun_at: Timestamp,
    /// Until when its key is remembered.
    pub kept_until: Timestamp,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRequest {
    /// What it was used for.
    pub mark: RequestMark,
    /// When.
    pub begun_at: Timestamp,
    /// What came of it; none while it is being answered, or where that was cut off.
    pub reply: Option<KeptReply>,
}

/// An answer that is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReply {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Bytes,
}

impl RequestMark {
    /// The mark of a request. The target is the path with its query.
    #[must_use]
    pub fn of(method: &str, target: &str, body: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in [method.as_bytes(), target.as_bytes(), body] {
            // With its length, so that no two requests run together into the same bytes.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        Self(context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// The mark with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes that stores keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Keeps requests that may come again, for a while.
pub trait RepeatableRequests {
    /// Notes that a request begins, where its key is not known: then none is told. What is known no
    /// longer counts once its time is over, and goes.
    fn begin_request(
        &self,
        request: NewRequest,
    ) -> impl Future<Output = Result<Option<KnownRequest>, StorageError>> + Send;

    /// Keeps what came of a request that began.
    fn end_request(
        &self,
        key: &RequestKey,
        reply: KeptReply,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Forgets a request of which nothing came: its key is free again.
    fn forget_request(
        &self,
        key: &RequestKey,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_anywhere_has_another_mark() {
        let marks = [
            RequestMark::of("POST", "/v1/a", b"{}"),
            RequestMark::of("PUT", "/v1/a", b"{}"),
            RequestMark::of("POST", "/v1/a?b=1", b"{}"),
            RequestMark::of("POST", "/v1/a{", b"}"),
            RequestMark::of("POST", "/v1/a", b""),
        ];
        for (index, mark) in marks.iter().enumerate() {
            assert!(marks[index + 1..].iter().all(|other| other != mark));
        }
        assert_eq!(marks[0], RequestMark::of("POST", "/v1/a", b"{}"));
    }
}
