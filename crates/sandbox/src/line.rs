//! One connection to a simulated vendor, which a fault can cut without an answer or in the middle of one.
//!
//! A handler of the HTTP library can only answer. Networks also fail: the wire between the library
//! and the socket is where that can be simulated truly.

use std::{
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Sleep, sleep},
};

/// The next answer ends in the middle of its body.
const TRUNCATING: u8 = 1;
/// The body of the next answer leaves bit by bit.
const DRIBBLING: u8 = 2;
/// No byte leaves any more.
const ENDED: u8 = 3;
/// No byte leaves any more, and the socket is reset instead of closed.
const CUT: u8 = 4;

/// In how many pieces a body leaves that leaves bit by bit.
const PIECES: u32 = 20;

/// What ends the head of an HTTP/1 answer.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A handler's grip on the connection that its request came over, to be had from `ConnectInfo`.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Zero while nothing is wrong.
    state: Arc<AtomicU8>,
    /// How long a body takes that leaves bit by bit, in milliseconds.
    slowness: Arc<AtomicU64>,
    /// Who called; none before anybody did.
    peer: Option<IpAddr>,
}

impl Line {
    /// The address that the request came from.
    #[must_use]
    pub fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Resets the connection: whatever the handler answers, no byte of it leaves.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::Release);
    }

    /// Sends the head and half of the body of the next answer, then closes the connection.
    pub fn truncate(&self) {
        self.state.store(TRUNCATING, Ordering::Release);
    }

    /// Sends the head of the next answer at once, and its body in pieces over this time.
    pub fn dribble(&self, over: Duration) {
        let milliseconds = u64::try_from(over.as_millis()).unwrap_or(u64::MAX);
        self.slowness.store(milliseconds, Ordering::Release);
        self.state.store(DRIBBLING, Ordering::Release);
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
        let line = Line { peer: Some(address.ip()), ..Line::default() };
        let wire = Wire { stream, line, closed: self.closed.clone(), dribble: None };
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
    /// How far an answer has come that leaves bit by bit.
    dribble: Option<Dribble>,
}

/// The rest of an answer that leaves bit by bit.
struct Dribble {
    /// How many bytes have not left.
    left: usize,
    /// How many bytes may leave before the next pause.
    open: usize,
    piece: usize,
    gap: Duration,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Dribble {
    /// The head of `answer` may leave at once.
    fn new(answer: &[u8], over: Duration) -> Self {
        let head = end_of_head(answer);
        let body = answer.len() - head;
        let pieces = (PIECES as usize).min(body).max(1);
        let gap = over / u32::try_from(pieces).unwrap_or(PIECES);
        Self { left: answer.len(), open: head, piece: body.div_ceil(pieces), gap, pause: None }
    }

    /// How many bytes may leave now; waits where it is none.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        while self.open == 0 {
            let gap = self.gap;
            let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(gap)));
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.open = self.piece.max(1);
        }
        Poll::Ready(self.open)
    }

    /// Notes what has left; whether something is left.
    fn note(&mut self, written: usize) -> bool {
        self.open = self.open.saturating_sub(written);
        self.left = self.left.saturating_sub(written);
        self.left > 0
    }
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

    fn poll_dribble(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let over = Duration::from_millis(self.line.slowness.load(Ordering::Acquire));
        let dribble = self.dribble.get_or_insert_with(|| Dribble::new(bytes, over));
        let open = ready!(dribble.poll_open(cx)).min(bytes.len());
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &bytes[..open]))?;
        if !dribble.note(written) {
            self.dribble = None;
            self.line.state.store(0, Ordering::Release);
        }
        Poll::Ready(Ok(written))
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
        if self.line.state() == DRIBBLING {
            return self.poll_dribble(cx, bytes);
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
    let head = end_of_head(answer);
    &answer[..head + (answer.len() - head) / 2]
}

/// Where the body of an answer begins.
fn end_of_head(answer: &[u8]) -> usize {
    let head = answer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD);
    head.map_or(0, |at| at + END_OF_HEAD.len())
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

    /// Paused time: the pauses pass at once, and count.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_dribbles_takes_its_time_and_loses_nothing() {
        let answer = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 107]].concat();
        let started = tokio::time::Instant::now();
        let mut dribble = Dribble::new(&answer, Duration::from_secs(2));
        let mut pieces = Vec::new();
        loop {
            let open = std::future::poll_fn(|cx| dribble.poll_open(cx)).await;
            let written = open.min(dribble.left);
            pieces.push(written);
            if !dribble.note(written) {
                break;
            }
        }
        assert_eq!(pieces[0], answer.len() - 107, "the head leaves at once");
        assert_eq!(pieces.iter().sum::<usize>(), answer.len());
        let taken = started.elapsed();
        assert!(taken > Duration::from_millis(1_700), "{taken:?}");
        assert!(taken < Duration::from_millis(2_100), "{taken:?}");
    }
}
