//! Takes a delivery, appends its event to the journal, and answers when it is durable: stops 2, 3.

use std::sync::Arc;

use domain::{
    Appended, CorrelationId, Credential, CredentialKey, Credentials, Delivery, Event, EventId,
    EventKind, Held, Journal, Origin, Quarantine, Reading, Reason, Refusal, Sender, Sequence,
    Source, StorageError, Verb, WebhookSecret,
};
use jiff::SignedDuration;
use policy::directory::Standing;
use tokio::sync::Notify;
use tracing::Instrument;

use crate::{
    entrance::{self, Claim, Identified},
    meter::Meter,
    register::{DoorSettings, SharedRegister},
    watch::Hints,
};

/// The journal's only entrance. Cheap to clone.
#[derive(Clone)]
pub struct Intake<S> {
    store: S,
    register: SharedRegister,
    settings: Arc<DoorSettings>,
    meter: Meter,
    projector: Arc<Notify>,
    hints: Hints,
}

/// What became of a delivery that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Its event is on stable storage.
    Event(Accepted),
    /// Its event says that it happened longer ago than the settings allow; it was not kept.
    Late(EventId),
    /// It was no event: it handed over a secret, which waits for the operator.
    Handshake,
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
    /// Nobody who may send it has sent it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be kept at the moment.
    #[error(transparent)]
    Unkept(#[from] StorageError),
}

/// What an intake stands on.
pub(crate) struct Footing<S> {
    pub(crate) store: S,
    pub(crate) register: SharedRegister,
    pub(crate) settings: DoorSettings,
    pub(crate) meter: Meter,
    /// Woken by every event that is new.
    pub(crate) projector: Arc<Notify>,
    /// Told of every new event that asks to read something again.
    pub(crate) hints: Hints,
}

impl<S: Journal + Quarantine + Credentials> Intake<S> {
    /// An entrance to a store that asks the register who sends and whose an event is.
    pub(crate) fn new(footing: Footing<S>) -> Self {
        let Footing { store, register, settings, meter, projector, hints } = footing;
        Self { store, register, settings: Arc::new(settings), meter, projector, hints }
    }

    /// Checks, reads and keeps one delivery.
    ///
    /// # Errors
    /// See [`Rejected`]; nothing was kept.
    pub async fn accept(
        &self,
        source: &dyn Source,
        claim: &Claim,
        delivery: Delivery,
    ) -> Result<Taken, Rejected> {
        if let Claim::Connection(id) = claim
            && let Some(secret) = source.offered_secret(&delivery)
        {
            self.keep_offered(source, id, &secret, &delivery).await?;
            return Ok(Taken::Handshake);
        }
        let Identified { sender, key } =
            entrance::identify(&self.register.get(), source, claim, &delivery)?;
        let now = delivery.received_at;
        if let Some(key) = &key {
            let limit = self.settings.deliveries_per_minute;
            if matches!(claim, Claim::Token(_)) && !self.meter.admit(key.as_str(), limit, now) {
                return Err(Refusal::TooMany.into());
            }
            self.meter.note_use(key, now);
        }
        let has_correlation = delivery.correlation.is_some();
        let mut reading = source.read(delivery);
        own(&mut reading.event, &sender, has_correlation);
        if self.is_late(&reading.event) {
            return Ok(Taken::Late(reading.event.id));
        }
        self.take(&sender, source.vendor(), reading).await.map(Taken::Event)
    }

    /// Keeps an event whose owner is known, such as what an application tells of a row.
    ///
    /// # Errors
    /// Where it cannot be kept; nothing of it was.
    pub async fn keep_told(&self, event: Event) -> Result<Accepted, StorageError> {
        let (id, kind, correlation) = (event.id, event.kind, event.correlation.clone());
        let span = tracing::debug_span!("event", event.id = %id, %correlation, stop = "journal");
        let appended = self.store.append(event).instrument(span).await?;
        let (sequence, duplicate) = match appended {
            Appended::New(sequence) => (sequence, false),
            Appended::Duplicate(sequence) => (sequence, true),
        };
        if !duplicate {
            self.projector.notify_one();
        }
        Ok(Accepted { event: id, kind, correlation, sequence, duplicate, waits: None })
    }

