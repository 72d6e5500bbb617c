//! One delivered webhook: what was sent, and how the subscriber answered.

use std::{fmt, time::Duration};

use aws_lc_rs::digest;
use bytes::Bytes;
use serde::Serialize;

use crate::highlevel::{
    deliveries::{Attempt, Delivery, milliseconds},
    live::Live,
};

/// A webhook that was sent, and how the subscriber answered.
#[derive(Clone, Serialize)]
pub struct Delivered {
    /// The event's `type`, or the name of its file where it has none.
    pub event: String,
    /// The status of the reply; none where no reply came.
    pub status: Option<u16>,
    /// Why no reply came.
    pub failure: Option<String>,
    /// The id in the body.
    pub webhook_id: String,
    /// The id in the header `deliveryId`, the same for every try.
    pub delivery_id: String,
    /// The SHA-256 of the body, in hexadecimal digits.
    pub body_sha256: String,
    /// From the start of the request to the end of the reply, in real time.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
    /// The bytes that were sent.
    #[serde(skip)]
    pub body: Bytes,
    /// The bytes of the subscriber's reply; empty where none came.
    #[serde(skip)]
    pub reply: Bytes,
}

impl Delivered {
    /// Whether the subscriber took it.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Without the body, which holds people's data.
impl fmt::Debug for Delivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Delivered")
            .field("event", &self.event)
            .field("status", &self.status)
            .field("failure", &self.failure)
            .field("webhook_id", &self.webhook_id)
            .field("delivery_id", &self.delivery_id)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// What is sent, the same at every try.
#[derive(Clone)]
pub(crate) struct Parcel {
    event: String,
    webhook_id: String,
    pub(crate) delivery_id: String,
    body_sha256: String,
    pub(crate) body: Bytes,
}

impl Parcel {
    pub(crate) fn new(live: Live, webhook_id: String, delivery_id: String) -> Self {
        Self {
            event: live.event,
            webhook_id,
            delivery_id,
            body_sha256: sha256(live.body.as_bytes()),
            body: live.body.into(),
        }
    }

    /// The parcel that was delivered, to be sent once more.
    pub(crate) fn again(delivered: &Delivered) -> Self {
        Self {
            event: delivered.event.clone(),
            webhook_id: delivered.webhook_id.clone(),
            delivery_id: delivered.delivery_id.clone(),
            body_sha256: delivered.body_sha256.clone(),
            body: delivered.body.clone(),
        }
    }

    pub(crate) fn delivered(self, attempt: Attempt, reply: Bytes) -> Delivered {
        Delivered {
            event: self.event,
            status: attempt.status,
            failure: attempt.failure,
            webhook_id: self.webhook_id,
            delivery_id: self.delivery_id,
            body_sha256: self.body_sha256,
            elapsed: attempt.elapsed,
            body: self.body,
            reply,
        }
    }

    pub(crate) fn log_entry(&self) -> Delivery {
        Delivery {
            event: self.event.clone(),
            webhook_id: self.webhook_id.clone(),
            delivery_id: self.delivery_id.clone(),
            body_sha256: self.body_sha256.clone(),
            attempts: Vec::new(),
            next_attempt_at: None,
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(status: Option<u16>) -> Delivered {
        let live =
            Live { event: "NoteCreate".to_owned(), body: "{\"body\":\"private\"}".to_owned() };
        let attempt = Attempt {
            at: jiff::Timestamp::UNIX_EPOCH,
            status,
            failure: None,
            elapsed: Duration::from_millis(2),
        };
        Parcel::new(live, "w-1".to_owned(), "d-1".to_owned()).delivered(attempt, Bytes::new())
    }

    #[test]
    fn only_success_is_acceptance() {
        for (status, accepted) in [
            (None, false),
            (Some(199), false),
            (Some(200), true),
            (Some(299), true),
            (Some(302), false),
        ] {
            assert_eq!(delivered(status).is_accepted(), accepted, "{status:?}");
        }
    }

    #[test]
    fn neither_debug_nor_json_holds_the_body() {
        let delivered = delivered(Some(200));
        for text in [format!("{delivered:?}"), serde_json::to_string(&delivered).unwrap()] {
            assert!(!text.contains("private"), "{text}");
            assert!(text.contains("w-1"));
        }
    }

    #[test]
    fn the_hash_is_the_bodys() {
        assert_eq!(
            sha256(b"abc"), // FIPS 180-2, appendix B.1.
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_is_sent_again_is_the_same() {
        let first = delivered(Some(429));
        let again = Parcel::again(&first);
        assert_eq!(again.body, first.body);
        assert_eq!((again.webhook_id, again.delivery_id), (first.webhook_id, first.delivery_id));
        assert_eq!(again.body_sha256, first.body_sha256);
    }
}
