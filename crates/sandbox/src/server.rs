//! Serves a router on an address until it is stopped or dropped.

use std::{
    future::IntoFuture,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet, time::timeout};

use crate::line::{Line, Lines};

/// How long requests under way may still be answered after a stop.
const GRACE: Duration = Duration::from_secs(1);

/// A running HTTP server of a simulated vendor.
///
/// Its handlers can take the [`Line`] of their request from `ConnectInfo`, to cut it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
    /// Dropping it tells every connection to finish.
    stop: oneshot::Sender<()>,
    serving: JoinSet<()>,
}

/// Why a simulated vendor does not serve.
#[derive(Debug, thiserror::Error)]
#[error("listen on {address}; choose a free address, or port 0 for any free port")]
pub struct ServerError {
    address: SocketAddr,
    source: io::Error,
}

impl Server {
    /// Listens on `address`; port 0 takes a free port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(address: SocketAddr, router: Router) -> Result<Self, ServerError> {
        let refused = |source| ServerError { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let closed = Arc::new(AtomicBool::new(false));
        let lines = Lines { listener, closed: closed.clone() };
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<Line>();
        let serve = axum::serve(lines, service).with_graceful_shutdown(async move {
            // The sender never sends: it is dropped.
            let _ = stopped.await;
        });
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            // It fails only where the signal failed, which cannot.
            let _ = serve.into_future().await;
        });
        Ok(Self { address, closed, stop, serving })
    }

    /// Where it listens, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening, lets requests under way finish for a second, then cuts them.
    pub async fn stop(self) {
        let Self { closed, stop, mut serving, .. } = self;
        drop(stop);
        // Either everything finished, or what is left is cut: the same to the caller.
        let _ = timeout(GRACE, serving.join_next()).await;
        closed.store(true, Ordering::Release);
        serving.shutdown().await;
    }
}

#[cfg(test)]
mod tests;
