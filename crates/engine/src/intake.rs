//! Takes a delivery, appends its event to the journal, and answers when it is durable: stops 2, 3.

use std::sync::Arc;

use domain::{
    Appended, CorrelationId, Delivery, EventId, EventKind, Held, Journal, Quarantine, Reading,
    Reason, Refusal, Sequence, Source, StorageError,
};
use policy::directory::Standing;
use tokio::sync::Notify;
use tracing::Instrument;

use crate::admit::SharedDirectory;

/// The journal's only entrance. Cheap to clone.
#[derive(Clone)]
pub struct Intake<S> {
    store: S,
    directory: SharedDirectory,
    projector: Arc<Notify>,
}

/// A delivery whose event is on stable storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The event.
    pub event: EventId,
    /// What it says happened.
    pub kind: EventKind,
    /// What its delivery is called.
    pub correlation: CorrelationId,
    /// Its place in the journal, or in the quarantine.
    pub sequence: Sequence,
    /// Whether it was there before.
    pub duplicate: bool,
    /// Why it waits in the quarantine, where it does.
    pub waits: Option<Reason>,
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

impl<S: Journal + Quarantine> Intake<S> {
    /// An entrance to `store` that asks the directory whose an event is, and wakes `projector`.
    pub(crate) fn new(store: S, directory: SharedDirectory, projector: Arc<Notify>) -> Self {
        Self { store, directory, projector }
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
        let reading = source.read(delivery);
        let (id, kind) = (reading.event.id, reading.event.kind);
        let correlation = reading.event.correlation.clone();
        let span = tracing::debug_span!("event", event.id = %id, %correlation, stop = "journal");
        let (appended, waits) = self.keep(reading).instrument(span.clone()).await?;
        let (sequence, duplicate) = match appended {
            Appended::New(sequence) => (sequence, false),
            Appended::Duplicate(sequence) => (sequence, true),
        };
        span.in_scope(|| {
            tracing::debug!(event.kind = %kind, sequence = sequence.0, duplicate, waits = waits.map(Reason::name), "event is durable");
        });
        if !duplicate && waits.is_none() {
            self.projector.notify_one();
        }
        Ok(Accepted { event: id, kind, correlation, sequence, duplicate, waits })
    }

    /// Keeps an event in the journal, or in the quarantine while it is nobody's.
    async fn keep(&self, reading: Reading) -> Result<(Appended, Option<Reason>), StorageError> {
        let standing = self.directory.standing(&reading);
        let Reading { mut event, app, .. } = reading;
        match standing {
            Standing::Owned(tenant) => {
                event.tenant = Some(tenant);
                Ok((self.store.append(event).await?, None))
            }
            Standing::Nobody => Ok((self.store.append(event).await?, None)),
            Standing::Waiting(reason) => {
                let held = self.store.hold(Held { event, app, reason }).await?;
                Ok((held, Some(reason)))
            }
        }
    }
}
