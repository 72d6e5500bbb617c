//! Stand-ins for tests: the real time for clients, and one that stands still.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use endpoint::Timer;
use jiff::Timestamp;

/// The real time.
#[derive(Clone, Copy)]
pub(crate) struct RealTimer;

impl Timer for RealTimer {
    #[expect(clippy::disallowed_methods, reason = "time enters a test here")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the client asks for it
    }
}

/// Time that stands still until somebody waits.
#[derive(Clone, Default)]
pub(crate) struct StillTimer(Arc<Mutex<Timestamp>>);

impl Timer for StillTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panics while it looks at the clock")
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().expect("no test panics while it looks at the clock") += duration;
    }
}
