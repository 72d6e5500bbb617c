//! The real time: the only place that asks the operating system for it.

use std::{sync::Arc, time::Duration};

use domain::Clock;
use jiff::Timestamp;

/// The operating system's clock.
pub(crate) fn system() -> Arc<dyn Clock> {
    Arc::new(now)
}

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this is where time enters")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Waits on the runtime's timer, for clients that pace their calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timer;

impl notion::Timer for Timer {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
