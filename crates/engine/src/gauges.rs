//! Reads how much waits for a person, writes it into the metrics: every few seconds.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{Backlog, Clock, ConnectionId, Stop, Storage, SubscriptionId};
use jiff::Timestamp;
use tokio::sync::watch;

/// How often the figures are taken.
const LOOK: Duration = Duration::from_secs(5);

/// The name of all subscriptions together: a series for each would outlive it.
const SUBSCRIPTIONS: &str = "subscriptions";

/// The stage.
pub(crate) struct Gauges<S> {
    store: S,
    clock: Arc<dyn Clock>,
    /// The destinations, so that one without dead letters shows zero.
    destinations: Vec<ConnectionId>,
}

impl<S: Storage> Gauges<S> {
    /// The figures of these destinations.
    pub(crate) fn new<T>(
        store: S,
        clock: Arc<dyn Clock>,
        destinations: &BTreeMap<ConnectionId, T>,
    ) -> Self {
        let all = destinations.keys().cloned().chain([ConnectionId::new(SUBSCRIPTIONS)]);
        Self { store, clock, destinations: all.collect() }
    }

    /// Runs until shutdown.
    pub(crate) async fn run(self, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            match self.store.backlog().await {
                Ok(backlog) => {
                    for (destination, count, age) in self.figures(&backlog, self.clock.now()) {
                        let destination = destination.to_string();
                        metrics::gauge!("highwire_dead_letters", "destination" => destination.clone())
                            .set(count);
                        metrics::gauge!("highwire_dead_letter_oldest_seconds", "destination" => destination)
                            .set(age);
                    }
                }
                Err(error) => tracing::error!(%error, "the dead letters cannot be counted"),
            }
            match self.store.parked_backlog().await {
                Ok(backlog) => {
                    for stop in Stop::ALL {
                        let count = backlog.get(&stop).map_or(0, |backlog| backlog.count);
                        metrics::gauge!("highwire_parked_events", "stop" => stop.name())
                            .set(count as f64);
                    }
                }
                Err(error) => tracing::error!(%error, "the parked events cannot be counted"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = shutdown.changed() => {}
            }
        }
    }

    /// For each destination: how many dead letters, and the age of the oldest in seconds.
    fn figures(
        &self,
        backlog: &BTreeMap<ConnectionId, Backlog>,
        now: Timestamp,
    ) -> Vec<(ConnectionId, f64, f64)> {
        let backlog = together(backlog);
        let empty = self.destinations.iter().filter(|name| !backlog.contains_key(*name));
        let empty = empty.map(|name| (name.clone(), 0.0, 0.0));
        let waiting = backlog.iter().map(|(name, backlog)| {
            let age = now.duration_since(backlog.oldest).as_secs_f64().max(0.0);
            (name.clone(), backlog.count as f64, age)
        });
        empty.chain(waiting).collect()
    }
}

/// The backlog with one entry for all subscriptions.
fn together(backlog: &BTreeMap<ConnectionId, Backlog>) -> BTreeMap<ConnectionId, Backlog> {
    let mut all: BTreeMap<ConnectionId, Backlog> = BTreeMap::new();
    for (destination, backlog) in backlog {
        let name = match SubscriptionId::at(destination) {
            Some(_) => ConnectionId::new(SUBSCRIPTIONS),
            None => destination.clone(),
        };
        let entry = all.entry(name).or_insert(Backlog { count: 0, ..*backlog });
        entry.count += backlog.count;
        entry.oldest = entry.oldest.min(backlog.oldest);
    }
    all
}

#[cfg(test)]
mod tests {
    use domain::contract::sample::at;

    use super::*;
    use crate::fixture::{clock, store};

    #[tokio::test]
    async fn each_destination_has_a_figure() {
        let (notion, mail) = (ConnectionId::new("notion"), ConnectionId::new("mail"));
        let destinations = vec![notion.clone(), mail.clone()];
        let gauges = Gauges { store: store(), clock: clock(), destinations };
        let backlog = [(notion.clone(), Backlog { count: 2, oldest: at(40) })].into();
        let figures = gauges.figures(&backlog, at(100));
        assert_eq!(figures, [(mail, 0.0, 0.0), (notion, 2.0, 60.0)]);
    }

    #[tokio::test]
    async fn subscriptions_have_one_figure_together() {
        let destinations = vec![ConnectionId::new(SUBSCRIPTIONS)];
        let gauges = Gauges { store: store(), clock: clock(), destinations };
        let of = |number| SubscriptionId::from_random([number; 8]).destination();
        let waiting = |count, oldest| Backlog { count, oldest: at(oldest) };
        let backlog = [(of(1), waiting(2, 40)), (of(2), waiting(3, 10))].into();
        let all = ConnectionId::new(SUBSCRIPTIONS);
        assert_eq!(gauges.figures(&backlog, at(100)), [(all.clone(), 5.0, 90.0)]);
        assert_eq!(gauges.figures(&BTreeMap::new(), at(100)), [(all, 0.0, 0.0)]);
    }
}
