//! Takes due actions of a destination, carries them out, records how they ended: stops 6 and 7.
//!
//! The attempt is durable before the call leaves, and its end after it (commit 3). An action whose
//! end is in doubt is looked up at the destination before it is done again (invariant I2).

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use domain::{
    Action, ActionId, Claimed, Clock, ConnectionId, Destination, Failure, Next, Receipt,
    Settlement, Storage, StorageError,
};
use jiff::Timestamp;
use tokio::{
    sync::{Notify, watch},
    task::{Id, JoinSet},
};
use tracing::Instrument;

use crate::{
    delivery::DeliverySettings,
    gate::Gate,
    verdict::{Moment, judge},
};

/// How long the stage sleeps at most.
const LOOK: Duration = Duration::from_secs(1);

/// How long a shutdown waits for calls under way; what is cut off is looked up at the next start.
const FAREWELL: Duration = Duration::from_secs(8);

/// How many calls to one connection are under way together.
pub(crate) const CONCURRENCY: usize = 8;

/// How many calls to one subscription are: whoever is slow is not to be flooded.
const CONCURRENCY_OF_SUBSCRIPTIONS: usize = 4;

/// How long after its time a gate is kept that nobody came through.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// The stage: one per connection and one for all subscriptions, so that none waits for another.
pub(crate) struct Deliver<S> {
    pub(crate) store: S,
    pub(crate) recipients: Recipients,
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Of each recipient that had trouble.
    pub(crate) gates: HashMap<ConnectionId, Gate>,
    pub(crate) settings: DeliverySettings,
}

/// Whom a stage delivers to. Each recipient has a gate and a number of calls of its own.
#[derive(Clone, Debug)]
pub(crate) enum Recipients {
    /// One connection.
    One(ConnectionId),
    /// Every subscription that is active when it has something due.
    Subscriptions,
}

type End = Result<Receipt, Failure>;

