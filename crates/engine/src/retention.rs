//! Reads what is kept beyond its limits, removes what nothing needs any more, in small steps.
//!
//! It works behind everybody's back: a page is removed in one short transaction, and after each the
//! stage rests three times as long as it took. Nothing of it is remembered on disk, so it can be cut
//! off anywhere and begins anew at the next start.
//!
//! One more thing to let go of is one more [`Retained`] with its file in each store; what may go of it
//! is said in `policy::retention`.

mod sweep;

use std::{future::Future, sync::Arc, time::Duration};

use domain::{Clock, Retained, Storage, StorageError};
use jiff::Timestamp;
use policy::retention::Limits;
use tokio::{sync::watch, time::Instant};

use self::sweep::Sweep;
pub use self::sweep::{Holding, Tally};

/// The pause between two rounds.
const LOOK: Duration = Duration::from_secs(60);

/// How many times longer than a step the stage rests after it.
const REST: u32 = 3;
/// The shortest and the longest rest after a step; a shutdown waits for the longest at most.
const SHORTEST_REST: Duration = Duration::from_millis(2);
const LONGEST_REST: Duration = Duration::from_secs(1);

/// The stage.
pub(crate) struct Retain<S> {
    store: S,
    limits: Limits,
    clock: Arc<dyn Clock>,
    sweeps: Vec<Sweep>,
}

/// What is kept of each kind, and what of it a round at `now` would remove. Removes nothing.
///
/// # Errors
/// Where the store cannot be read.
pub async fn holdings<S: Storage>(
    store: &S,
    limits: &Limits,
    now: Timestamp,
) -> Result<Vec<Holding>, StorageError> {
    let mut holdings = Vec::new();
    for kind in Retained::ALL {
        holdings.push(sweep::look(store, kind, limits.of(kind), now).await?);
    }
    Ok(holdings)
}

impl<S: Storage> Retain<S> {
    /// A stage that has not begun.
    pub(crate) fn new(store: S, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let sweeps = Retained::ALL.map(|kind| Sweep::new(kind, limits.of(kind), clock.now()));
        Self { store, limits, clock, sweeps: sweeps.into() }
    }

    /// Runs until shutdown.
    pub(crate) async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            if let Err(error) = self.round(&shutdown).await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause, "what is old could not be removed; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = shutdown.changed() => {}
            }
        }
    }

    /// Removes what may go now, of every kind.
    pub(crate) async fn round(
        &mut self,
        shutdown: &watch::Receiver<bool>,
    ) -> Result<(), StorageError> {
        let stopped = || *shutdown.borrow();
        let mut removed_events = 0;
        for sweep in &mut self.sweeps {
            let now = self.clock.now();
            sweep.begin(now);
            while !stopped() && paced(sweep.count(&self.store)).await? {}
            let (mut cut, mut removed) = (sweep.cut(now), 0);
            while !stopped()
                && let Some(gone) = paced(sweep.remove_page(&self.store, now, &mut cut)).await?
            {
                removed += gone;
            }
            tell(sweep.kind(), removed);
            removed_events += if sweep.kind() == Retained::Events { removed } else { 0 };
        }
        if removed_events > 0 && self.limits.events.size.is_some() {
            // Events that go by their size may take bytes along that nobody subtracted.
            let now = self.clock.now();
            let bytes = self.sweeps.iter_mut().find(|sweep| sweep.kind() == Retained::Bytes);
            bytes.into_iter().for_each(|bytes| bytes.restart(now));
        }
        while !stopped() && paced(self.store.give_back()).await? {}
        self.measure().await
    }

    async fn measure(&self) -> Result<(), StorageError> {
        for space in self.store.space().await? {
            metrics::gauge!("highwire_file_bytes", "file" => space.file).set(space.size as f64);
            metrics::gauge!("highwire_file_free_bytes", "file" => space.file)
                .set(space.free as f64);
        }
        Ok(())
    }
}

/// Does a step, and rests after it in proportion: at most a quarter of the time goes into it.
async fn paced<T>(step: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let done = step.await;
    tokio::time::sleep((started.elapsed() * REST).clamp(SHORTEST_REST, LONGEST_REST)).await;
    done
}

fn tell(kind: Retained, removed: u64) {
    if removed > 0 {
        tracing::info!(kind = kind.name(), removed, "what was old and no longer needed is removed");
    }
    metrics::counter!("highwire_retention_removed_total", "kind" => kind.name()).increment(removed);
}

#[cfg(test)]
mod tests;
