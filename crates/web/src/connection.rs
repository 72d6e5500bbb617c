//! One connection: HTTP/1.1 with bounded heads, requests one after the other, answered by the front.

mod activity;
mod observed;

use std::sync::Arc;

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) use self::activity::{Activity, Doing};
use self::observed::Observed;
use crate::front::Front;

/// How long the head of a request may be, in bytes: a longer one is answered with 431. The number of
/// headers is bounded by hyper: 100, and 431 above it.
const LONGEST_HEAD: usize = 16 * 1024;

/// How much of a connection is buffered at most, in bytes.
const BUFFER: usize = 64 * 1024;

/// Serves one connection until either side ends it. It holds no clock: what takes too long is ended
/// from outside, by what `activity` shows.
pub(crate) async fn serve<I>(stream: I, activity: Arc<Activity>, front: Front)
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| {
        let (front, activity) = (front.clone(), Arc::clone(&activity));
        async move { Ok::<_, std::convert::Infallible>(front.answer(request, activity).await) }
    });
    let stream = TokioIo::new(Observed::new(stream, Arc::clone(&activity)));
    let mut protocol = http1::Builder::new();
    protocol
        .max_header_size(LONGEST_HEAD)
        .max_buf_size(BUFFER)
        // Whoever says that it has sent everything still gets its answer.
        .half_close(true)
        .header_read_timeout(None);
    if let Err(error) = protocol.serve_connection(stream, service).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests;
