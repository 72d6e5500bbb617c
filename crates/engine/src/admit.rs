//! Reads who owns which account, and releases the events that waited for it: between stops 1 and 3.
//!
//! The doors read the directory in memory. This stage makes a new one when anything that it says has
//! changed, whoever changed it, and moves into the journal what is no longer nobody's.

use std::sync::Arc;

use domain::{AccountKey, Clock, QUARANTINE_DAYS, Storage, StorageError};
use jiff::{SignedDuration, Timestamp};
use policy::directory::Rules;
use tokio::sync::Notify;

use crate::{
    meter::Meter,
    register::{DoorSettings, Registrar, SharedRegister},
    stage::{Progress, Stage},
};

/// How many events one transaction moves: acknowledgments wait for it.
const STEP: usize = 128;

/// How often the quarantine is looked through after a change. A door may have asked the directory
/// before it changed, and have the event kept after.
const LOOKS_AFTER_CHANGE: u32 = 5;

/// How often it is looked through otherwise, and cleared of what is too old.
const ROUND: SignedDuration = SignedDuration::from_mins(1);

/// The stage.
pub(crate) struct Admit<S> {
    store: S,
    registrar: Registrar,
    register: SharedRegister,
    meter: Meter,
    clock: Arc<dyn Clock>,
    /// Woken when events were released.
    next: Arc<Notify>,
    looks: u32,
    next_round: Timestamp,
}

impl<S: Storage> Admit<S> {
    /// The stage, whose register is true from the start.
    pub(crate) async fn open(
        store: S,
        (rules, settings): (Rules, DoorSettings),
        clock: Arc<dyn Clock>,
        next: Arc<Notify>,
    ) -> Result<Self, StorageError> {
        let mut registrar = Registrar::new(rules, settings);
        registrar.reload(&store).await?;
        let (register, meter) = (registrar.register(), Meter::default());
        let (looks, next_round) = (LOOKS_AFTER_CHANGE, clock.now());
        Ok(Self { store, registrar, register, meter, clock, next, looks, next_round })
    }

    /// What the doors know by heart.
    pub(crate) fn register(&self) -> SharedRegister {
        self.register.clone()
    }

    /// What counts their deliveries.
    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    async fn reload(&mut self) -> Result<(), StorageError> {
        let revision = self.store.revision().await?;
        if revision == self.register.get().directory.revision() {
            return Ok(());
        }
        self.registrar.reload(&self.store).await?;
        tracing::info!(revision = revision.0, "the directory of accounts and keys has changed");
        self.looks = LOOKS_AFTER_CHANGE;
        Ok(())
    }

    async fn note_uses(&self) -> Result<(), StorageError> {
        let uses = self.meter.take_uses();
        match uses.is_empty() {
            true => Ok(()),
            false => self.store.note_use(uses).await,
        }
    }

    /// Releases a step of each group that has an owner; how many events that were.
    async fn release(&mut self) -> Result<u64, StorageError> {
        let mut released = 0;
        let register = self.register.get();
        for waiting in self.store.held().await? {
            let group = &waiting.group;
            let account = AccountKey::new(&group.source, &group.account);
            let heir = register.directory.heir(&account, group.app.as_deref()).cloned();
            let Some(tenant) = heir else { continue };
            let count = self.store.release(&waiting.group, &tenant, STEP).await?;
            tracing::info!(
                organization = %tenant.organization,
                connection = %tenant.connection,
                events = count,
                "events that waited for their account are released"
            );
            released += count;
        }
        if released > 0 {
            metrics::counter!("highwire_released_events_total").increment(released);
            self.next.notify_one();
        }
        Ok(released)
    }

    async fn expire(&mut self) -> Result<u64, StorageError> {
        let oldest = self.clock.now() - SignedDuration::from_hours(24 * QUARANTINE_DAYS);
        let expired = self.store.expire(oldest, STEP).await?;
        if expired > 0 {
            metrics::counter!("highwire_expired_events_total").increment(expired);
            tracing::warn!(
                events = expired,
                days = QUARANTINE_DAYS,
                "events whose account nobody connected in time are removed"
            );
        }
        Ok(expired)
    }

    /// Removes a step of the account that has most waiting, where all of it is more than there may
    /// be; how many events that was.
    async fn make_room(&mut self) -> Result<u64, StorageError> {
        let held = self.store.held().await?;
        let (events, bytes) = held
            .iter()
            .fold((0, 0), |(events, bytes), group| (events + group.events, bytes + group.bytes));
        metrics::gauge!("highwire_quarantine_events").set(events as f64);
        metrics::gauge!("highwire_quarantine_bytes").set(bytes as f64);
        let limit = self.registrar.settings.quarantine_bytes.unwrap_or(u64::MAX);
        let Some(largest) = held.iter().max_by_key(|group| group.bytes).filter(|_| bytes > limit)
        else {
            return Ok(0);
        };
        // No more than what is too much, as far as the mean size tells.
        let mean = (largest.bytes / largest.events.max(1)).max(1);
        let step = usize::try_from((bytes - limit).div_ceil(mean)).unwrap_or(STEP).min(STEP);
        let removed = self.store.discard(&largest.group, step).await?;
        metrics::counter!("highwire_expired_events_total").increment(removed);
        tracing::warn!(
            source = largest.group.source,
            account = largest.group.account,
            events = removed,
            limit,
            "more events wait for their account than webhook.quarantine_megabytes allows: the oldest of \
             this account are removed; connect it, or take the hub's address out of that app"
        );
        Ok(removed)
    }
}

impl<S: Storage> Stage for Admit<S> {
    const NAME: &'static str = "admit";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        self.reload().await?;
        let is_round = self.clock.now() >= self.next_round;
        if is_round {
            self.note_uses().await?;
        }
        if self.looks == 0 && !is_round {
            return Ok(Progress::Idle);
        }
        let released = self.release().await?;
        let expired = match is_round {
            true => self.expire().await? + self.make_room().await?,
            false => 0,
        };
        if released > 0 || expired > 0 {
            return Ok(Progress::Behind);
        }
        self.looks = self.looks.saturating_sub(1);
        if is_round {
            self.next_round = self.clock.now() + ROUND;
        }
        Ok(Progress::Idle)
    }
}

#[cfg(test)]
mod tests;
