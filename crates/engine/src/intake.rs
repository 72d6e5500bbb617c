//! Takes a delivery, appends its event to the journal, and answers when it is durable: stops 2, 3.

use std::sync::Arc;

use domain::{
    Appended, Delivery, EventId, EventKind, Journal, Refusal, Sequence, Source, StorageError,
};
use tokio::sync::Notify;
use tracing::Instrument;

/// The journal's only entrance. Cheap to clone.
#[derive(Clone)]
pub struct Intake<S> {
    store: S,
    projector: Arc<Notify>,
}

/// A delivery whose event is on stable storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The event.
    pub event: EventId,
    /// What it says happened.
    pub kind: EventKind,
    /// Its place in the journal.
    pub sequence: Sequence,
    /// Whether the journal had it before.
    pub duplicate: bool,
}

/// A delivery of which nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// It does not come from the vendor.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be kept at the moment.
    #[error(transparent)]
    Unkept(#[from] StorageError),
}

impl<S: Journal> Intake<S> {
    /// An entrance to `store` that wakes `projector`.
    pub(crate) fn new(store: S, projector: Arc<Notify>) -> Self {
        Self { store, projector }
    }

    /// Checks, reads and keeps one delivery.
    ///
    /// # Errors
    /// See [`Rejected`]; nothing was kept.
    pub async fn accept(
        &self,
        source: &dyn Source,
        delivery: Delivery,
    ) -> Result<Accepted, Rejected> {
        source.authenticate(&delivery)?;
        let event = source.read(delivery);
        let (id, kind) = (event.id, event.kind);
        let span = tracing::debug_span!("event", event.id = %id, stop = "journal");
        let appended = self.store.append(event).instrument(span.clone()).await?;
        let (sequence, duplicate) = match appended {
            Appended::New(sequence) => (sequence, false),
            Appended::Duplicate(sequence) => (sequence, true),
        };
        span.in_scope(|| {
            tracing::debug!(event.kind = %kind, sequence = sequence.0, duplicate, "event is durable");
        });
        if !duplicate {
            self.projector.notify_one();
        }
        Ok(Accepted { event: id, kind, sequence, duplicate })
    }
}
