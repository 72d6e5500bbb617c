//! Stand-ins for tests: the real time for clients, one that stands still, and a vendor that answers what a
//! test says.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use endpoint::{Request, Response, Timer, Transport, TransportError};
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

type Tell = dyn Fn(&Request) -> Result<Response, TransportError> + Send + Sync;

/// A vendor that answers each request as a test says.
#[derive(Clone)]
pub(crate) struct Told(Arc<Tell>);

impl Told {
    pub(crate) fn by(
        tell: impl Fn(&Request) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(tell))
    }
}

impl Transport for Told {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (self.0)(&request)
    }
}

/// An answer with a body of JSON.
pub(crate) fn answer(status: u16, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.to_owned().into() }
}