    async fn take(
        &self,
        sender: &Sender,
        vendor: &str,
        reading: Reading,
    ) -> Result<Accepted, Rejected> {
        let (id, kind) = (reading.event.id, reading.event.kind);
        let correlation = reading.event.correlation.clone();
        let span = tracing::debug_span!("event", event.id = %id, %correlation, stop = "journal");
        let keeping = self.keep(sender, vendor, reading).instrument(span.clone());
        let (appended, waits) = keeping.await?;
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
    async fn keep(
        &self,
        sender: &Sender,
        vendor: &str,
        reading: Reading,
    ) -> Result<(Appended, Option<Reason>), Rejected> {
        let standing = self.register.get().directory.standing_from(sender, vendor, &reading);
        let Reading { mut event, app, .. } = reading;
        match standing {
            Standing::Owned(tenant) => {
                event.tenant = Some(tenant);
                let is_hint = event.kind.verb == Verb::Hinted && self.hints.are_wanted();
                let hint = is_hint.then(|| event.clone());
                let appended = self.store.append(event).await?;
                if let (Some(hint), Appended::New(_)) = (hint, appended) {
                    self.hints.tell(&hint);
                }
                Ok((appended, None))
            }
            Standing::Nobody => Ok((self.store.append(event).await?, None)),
            Standing::Waiting(reason) => {
                let held = self.store.hold(Held { event, app, reason }).await?;
                Ok((held, Some(reason)))
            }
            Standing::Foreign => Err(Refusal::Foreign.into()),
            Standing::Ambiguous => Err(Refusal::Ambiguous.into()),
        }
    }

    /// Whether an event's own time is outside of the window. One without a time is of this moment.
    fn is_late(&self, event: &Event) -> bool {
        let window = i64::try_from(self.settings.replay_window_seconds).unwrap_or(i64::MAX);
        let age = event.received_at.duration_since(event.occurred_at);
        window > 0 && age > SignedDuration::from_secs(window)
    }

    /// Keeps what anybody may have sent, sealed, in place of what was offered before. It opens
    /// nothing until the operator accepts it.
    async fn keep_offered(
        &self,
        source: &dyn Source,
        connection: &str,
        secret: &WebhookSecret,
        delivery: &Delivery,
    ) -> Result<(), Rejected> {
        let tenant = entrance::signing_connection(&self.register.get(), source, connection)?;
        let limit = self.settings.deliveries_per_minute;
        let now = delivery.received_at;
        if !self.meter.admit(tenant.connection.as_str(), limit, now) {
            return Err(Refusal::TooMany.into());
        }
        let key = CredentialKey { tenant, kind: WebhookSecret::OFFERED.to_owned() };
        let sealed = match &self.settings.sealer {
            Some(sealer) => sealer.seal(&key, secret.text()).await,
            None => Err("this hub keeps no secrets".to_owned()),
        };
        let content = sealed
            .map_err(|problem| StorageError::unavailable("seal a webhook secret", problem))?;
        tracing::warn!(
            connection = %key.tenant.connection,
            "a webhook wants to be verified; look with `highwire connections verification`"
        );
        Ok(self.store.put_credential(Credential { key, content, stored_at: now }).await?)
    }
}

/// Marks the event of a sender who is not the vendor. Its ids are its organization's own, so that
/// nobody takes the place of another organization's event.
fn own(event: &mut Event, sender: &Sender, has_correlation: bool) {
    let Some(organization) = sender.organization() else { return };
    event.origin = Origin::Keyed;
    event.id = event.id.within(organization);
    event.alias = event.alias.map(|alias| alias.within(organization));
    if !has_correlation {
        event.correlation = CorrelationId::of(&event.id);
    }
}

#[cfg(test)]
mod tests;