impl<S: Storage> Deliver<S> {
    /// Runs until shutdown.
    pub(crate) async fn run(mut self, signal: Arc<Notify>, mut shutdown: watch::Receiver<bool>) {
        let mut calls = JoinSet::new();
        let mut under_way: HashMap<Id, Claimed> = HashMap::new();
        while !*shutdown.borrow() {
            if let Err(error) = self.start_due(&mut calls, &mut under_way).await {
                tracing::error!(destination = self.destination.name(), %error, "actions cannot be read");
            }
            let pause = self.pause().await;
            tokio::select! {
                Some(ended) = calls.join_next_with_id() => {
                    self.end(ended, &mut under_way).await;
                }
                () = signal.notified() => {}
                () = tokio::time::sleep(pause) => {}
                _ = shutdown.changed() => {}
            }
        }
        let farewell = async {
            while let Some(ended) = calls.join_next_with_id().await {
                self.end(ended, &mut under_way).await;
            }
        };
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::warn!("calls were cut off; the next start looks up what became of them");
        }
    }

    async fn start_due(
        &mut self,
        calls: &mut JoinSet<End>,
        under_way: &mut HashMap<Id, Claimed>,
    ) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.gates.retain(|_, gate| gate.opens_at().is_none_or(|at| now < at + FORGOTTEN));
        for recipient in self.due(now).await? {
            let busy = under_way.values().filter(|one| one.action.destination == recipient).count();
            let room = self.room(&recipient, now).saturating_sub(busy);
            if room == 0 {
                continue;
            }
            for claimed in self.store.claim(&recipient, now, room).await? {
                let call = attempt(Arc::clone(&self.destination), claimed.clone());
                let task = calls.spawn(call);
                under_way.insert(task.id(), claimed);
            }
        }
        Ok(())
    }

    /// The recipients that may have something due.
    async fn due(&self, now: Timestamp) -> Result<Vec<ConnectionId>, StorageError> {
        match &self.recipients {
            Recipients::One(connection) => Ok(vec![connection.clone()]),
            Recipients::Subscriptions => {
                let due = self.store.due_subscriptions(now).await?;
                Ok(due.iter().map(domain::SubscriptionId::destination).collect())
            }
        }
    }

    /// How many calls to a recipient may be under way.
    fn room(&self, recipient: &ConnectionId, now: Timestamp) -> usize {
        let concurrency = match self.recipients {
            Recipients::One(_) => CONCURRENCY,
            Recipients::Subscriptions => CONCURRENCY_OF_SUBSCRIPTIONS,
        };
        self.gates.get(recipient).map_or(concurrency, |gate| gate.room(now, concurrency))
    }

    /// Settles a call that ended, however it ended.
    async fn end(
        &mut self,
        ended: Result<(Id, End), tokio::task::JoinError>,
        under_way: &mut HashMap<Id, Claimed>,
    ) {
        let (id, end) = match ended {
            Ok((id, end)) => (id, end),
            Err(panicked) => (panicked.id(), Err(broken())),
        };
        let Some(claimed) = under_way.remove(&id) else {
            return;
        };
        let now = self.clock.now();
        let Action { event, correlation, .. } = &claimed.action;
        let span = tracing::debug_span!("event", event.id = %event, %correlation, stop = "deliver");
        let settlement = span.in_scope(|| self.settlement(&claimed, end, now));
        self.settle(&claimed.action.id, now, settlement).instrument(span).await;
    }

    fn settlement(&mut self, claimed: &Claimed, end: End, now: Timestamp) -> Settlement {
        let count = |outcome: &'static str| {
            let name = self.destination.name();
            metrics::counter!("highwire_attempts_total", "destination" => name, "outcome" => outcome)
                .increment(1);
        };
        match end {
            Ok(receipt) => {
                count(if receipt.adopted { "adopted" } else { "done" });
                tracing::debug!(attempt = claimed.attempt, receipt.adopted, "action is done");
                self.gates.remove(&claimed.action.destination);
                Settlement::Done(receipt)
            }
            Err(failure) => {
                let gate = self.gates.entry(claimed.action.destination.clone()).or_default();
                let reopens = match failure.next {
                    Next::Hold(wait) => Some(gate.close(now, wait)),
                    Next::Retry => gate.trouble(now),
                    Next::GiveUp => {
                        gate.open();
                        None
                    }
                };
                count(if reopens.is_some() { "held" } else { "failed" });
                tracing::warn!(
                    attempt = claimed.attempt,
                    action.destination = self.destination.name(),
                    ambiguous = failure.ambiguous,
                    reason = failure.reason,
                    "action is not done"
                );
                let moment = Moment { now, reopens, random: random(claimed) };
                let settlement = judge(claimed, failure, moment, self.settings);
                if let Settlement::Dead { holds_until, .. } = &settlement {
                    let holds_until = holds_until.map(|until| until.to_string());
                    tracing::warn!(
                        action.id = %claimed.action.id,
                        holds_until,
                        "action is given up; see `highwire events dead`"
                    );
                }
                settlement
            }
        }
    }

    /// The end of a call must not be lost while the hub runs: the store is asked until it takes it.
    async fn settle(&self, action: &ActionId, now: Timestamp, settlement: Settlement) {
        while let Err(error) = self.store.settle(action, now, settlement.clone()).await {
            tracing::error!(%error, "the end of an attempt cannot be written; trying again");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The time until something may be due.
    async fn pause(&self) -> Duration {
        let now = self.clock.now();
        // One look for all subscriptions each second costs less than one for each of them in time.
        let Recipients::One(connection) = &self.recipients else { return LOOK };
        let due = match self.gates.get(connection).and_then(Gate::opens_at) {
            Some(opens) => Some(opens),
            None => self.store.next_due(connection).await.ok().flatten(),
        };
        let until = due.map(|due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        until.map_or(LOOK, |until| until.clamp(Duration::from_millis(5), LOOK))
    }
}

/// A number from 0 to 1 that follows from the action and its attempt: it differs from action to
/// action, which is all that spreading needs, and the same attempt always waits as long.
fn random(claimed: &Claimed) -> f64 {
    let mut hasher = DefaultHasher::new();
    (claimed.action.id.as_str(), claimed.attempt).hash(&mut hasher);
    (hasher.finish() >> 11) as f64 / (1_u64 << 53) as f64
}

/// One attempt: look where the past is in doubt, then do.
async fn attempt(destination: Arc<dyn Destination>, claimed: Claimed) -> End {
    let Action { event, correlation, .. } = &claimed.action;
    let span = tracing::debug_span!("event", event.id = %event, %correlation, stop = "speak");
    let steps = async {
        if claimed.look_first
            && let Some(receipt) = destination.find(&claimed.action).await?
        {
            return Ok(Receipt { adopted: true, ..receipt });
        }
        destination.apply(&claimed.action).await
    };
    steps.instrument(span).await
}

/// A call that panicked may have been carried out.
fn broken() -> Failure {
    Failure {
        next: Next::Retry,
        ambiguous: true,
        reason: "the hub failed while it made the call; report this with the hub's log".to_owned(),
    }
}

#[cfg(test)]
mod tests;
