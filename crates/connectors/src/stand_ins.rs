//! Stand-ins for tests: the real time for clients.

use std::time::Duration;

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
