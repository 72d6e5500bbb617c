//! The loop that every cursor stage runs in: on a signal, on a timer, until shutdown.

use std::{future::Future, sync::Arc, time::Duration};

use domain::StorageError;
use tokio::sync::{Notify, watch};

/// How long a stage sleeps at most: a lost wake-up costs this much and no more.
const LOOK: Duration = Duration::from_secs(1);

/// How long a stage that has caught up rests: under load its next transaction then takes many events
/// instead of a few, and leaves cores and disk to the journal. An event that comes alone waits for
/// nobody; in a steady stream this is what the mirror lags behind.
const REST: Duration = Duration::from_millis(50);

/// A stage that follows the journal.
pub(crate) trait Stage: Send + 'static {
    /// The name in logs and metrics.
    const NAME: &'static str;

    /// Takes the next stretch. Running it twice over the same stretch changes nothing.
    fn pass(&mut self) -> impl Future<Output = Result<Progress, StorageError>> + Send;
}

/// What a pass found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It moved, and more is waiting.
    Behind,
    /// It moved, and has caught up.
    Moved,
    /// It stands at the end.
    Idle,
}

impl Progress {
    /// After a pass that moved.
    pub(crate) fn after(is_behind: bool) -> Self {
        if is_behind { Self::Behind } else { Self::Moved }
    }
}

/// Runs a stage until shutdown. A failed pass is tried again after a second: its transaction wrote
/// nothing.
pub(crate) async fn run<T: Stage>(
    mut stage: T,
    signal: Arc<Notify>,
    mut shutdown: watch::Receiver<bool>,
) {
    while !*shutdown.borrow() {
        match stage.pass().await {
            Ok(Progress::Behind) => continue,
            Ok(Progress::Moved) => {
                tokio::time::sleep(REST).await;
                continue;
            }
            Ok(Progress::Idle) => {}
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(stage = T::NAME, %error, cause, "a stage could not move");
                metrics::counter!("highwire_stage_failures_total", "stage" => T::NAME).increment(1);
            }
        }
        tokio::select! {
            () = signal.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = shutdown.changed() => {}
        }
    }
}
