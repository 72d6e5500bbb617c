//! One connection to a simulated vendor, which a fault can cut without an answer or in the middle of one.
//!
//! A handler of the HTTP library can only answer. Networks also fail: the wire between the library
//! and the socket is where that can be simulated truly.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// The next answer ends in the middle of its body.
const TRUNCATING: u8 = 1;
/// No byte leaves any more.
const ENDED: u8 = 2;
/// No byte leaves any more, and the socket is reset instead of closed.
const CUT: u8 = 3;

/// What ends the head of an HTTP/1 answer.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A handler's grip on the connection that its request came over, to be had from `ConnectInfo`.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Zero while nothing is wrong.
    state: Arc<AtomicU8>,
}

impl Line {
    /// Resets the connection: whatever the handler answers, no byte of it leaves.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::Release);
    }

    /// Sends the head and half of the body of the next answer, then closes the connection.
    pub fn truncate(&self) {
        self.state.store(TRUNCATING, Ordering::Release);
    }

    fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

/// Accepts connections that can be cut, one by one or all at once.
pub(crate) struct Lines {
    pub(crate) listener: TcpListener,
    /// Set when the server has stopped: late answers do not leave.
    pub(crate) closed: Arc<AtomicBool>,
}

impl Listener for Lines {
    type Io = Wire;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small answers would otherwise wait for the acknowledgement of the ones before. Where it
        // cannot be set, they wait.
        let _ = stream.set_nodelay(true);
        let wire = Wire { stream, line: Line::default(), closed: self.closed.clone() };
        (wire, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// The socket of one connection.
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
    closed: Arc<AtomicBool>,
}

impl Wire {
    fn reset(&self) -> io::Error {
        if self.line.state() == CUT {
            // With a lingering time of zero a dropped socket is reset. Where it cannot be set, the
            // socket is closed, which is also no answer.
            let _ = self.stream.set_zero_linger();
        }
        io::ErrorKind::ConnectionReset.into()
    }

    fn may_write(&self) -> bool {
        self.line.state() < ENDED && !self.closed.load(Ordering::Acquire)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

/// Not vectored, so that the head of an answer and its body come in one piece.
impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.may_write() {
            return Poll::Ready(Err(self.reset()));
        }
        let truncating = self.line.state() == TRUNCATING;
        let bytes = if truncating { first_half(bytes) } else { bytes };
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if truncating && matches!(written, Poll::Ready(Ok(_))) {
            self.line.state.store(ENDED, Ordering::Release);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The head of an answer and half of its body.
fn first_half(answer: &[u8]) -> &[u8] {
    let head = answer
        .windows(END_OF_HEAD.len())
        .position(|window| window == END_OF_HEAD)
        .map_or(0, |at| at + END_OF_HEAD.len());
    &answer[..head + (answer.len() - head) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_an_answer_has_the_whole_head() {
        let half = first_half(b"HTTP/1.1 200 OK\r\n\r\n{\"a\":1}!");
        assert_eq!(half, b"HTTP/1.1 200 OK\r\n\r\n{\"a\"");
        assert_eq!(first_half(b"abcd"), b"ab");
    }
}
