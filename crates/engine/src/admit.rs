//! Reads who owns which account, and releases the events that waited for it: between stops 1 and 3.
//!
//! The doors read the directory in memory. This stage makes a new one when anything that it says has
//! changed, whoever changed it, and moves into the journal what is no longer nobody's.

use std::sync::{Arc, PoisonError, RwLock};

use domain::{
    AccountKey, Clock, HeldGroup, QUARANTINE_DAYS, Reading, Storage, StorageError, Tenant,
};
use jiff::{SignedDuration, Timestamp};
use policy::directory::{Directory, Rules, Standing};
use tokio::sync::Notify;

use crate::stage::{Progress, Stage};

/// How many events one transaction moves: acknowledgments wait for it.
const STEP: usize = 128;

/// How often the quarantine is looked through after a change. A door may have asked the directory
/// before it changed, and have the event kept after.
const LOOKS_AFTER_CHANGE: u32 = 5;

/// How often it is looked through otherwise, and cleared of what is too old.
const ROUND: SignedDuration = SignedDuration::from_mins(1);

/// The directory of the moment. Cheap to clone; clones show the same.
#[derive(Clone, Default)]
pub(crate) struct SharedDirectory {
    current: Arc<RwLock<Arc<Directory>>>,
}

impl SharedDirectory {
    /// Whose an event is.
    pub(crate) fn standing(&self, reading: &Reading) -> Standing {
        self.get().standing(reading)
    }

    /// Whose the events of a group are by now.
    fn heir(&self, group: &HeldGroup) -> Option<Tenant> {
        let account = AccountKey::new(&group.source, &group.account);
        self.get().heir(&account, group.app.as_deref()).cloned()
    }

    fn get(&self) -> Arc<Directory> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, directory: Directory) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
    }
}

/// The stage.
pub(crate) struct Admit<S> {
    store: S,
    rules: Rules,
    directory: SharedDirectory,
    clock: Arc<dyn Clock>,
    /// Woken when events were released.
    next: Arc<Notify>,
    looks: u32,
    next_round: Timestamp,
}

impl<S: Storage> Admit<S> {
    /// The stage and the directory that it keeps, which is true from the start.
    pub(crate) async fn open(
        store: S,
        rules: Rules,
        clock: Arc<dyn Clock>,
        next: Arc<Notify>,
    ) -> Result<(Self, SharedDirectory), StorageError> {
        let directory = SharedDirectory::default();
        directory.set(Directory::new(&rules, &store.listing().await?));
        let next_round = clock.now();
        let shared = directory.clone();
        let looks = LOOKS_AFTER_CHANGE;
        Ok((Self { store, rules, directory, clock, next, looks, next_round }, shared))
    }

    async fn reload(&mut self) -> Result<(), StorageError> {
        if self.store.revision().await? == self.directory.get().revision() {
            return Ok(());
        }
        let listing = self.store.listing().await?;
        tracing::info!(
            accounts = listing.accounts.len(),
            installations = listing.installations.len(),
            "the directory of accounts has changed"
        );
        self.directory.set(Directory::new(&self.rules, &listing));
        self.looks = LOOKS_AFTER_CHANGE;
        Ok(())
    }

    /// Releases a step of each group that has an owner; how many events that were.
    async fn release(&mut self) -> Result<u64, StorageError> {
        let mut released = 0;
        for waiting in self.store.held().await? {
            let Some(tenant) = self.directory.heir(&waiting.group) else { continue };
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
}

impl<S: Storage> Stage for Admit<S> {
    const NAME: &'static str = "admit";

    async fn pass(&mut self) -> Result<Progress, StorageError> {
        self.reload().await?;
        let is_round = self.clock.now() >= self.next_round;
        if self.looks == 0 && !is_round {
            return Ok(Progress::Idle);
        }
        let released = self.release().await?;
        let expired = if is_round { self.expire().await? } else { 0 };
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
