//! The real clock, for clients that run in the test's own process.

use std::time::Duration;

use endpoint::Timer;

/// Tells the time and waits.
#[derive(Clone, Copy, Debug)]
pub struct Runtime;

impl Timer for Runtime {
    fn now(&self) -> jiff::Timestamp {
        crate::clock().now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
